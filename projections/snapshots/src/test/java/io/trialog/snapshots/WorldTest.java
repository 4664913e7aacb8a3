package io.trialog.snapshots;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.Design;
import io.trialog.language.ExclusionSetEvent.ExclusionSetCreated;
import io.trialog.language.ExclusionSetEvent.SlotsReserved;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.ExperimentStatus;
import io.trialog.language.SlotSpan;
import io.trialog.language.Targeting;
import io.trialog.language.log.RecordedEvent;
import io.trialog.sdk.core.Allocation;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.Evaluator;
import io.trialog.sdk.core.Experiment.Status;
import io.trialog.sdk.core.Reason;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotReader;
import io.trialog.sdk.core.SnapshotWriter;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds in every history of experiments, flags, sets, holdouts and environments. */
class WorldTest {
  private static final List<String> ENVIRONMENTS = List.of("production", "staging");

  private final FakeEventLog log = new FakeEventLog();
  private final Story story = new Story(log);

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void folding_in_pieces_equals_folding_at_once(long seed) {
    new World(seed).live(story, 400);
    Directory atOnce = folded();
    CurrentDirectory inPieces = new CurrentDirectory();
    Random random = new Random(seed);
    List<Positioned> rest = log.positioned();
    while (!rest.isEmpty()) {
      int piece = 1 + random.nextInt(rest.size());
      inPieces.apply(rest.subList(0, piece));
      rest = rest.subList(piece, rest.size());
    }
    assertThat(inPieces.directory()).as("seed %s", seed).isEqualTo(atOnce);
    assertThat(atOnce.flags()).isNotEmpty();
    assertThat(atOnce.exclusionSets()).isNotEmpty();
    assertThat(atOnce.holdouts()).isNotEmpty();
    assertThat(atOnce.environments()).isNotEmpty();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void every_snapshot_of_every_history_is_read_back_as_it_was(long seed) throws Exception {
    new World(seed).live(story, 250);
    Directory state = Directory.EMPTY;
    for (RecordedEvent event : log.recorded()) {
      state = state.apply(event);
      for (String environment : ENVIRONMENTS) {
        Snapshot snapshot = Snapshots.of(state, environment);
        String json = SnapshotWriter.json(snapshot);
        assertThat(SnapshotReader.parse(json))
            .as("seed %s position %s", seed, event.position())
            .isEqualTo(snapshot);
      }
    }
  }

  /** Within an epoch, from one event to the next: nobody who has a variant gets another. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void snapshots_only_widen_within_an_epoch(long seed) {
    new World(seed).live(story, 500);
    Directory state = Directory.EMPTY;
    Map<String, io.trialog.sdk.core.Experiment> before = new HashMap<>();
    int compared = 0;
    for (RecordedEvent event : log.recorded()) {
      state = state.apply(event);
      for (String environment : ENVIRONMENTS) {
        for (var now : Snapshots.of(state, environment).experiments()) {
          var then = before.put(now.key(), now);
          if (then != null && then.epoch() == now.epoch()) {
            assertThat(Allocation.widens(then.allocation(), now.allocation()))
                .as("seed %s position %s %s", seed, event.position(), now.key())
                .isTrue();
            compared++;
          }
        }
      }
    }
    assertThat(compared).isGreaterThan(300);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void what_is_archived_or_of_elsewhere_is_not_served(long seed) {
    new World(seed).live(story, 400);
    Directory state = folded();
    for (String environment : ENVIRONMENTS) {
      Snapshot snapshot = Snapshots.of(state, environment);
      for (Experiment each : state.experiments().values()) {
        boolean served =
            each.status().hasStarted() && each.design().environment().equals(environment);
        assertThat(snapshot.experiment(each.key()) != null).as(each.key()).isEqualTo(served);
      }
      for (Flag each : state.flags().values()) {
        boolean served =
            each.status() != Flag.Status.ARCHIVED
                && each.definition().environment().equals(environment);
        assertThat(snapshot.flag(each.key()) != null).as(each.key()).isEqualTo(served);
      }
    }
    assertThat(state.experiments().values())
        .extracting(Experiment::status)
        .contains(ExperimentStatus.ARCHIVED);
  }

  /** Whatever else the state is: killed is killed, a global kill stops all, nothing is an error. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void a_kill_goes_before_everything_and_no_evaluation_fails(long seed) {
    new World(seed).live(story, 400);
    Directory state = Directory.EMPTY;
    Set<Reason> seen = new HashSet<>();
    for (RecordedEvent event : log.recorded()) {
      state = state.apply(event);
      Snapshot snapshot = Snapshots.of(state, "production");
      for (var experiment : snapshot.experiments()) {
        Context context =
            Context.of("user_id", "u" + event.position())
                .with("device_id", event.position())
                .with("attribute-0", "x")
                .with("attribute-1", 1.5)
                .with("attribute-2", Set.of("x"));
        Decision decision = Evaluator.evaluate(snapshot, experiment.key(), context, "f");
        assertThat(decision.reason()).isNotEqualTo(Reason.ERROR);
        seen.add(decision.reason());
        if (snapshot.killSwitch()) {
          assertThat(decision.reason()).isEqualTo(Reason.GLOBAL_KILL);
        } else if (experiment.status() == Status.KILLED) {
          assertThat(decision.reason()).isEqualTo(Reason.KILLED);
        }
      }
    }
    assertThat(seen).contains(Reason.GLOBAL_KILL);
  }

  @Test
  void prerequisites_in_a_circle_are_served_as_a_pause() throws Exception {
    started(needing("a", "b"));
    started(needing("b", "a"));
    started(needing("c", "d"));
    started(needing("d", "nothing"));
    Snapshot snapshot = Snapshots.of(folded(), "production");
    assertThat(snapshot.experiment("a").status()).isEqualTo(Status.PAUSED);
    assertThat(snapshot.experiment("b").status()).isEqualTo(Status.PAUSED);
    assertThat(snapshot.experiment("c").status()).isEqualTo(Status.RUNNING);
    assertThat(snapshot.experiment("d").prerequisites()).hasSize(1);
    assertThat(SnapshotReader.parse(SnapshotWriter.json(snapshot))).isEqualTo(snapshot);
  }

  @Test
  void an_experiment_whose_set_is_of_elsewhere_or_holds_nothing_for_it_assigns_nobody() {
    story.say(
        new ExclusionSetCreated(
            "page", "acme/rides", "staging", "checkout", "device_id", "Of staging"));
    story.say(
        new ExclusionSetCreated(
            "price", "acme/rides", "production", "checkout", "device_id", "Of production"));
    started(excluded("in-page", "page"));
    started(excluded("in-price", "price"));
    assertThat(reason("in-page")).isEqualTo(Reason.EXCLUDED);
    assertThat(reason("in-price")).isEqualTo(Reason.EXCLUDED);
    story.say(
        new SlotsReserved("price", "in-price", List.of(new SlotSpan(0, 10_000)), false, null));
    assertThat(reason("in-price")).isEqualTo(Reason.ASSIGNED);
    assertThat(Snapshots.of(folded(), "production").exclusionSets())
        .extracting(io.trialog.sdk.core.ExclusionSet::salt)
        .containsExactly("exclusion-set:page", "exclusion-set:price");
  }

  @Test
  void joints_of_nothing_are_folded_away() {
    Targeting country = Targeting.Condition.onText("country", Targeting.Operator.IN, List.of("de"));
    Targeting everybody = Targeting.EVERYBODY;
    Targeting nobody = new Targeting.Any(List.of());
    assertThat(served(new Targeting.All(List.of(everybody, country, everybody))))
        .isEqualTo(Map.of("all", List.of(ServedTargeting.of(country).tree())));
    assertThat(served(new Targeting.All(List.of(country, nobody))))
        .isEqualTo(Map.of("any", List.of()));
    assertThat(served(new Targeting.Any(List.of(country, new Targeting.Not(nobody)))))
        .isEqualTo(Map.of("all", List.of()));
    assertThat(served(new Targeting.Not(country)))
        .isEqualTo(Map.of("not", ServedTargeting.of(country).tree()));
  }

  private static Map<String, Object> served(Targeting targeting) {
    return ServedTargeting.of(targeting).tree();
  }

  private Reason reason(String experiment) {
    Context context = Context.of("user_id", "u").with("device_id", "d");
    Snapshot snapshot = Snapshots.of(folded(), "production");
    return Evaluator.evaluate(snapshot, experiment, context, "f").reason();
  }

  private Directory folded() {
    Directory state = Directory.EMPTY;
    for (RecordedEvent event : log.recorded()) {
      state = state.apply(event);
    }
    return state;
  }

  private void started(Design design) {
    story.say(new ExperimentDrafted(design.experiment(), design));
    story.say(
        new ExperimentStarted(
            design.experiment(), 1_000_000, 0, Story.slots(1_000_000), null, null));
  }

  private static Design needing(String key, String other) {
    Design.Prerequisite needed =
        new Design.Prerequisite(Design.Prerequisite.Kind.EXPERIMENT, other, List.of("green"));
    return with(key, List.of(needed), List.of());
  }

  private static Design excluded(String key, String set) {
    return with(key, List.of(), List.of(new Design.ExclusionShare(set, new BigDecimal("0.1"))));
  }

  private static Design with(
      String key, List<Design.Prerequisite> needed, List<Design.ExclusionShare> sets) {
    Design plain = Story.design(key);
    return new Design(
        key,
        plain.namespace(),
        plain.environment(),
        plain.title(),
        plain.hypothesis(),
        plain.unit(),
        plain.fallbackUnit(),
        plain.surface(),
        plain.control(),
        plain.variants(),
        plain.targeting(),
        needed,
        sets,
        plain.primaryMetric(),
        plain.secondaryMetrics(),
        plain.guardrails(),
        plain.plannedSubjects(),
        false,
        false);
  }
}
