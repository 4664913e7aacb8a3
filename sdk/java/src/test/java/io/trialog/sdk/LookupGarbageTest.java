package io.trialog.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.trialog.sdk.TrialogClient.Offer;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.ExclusionSet;
import io.trialog.sdk.core.Experiment;
import io.trialog.sdk.core.Experiment.Status;
import io.trialog.sdk.core.Flag;
import io.trialog.sdk.core.Holdout;
import io.trialog.sdk.core.Overrides;
import io.trialog.sdk.core.Prerequisite;
import io.trialog.sdk.core.Reason;
import io.trialog.sdk.core.SlotRange;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotWriter;
import io.trialog.sdk.core.Variant;
import io.trialog.sdk.core.note.NoteSigner;
import io.trialog.sdk.core.targeting.Condition;
import io.trialog.sdk.core.targeting.Targeting;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a lookup of the client leaves on the heap, its exposure included: nothing, or its decision.
 * Counted by the virtual machine for this thread, and compiled without a search for objects that do
 * not escape.
 */
@Timeout(60)
class LookupGarbageTest {
  private static final int CONTEXTS = 1_000;
  private static final int CALLS = 100_000;
  private static final double NOTHING = 0.1;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final List<Context> contexts =
      IntStream.range(0, CONTEXTS)
          .mapToObj(i -> Context.of("user_id", "u" + i).with("country", "de").with("age", i))
          .toList();

  private NoteSigner signer;
  private TrialogClient client;

  /** A client whose server is never there: what it knows, it is offered. */
  @BeforeEach
  void open() throws Exception {
    signer = NoteSigner.generate("trialog/production");
    client =
        TrialogClient.builder()
            .baseUrl(URI.create("http://127.0.0.1:1"))
            .token(FakePlatform.TOKEN)
            .environment("production")
            .verifierKey(signer.verifierKey().toString())
            .receipts(false)
            .build();
  }

  @AfterEach
  void close() {
    client.close(Duration.ZERO);
  }

  private void serve(long position, boolean killSwitch) {
    Snapshot snapshot =
        Snapshot.builder("production", position, Instant.EPOCH)
            .killSwitch(killSwitch)
            .experiments(experiments())
            .flags(List.of(shallow(), deep()))
            .holdouts(List.of(all()))
            .exclusionSets(List.of(ExclusionSet.of("set", "set", "user_id")))
            .build();
    byte[] note = SnapshotWriter.note(snapshot, signer).getBytes(StandardCharsets.UTF_8);
    assertThat(client.offer(note, "test")).isEqualTo(Offer.ACCEPTED);
  }

  /** One for each reason that an experiment can give, by its name. */
  private static List<Experiment> experiments() {
    List<Experiment> experiments = new ArrayList<>();
    experiments.add(builder(Reason.ASSIGNED).build());
    experiments.add(builder(Reason.OVERRIDE).build());
    experiments.add(builder(Reason.KILLED).status(Status.KILLED).build());
    experiments.add(builder(Reason.NOT_RUNNING).status(Status.PAUSED).build());
    experiments.add(builder(Reason.CONCLUDED).status(Status.CONCLUDED).winner("b").build());
    experiments.add(builder(Reason.NOT_ENROLLED).allocation(List.of()).build());
    experiments.add(builder(Reason.UNIT_MISSING).unit("device_id").build());
    experiments.add(builder(Reason.NOT_TARGETED).targeting(in("fr")).build());
    experiments.add(builder(Reason.HELD_OUT).surface("held").build());
    experiments.add(
        builder(Reason.EXCLUDED).reservations(List.of(ExclusionSet.Reservation.of("set"))).build());
    experiments.add(
        builder(Reason.PREREQUISITE_FAILED).prerequisites(List.of(asks("deep", "no"))).build());
    return experiments;
  }

  /** Half of them a, half b, if nothing stands before it. */
  private static Experiment.Builder builder(Reason reason) {
    return Experiment.builder(key(reason))
        .surface("checkout")
        .control("a")
        .variants(List.of(Variant.of("a"), Variant.of("b", "{\"size\":1}")))
        .targeting(
            Targeting.all(
                List.of(
                    in("de", "at"),
                    Condition.of(
                        "age", Condition.Type.NUMBER, Condition.Operator.AT_LEAST, List.of("0")))))
        .prerequisites(List.of(asks("deep", "on")))
        .allocation(List.of(SlotRange.of(0, 5_000, "a"), SlotRange.of(5_000, 10_000, "b")));
  }

  private static String key(Reason reason) {
    return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Condition in(String... countries) {
    return Condition.onText("country", Condition.Operator.IN, List.of(countries));
  }

  private static Prerequisite asks(String flag, String variant) {
    return Prerequisite.of(Prerequisite.Kind.FLAG, flag, List.of(variant));
  }

  private static Flag shallow() {
    return on("shallow").build();
  }

  /** A prerequisite that has one, so that answers are remembered within an evaluation. */
  private static Flag deep() {
    return on("deep").prerequisites(List.of(asks("shallow", "on"))).build();
  }

  private static Flag.Builder on(String key) {
    return Flag.builder(key)
        .type(Flag.Type.BOOLEAN)
        .enabled(true)
        .off("off")
        .variants(List.of(Flag.Value.of("on", "true"), Flag.Value.of("off", "false")))
        .rollout(List.of(SlotRange.of(0, 10_000, "on")));
  }

  private static Holdout all() {
    return Holdout.of("h", "h", "user_id", Holdout.Scope.SURFACE, "held", 10_000);
  }

  private double bytesOfEach(Function<Context, Object> lookup) {
    ask(lookup);
    long before = THREADS.getCurrentThreadAllocatedBytes();
    ask(lookup);
    return (THREADS.getCurrentThreadAllocatedBytes() - before) / (double) CALLS;
  }

  private void ask(Function<Context, Object> lookup) {
    for (int i = 0; i < CALLS; i++) {
      lookup.apply(contexts.get(i % CONTEXTS));
    }
  }

  private double bytesOfVariant(Trialog trialog, String experiment) {
    return bytesOfEach(context -> trialog.variant(experiment, context, "fallback"));
  }

  @Test
  void a_variant_whose_exposure_is_remembered_leaves_nothing() {
    serve(1, false);
    assertThat(bytesOfVariant(client, "assigned")).isLessThan(NOTHING);
    assertThat(client.counters().eventsRecorded()).isEqualTo(CONTEXTS);
  }

  @Test
  void contexts_that_are_made_anew_cost_themselves_only() {
    serve(1, false);
    ask(context -> client.variant("assigned", context, "fallback"));
    double making = bytesOfEach(LookupGarbageTest::anew);
    double asking = bytesOfEach(context -> client.variant("assigned", anew(context), "fallback"));
    assertThat(asking - making).isLessThan(NOTHING);
    assertThat(client.counters().eventsRecorded()).isEqualTo(CONTEXTS);
  }

  private static Context anew(Context context) {
    return context.with("user_id", new String(context.get("user_id").toCharArray()));
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"NOT_READY", "UNKNOWN_EXPERIMENT", "GLOBAL_KILL", "ASSIGNED", "ERROR"})
  void a_variant_that_assigns_nobody_leaves_nothing(Reason reason) {
    serve(1, false);
    client.override(Overrides.none().withAll("override", "b"));
    assertThat(client.evaluate(key(reason), contexts.get(7), "f").reason()).isEqualTo(reason);
    assertThat(bytesOfVariant(client, key(reason))).isLessThan(NOTHING);
    assertThat(client.counters().eventsRecorded()).isZero();
  }

  @Test
  void neither_does_one_that_is_unknown_stopped_not_ready_or_asked_for_wrongly() {
    assertThat(bytesOfVariant(client, "assigned")).as("not ready").isLessThan(NOTHING);
    serve(1, false);
    assertThat(bytesOfVariant(client, "unknown")).as("unknown").isLessThan(NOTHING);
    assertThat(bytesOfEach(it -> client.variant("assigned", null, "f"))).isLessThan(NOTHING);
    assertThat(bytesOfEach(it -> client.variant("assigned", it, null))).isLessThan(NOTHING);
    assertThat(bytesOfEach(it -> client.variant(null, it, "f"))).isLessThan(NOTHING);
    serve(2, true);
    assertThat(bytesOfVariant(client, "assigned")).as("stopped").isLessThan(NOTHING);
    client.close(Duration.ZERO);
    assertThat(bytesOfVariant(client, "assigned")).as("closed").isLessThan(NOTHING);
    assertThat(client.counters().eventsRecorded()).isZero();
  }

  @Test
  void evaluate_leaves_its_decision_and_nothing_else() {
    serve(1, false);
    double decision = bytesOfEach(context -> client.peek("assigned", context, "fallback"));
    double recorded = bytesOfEach(context -> client.evaluate("assigned", context, "fallback"));
    // A header, eight references and a number: 48 bytes, or 88 without compression.
    assertThat(decision).isBetween(40.0, 88.0 + NOTHING);
    assertThat(recorded).isBetween(decision - NOTHING, decision + NOTHING);
    assertThat(client.counters().eventsRecorded()).isEqualTo(CONTEXTS);
  }

  @Test
  void the_client_of_the_tests_leaves_nothing_either() {
    TestClient trialog = new TestClient().assign("checkout", "b");
    assertThat(bytesOfVariant(trialog, "checkout")).isLessThan(NOTHING);
    assertThat(trialog.exposures()).hasSize(CONTEXTS);
  }

  @Test
  void the_measure_notices_one_object_in_a_thousand_calls() {
    serve(1, false);
    String first = contexts.get(0).get("user_id");
    double each =
        bytesOfEach(context -> {
          String variant = client.variant("assigned", context, "fallback");
          return first.equals(context.get("user_id")) ? new byte[100] : variant;
        });
    assertThat(each).isGreaterThan(NOTHING);
  }

  @Test
  void variant_says_what_evaluate_says() {
    serve(1, false);
    client.override(Overrides.none().withAll("override", "b"));
    for (Experiment each : client.snapshot().orElseThrow().experiments()) {
      for (Context context : contexts) {
        Decision decision = client.peek(each.key(), context, "fallback");
        assertThat(client.variant(each.key(), context, "fallback")).isEqualTo(decision.variant());
      }
    }
    assertThat(client.counters().eventsRecorded()).isEqualTo(CONTEXTS);
  }
}
