package io.trialog.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.command.experiment.Proposals;
import io.trialog.language.Basis;
import io.trialog.language.Change;
import io.trialog.language.Design;
import io.trialog.language.ExperimentCommand;
import io.trialog.language.ExperimentCommand.ApproveChange;
import io.trialog.language.ExperimentCommand.ApproveExperiment;
import io.trialog.language.ExperimentCommand.CloseReview;
import io.trialog.language.ExperimentCommand.DraftExperiment;
import io.trialog.language.ExperimentCommand.KillExperiment;
import io.trialog.language.ExperimentCommand.PlanRamp;
import io.trialog.language.ExperimentCommand.ProposeChange;
import io.trialog.language.ExperimentCommand.RampExperiment;
import io.trialog.language.ExperimentCommand.ReallocateExperiment;
import io.trialog.language.ExperimentCommand.RetargetExperiment;
import io.trialog.language.ExperimentCommand.ReviveExperiment;
import io.trialog.language.ExperimentCommand.StartExperiment;
import io.trialog.language.ExperimentCommand.SubmitExperiment;
import io.trialog.language.ExperimentCommand.TakeRampStep;
import io.trialog.language.ExperimentEvent.ChangeApproved;
import io.trialog.language.ExperimentEvent.ChangeProposed;
import io.trialog.language.ExperimentEvent.ExperimentApproved;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentRamped;
import io.trialog.language.ExperimentEvent.ExperimentReallocated;
import io.trialog.language.ExperimentEvent.ExperimentRetargeted;
import io.trialog.language.ExperimentEvent.ExperimentRevived;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.ExperimentEvent.ExperimentSubmitted;
import io.trialog.language.ExperimentEvent.RampPlanned;
import io.trialog.language.ExperimentEvent.ReviewOpened;
import io.trialog.language.RampPlan;
import io.trialog.language.Refused;
import io.trialog.language.SlotRange;
import io.trialog.language.Targeting;
import io.trialog.language.log.RecordedEvent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories of a regulated experiment, walked as an auditor walks them: from the log alone,
 * every change that an SDK can hold rests on one chain of propose, approve, apply; and no slot goes
 * from one treatment to another but in a new epoch that says so.
 */
class ChainPropertyTest {
  private static final int EXPERIMENTS = 8;
  private static final int ORDERS = 60;

  private static final Map<String, Integer> applied = new HashMap<>();

  private static Bench bench;

  @BeforeAll
  static void open() {
    bench = Bench.open();
  }

  @AfterAll
  static void close() {
    bench.close();
    assertThat(applied.keySet())
        .as("changes that were applied at least once")
        .contains(
            "ExperimentStarted",
            "ExperimentRamped",
            "RampPlanned",
            "ExperimentRetargeted",
            "ExperimentReallocated",
            "ExperimentRevived",
            "broken glass",
            "step of a plan",
            "equal arms");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {11, 12, 13})
  void every_applied_change_rests_on_one_chain(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < EXPERIMENTS; i++) {
      String key = "c-" + seed + "-" + i;
      live(key, random);
      new Auditor(seed + "/" + i).walk(bench.history(key));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {21, 22, 23})
  void no_slot_goes_from_one_variant_to_another_within_an_epoch(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < EXPERIMENTS; i++) {
      String key = "s-" + seed + "-" + i;
      live(key, random);
      stays(seed + "/" + i, bench.history(key));
    }
  }

  private static void live(String key, Random random) {
    boolean equalArms = random.nextBoolean();
    Change launch = new Change.StartAt(random.nextInt(100_000), equalArms);
    attempt("ada", new DraftExperiment(design(key, random)));
    attempt("ada", new SubmitExperiment(key, launch));
    attempt("ben", new ApproveExperiment(key, null));
    attempt("ada", new StartExperiment(key, null, false, null, random.nextInt(5) == 0));
    Map<String, Change> changes = new HashMap<>();
    for (int j = 0; j < ORDERS; j++) {
      step(key, random, changes, "p" + j);
    }
  }

  private static void step(String key, Random random, Map<String, Change> changes, String fresh) {
    List<String> keys = new ArrayList<>(changes.keySet());
    String known = keys.isEmpty() ? fresh : keys.get(random.nextInt(keys.size()));
    switch (random.nextInt(9)) {
      case 0, 1, 2 -> {
        Change change = change(random);
        String author = random.nextInt(3) == 0 ? "cyd" : "ada";
        if (attempt(author, new ProposeChange(key, fresh, change))) {
          changes.put(fresh, change);
          if (random.nextInt(4) > 0) {
            attempt(random.nextBoolean() ? "ben" : "cyd", new ApproveChange(key, fresh, null));
          }
        }
      }
      case 3 -> attempt("dan", new ApproveChange(key, known, null));
      case 4, 5, 6 -> {
        Change change = changes.get(known);
        if (change != null && attempt("ada", application(key, change, known, random))) {
          attempt("rule", new TakeRampStep(key, 0));
        }
      }
      case 7 -> {
        attempt("rule", new TakeRampStep(key, random.nextInt(3)));
        attempt("dan", new CloseReview(key, "r" + (1 + random.nextInt(4)), "seen"));
      }
      default -> {
        if (random.nextInt(3) == 0) {
          attempt("ada", new KillExperiment(key, null));
        }
      }
    }
  }

  private static Change change(Random random) {
    int traffic = random.nextInt(1_000_001);
    return switch (random.nextInt(7)) {
      case 0 -> new Change.RampTo(traffic, true);
      case 1 -> new Change.RampTo(traffic, false);
      case 2 -> new Change.FollowPlan(plan(random));
      case 3 ->
          new Change.Retarget(
              Targeting.Condition.onText(
                  "country", Targeting.Operator.IN, List.of("c" + random.nextInt(100))));
      case 4 -> new Change.Reallocate(variants(random));
      default -> new Change.Revive(random.nextInt(100_000));
    };
  }

  private static RampPlan plan(Random random) {
    int from = random.nextInt(400_000);
    return new RampPlan(
        List.of(
            new RampPlan.Step(from, 0, 0, false, false),
            new RampPlan.Step(from + 1_000, 0, 0, false, random.nextBoolean()),
            new RampPlan.Step(from + 500_000, 0, 0, false, false)),
        random.nextBoolean(),
        null);
  }

  private static ExperimentCommand application(
      String key, Change change, String proposal, Random random) {
    String named = random.nextBoolean() ? proposal : null;
    boolean breakGlass = random.nextInt(8) == 0;
    return switch (change) {
      case Change.StartAt c ->
          new StartExperiment(key, c.trafficPpm(), c.equalArms(), named, breakGlass);
      case Change.RampTo c ->
          new RampExperiment(key, c.trafficPpm(), c.equalArms(), named, breakGlass);
      case Change.FollowPlan c -> new PlanRamp(key, c.plan(), named);
      case Change.Retarget c -> new RetargetExperiment(key, c.targeting(), named, breakGlass);
      case Change.Reallocate c -> new ReallocateExperiment(key, c, named);
      case Change.Revive c -> new ReviveExperiment(key, c.trafficPpm(), named, breakGlass);
      case Change.Conclude c ->
          new ExperimentCommand.ConcludeExperiment(key, c.winner(), named, breakGlass);
    };
  }

  private static boolean attempt(String actor, ExperimentCommand order) {
    try {
      bench.order(actor, order);
      return true;
    } catch (Refused e) {
      return false;
    }
  }

  private static Design design(String key, Random random) {
    return Bench.design(key, true, false).withVariants(variants(random));
  }

  private static List<Design.Variant> variants(Random random) {
    int green = 1 + random.nextInt(60);
    int blue = 1 + random.nextInt(39);
    return List.of(
        variant("blue", blue), variant("control", 100 - green - blue), variant("green", green));
  }

  private static Design.Variant variant(String key, int percent) {
    return new Design.Variant(key, BigDecimal.valueOf(percent, 2), null);
  }

  private static void stays(String story, List<RecordedEvent> history) {
    Map<Integer, @Nullable String[]> epochs = new HashMap<>();
    @Nullable String[] now = new @Nullable String[10_000];
    for (RecordedEvent recorded : history) {
      switch (recorded.event()) {
        case ExperimentStarted e -> now = keep(story, epochs, e.epoch(), e.allocation());
        case ExperimentRamped e -> {
          @Nullable String[] before = now;
          now = keep(story, epochs, e.epoch(), e.allocation());
          for (int slot = 0; slot < 10_000; slot++) {
            assertThat(before[slot] == null || before[slot].equals(now[slot]))
                .as("%s: %s at slot %d", story, e, slot)
                .isTrue();
          }
        }
        case ExperimentRevived e -> now = keep(story, epochs, e.epoch(), e.allocation());
        case ExperimentReallocated e -> {
          @Nullable String[] before = now;
          assertThat(epochs).as(story).doesNotContainKey(e.epoch());
          now = keep(story, epochs, e.epoch(), e.allocation());
          assertThat(e.movedSlots()).as(story).isEqualTo(moved(before, now));
        }
        default -> {}
      }
    }
  }

  /** Whoever was once in a variant in this epoch is in no other in it. */
  private static @Nullable String[] keep(
      String story, Map<Integer, @Nullable String[]> epochs, int epoch, List<SlotRange> ranges) {
    @Nullable String[] ever = epochs.computeIfAbsent(epoch, each -> new @Nullable String[10_000]);
    @Nullable String[] now = new @Nullable String[10_000];
    for (SlotRange range : ranges) {
      for (int slot = range.from(); slot < range.to(); slot++) {
        assertThat(now[slot]).as("%s: two owners of slot %d", story, slot).isNull();
        now[slot] = range.variant();
        if (ever[slot] != null) {
          assertThat(ever[slot]).as("%s: slot %d", story, slot).isEqualTo(range.variant());
        }
        ever[slot] = range.variant();
      }
    }
    return now;
  }

  private static int moved(@Nullable String[] before, @Nullable String[] after) {
    int moved = 0;
    for (int slot = 0; slot < 10_000; slot++) {
      if (before[slot] != null && after[slot] != null && !before[slot].equals(after[slot])) {
        moved++;
      }
    }
    return moved;
  }

  /** Knows nothing but the events. */
  private static final class Auditor {
    private record Yes(String approver, String digest) {}

    private final String story;
    private final Set<String> authors = new HashSet<>();
    private final Map<String, ChangeProposed> proposals = new HashMap<>();
    private final Map<String, String> proposers = new HashMap<>();
    private final Map<String, Yes> approvals = new HashMap<>();
    private final Set<String> used = new HashSet<>();
    private @Nullable Design design;
    private @Nullable Change launch;
    private @Nullable Basis plan;
    private @Nullable RampPlan planned;

    Auditor(String story) {
      this.story = story;
    }

    void walk(List<RecordedEvent> history) {
      for (int i = 0; i < history.size(); i++) {
        RecordedEvent next = i + 1 < history.size() ? history.get(i + 1) : history.get(i);
        look(history.get(i), next);
      }
    }

    private void look(RecordedEvent recorded, RecordedEvent next) {
      String actor = recorded.metadata().actor().id();
      switch (recorded.event()) {
        case ExperimentDrafted e -> {
          design = e.design();
          authors.add(actor);
        }
        case ExperimentSubmitted e -> {
          launch = e.launch();
          authors.add(actor);
        }
        case ExperimentApproved e -> {
          assertThat(authors).as(story).doesNotContain(actor);
          approvals.put("", new Yes(actor, e.proposalDigest()));
        }
        case ChangeProposed e -> {
          proposals.put(e.proposal(), e);
          proposers.put(e.proposal(), actor);
        }
        case ChangeApproved e -> {
          assertThat(authors).as(story).doesNotContain(actor);
          assertThat(actor).as(story).isNotEqualTo(proposers.get(e.proposal()));
          approvals.put(e.proposal(), new Yes(actor, e.proposalDigest()));
        }
        case ExperimentStarted e -> {
          count(e.basis(), "ExperimentStarted", e.equalArms());
          rests(e.basis(), next, new Change.StartAt(e.trafficPpm(), isTrue(e.equalArms())));
        }
        case ExperimentRamped e -> {
          count(e.basis(), "ExperimentRamped", e.equalArms());
          ramped(e, actor, next);
        }
        case RampPlanned e -> {
          count(e.basis(), "RampPlanned", null);
          rests(e.basis(), next, new Change.FollowPlan(e.plan()));
          plan = e.basis();
          planned = e.plan();
        }
        case ExperimentRevived e -> {
          count(e.basis(), "ExperimentRevived", null);
          chain(e.basis(), new Change.Revive(e.trafficPpm()));
        }
        case ExperimentRetargeted e -> {
          count(e.basis(), "ExperimentRetargeted", null);
          rests(e.basis(), next, new Change.Retarget(e.targeting()));
          redesign(e.basis(), actor, design().withTargeting(e.targeting()));
        }
        case ExperimentReallocated e -> {
          count(e.basis(), "ExperimentReallocated", null);
          rests(e.basis(), next, new Change.Reallocate(e.variants()));
          redesign(e.basis(), actor, design().withVariants(e.variants()));
        }
        default -> {}
      }
    }

    private void ramped(ExperimentRamped e, String actor, RecordedEvent next) {
      if (actor.equals("rule") && Objects.equals(e.basis(), plan)) {
        applied.merge("step of a plan", 1, Integer::sum);
        assertThat(Objects.requireNonNull(planned).steps())
            .as(story)
            .anyMatch(step -> step.trafficPpm() == e.trafficPpm());
        assertThat(planned.equalArms()).as(story).isEqualTo(isTrue(e.equalArms()));
        return;
      }
      rests(e.basis(), next, new Change.RampTo(e.trafficPpm(), isTrue(e.equalArms())));
    }

    private void redesign(@Nullable Basis basis, String actor, Design now) {
      String proposal = basis == null ? null : basis.proposal();
      authors.add(proposal == null ? actor : Objects.requireNonNull(proposers.get(proposal)));
      design = now;
    }

    private void rests(@Nullable Basis basis, RecordedEvent next, Change change) {
      assertThat(basis).as("%s: what %s rests on", story, change).isNotNull();
      if (basis.breakGlass()) {
        applied.merge("broken glass", 1, Integer::sum);
        assertThat(next.event()).as(story).isInstanceOf(ReviewOpened.class);
        return;
      }
      chain(basis, change);
    }

    private void chain(Basis basis, Change change) {
      String proposal = basis.proposal() == null ? "" : basis.proposal();
      Change proposed =
          proposal.isEmpty() ? launch : Objects.requireNonNull(proposals.get(proposal)).change();
      assertThat(proposed).as(story).isEqualTo(change);
      assertThat(basis.proposalDigest())
          .as("%s: digest of %s", story, change)
          .isEqualTo(Proposals.digest(design(), change))
          .isEqualTo(Objects.requireNonNull(approvals.get(proposal)).digest());
      assertThat(used.add(proposal)).as("%s: applied once: %s", story, proposal).isTrue();
    }

    private Design design() {
      return Objects.requireNonNull(design);
    }

    private static boolean isTrue(@Nullable Boolean value) {
      return Boolean.TRUE.equals(value);
    }

    private static void count(@Nullable Basis basis, String what, @Nullable Boolean equalArms) {
      applied.merge(what, 1, Integer::sum);
      if (isTrue(equalArms)) {
        applied.merge("equal arms", 1, Integer::sum);
      }
    }
  }
}
