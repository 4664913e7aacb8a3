package io.trialog.language.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.language.AccessEvent;
import io.trialog.language.ApprovalPolicy;
import io.trialog.language.AuditEvent;
import io.trialog.language.Basis;
import io.trialog.language.Change;
import io.trialog.language.ChangeKind;
import io.trialog.language.Design;
import io.trialog.language.EnvironmentEvent;
import io.trialog.language.ExclusionSetEvent;
import io.trialog.language.ExperimentEvent;
import io.trialog.language.FlagDefinition;
import io.trialog.language.FlagEvent;
import io.trialog.language.Grant;
import io.trialog.language.GuardrailState;
import io.trialog.language.HoldoutDefinition;
import io.trialog.language.HoldoutEvent;
import io.trialog.language.KillEvidence;
import io.trialog.language.MetricDefinition;
import io.trialog.language.MetricEvent;
import io.trialog.language.MetricFormula;
import io.trialog.language.NamespaceEvent;
import io.trialog.language.PlatformPolicy;
import io.trialog.language.RampPlan;
import io.trialog.language.Role;
import io.trialog.language.SlotRange;
import io.trialog.language.SlotSpan;
import io.trialog.language.Tally;
import io.trialog.language.Targeting;
import io.trialog.language.TrialogEvent;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every event type has a golden file that is read and written the same for ever. */
class GoldenEventsTest {
  static final Design DESIGN =
      design(
          new Targeting.Any(
              List.of(
                  Targeting.Condition.onText(
                      "country", Targeting.Operator.NOT_IN, List.of("DE", "FR")),
                  new Targeting.Not(
                      new Targeting.Condition(
                          "app_version",
                          Targeting.Type.VERSION,
                          Targeting.Operator.AT_LEAST,
                          List.of("2.3.0"))))),
          List.of(
              new Design.Prerequisite(
                  Design.Prerequisite.Kind.FLAG, "new-checkout", List.of("on"))),
          List.of(new Design.ExclusionShare("checkout-page", new BigDecimal("0.25"))),
          true);

  /** As the first version of a design could say it. */
  private static final Design FIRST_DESIGN =
      design(
          new Targeting.All(
              List.of(
                  Targeting.Condition.onText(
                      "country", Targeting.Operator.NOT_IN, List.of("DE", "FR")))),
          List.of(),
          List.of(),
          false);

  private static Design design(
      Targeting targeting,
      List<Design.Prerequisite> prerequisites,
      List<Design.ExclusionShare> sets,
      boolean strict) {
    return new Design(
        "checkout-button",
        "acme/rides",
        "production",
        "Green checkout button",
        "A green button sells more rides.",
        "user_id",
        "device_id",
        "checkout",
        "control",
        List.of(
            new Design.Variant("control", new BigDecimal("0.9"), null),
            new Design.Variant("green", new BigDecimal("0.1"), "{\"color\":\"green\"}")),
        targeting,
        prerequisites,
        sets,
        "orders",
        List.of("order_value"),
        List.of(new Design.GuardrailRule("order_value", new BigDecimal("0.01"), strict)),
        100_000,
        false,
        strict);
  }

  private static final ApprovalPolicy STRICTER =
      new ApprovalPolicy(2, List.of("ada", "ben", "cy"), 48, 12, List.of(ChangeKind.RAMP));

  private static final FlagDefinition FLAG =
      new FlagDefinition(
          "new-checkout",
          "acme/rides",
          "production",
          "New checkout",
          FlagDefinition.Type.BOOLEAN,
          "user_id",
          "device_id",
          List.of(
              new FlagDefinition.Variant("on", "true"), new FlagDefinition.Variant("off", "false")),
          "off",
          List.of(
              new FlagDefinition.Rule(
                  new Targeting.All(
                      List.of(
                          Targeting.Condition.onText(
                              "country", Targeting.Operator.IN, List.of("de")))),
                  List.of(new FlagDefinition.RolloutShare("on", BigDecimal.ONE)))),
          List.of(new FlagDefinition.RolloutShare("on", new BigDecimal("0.25"))),
          List.of(
              new Design.Prerequisite(
                  Design.Prerequisite.Kind.EXPERIMENT, "checkout-button", List.of("green"))));

  private static final KillEvidence.ArmSums SUMS =
      new KillEvidence.ArmSums(
          100, 17, new BigDecimal("17"), new BigDecimal("17"), new BigDecimal("17"));

  static Stream<TrialogEvent> events() {
    return Stream.of(
        new NamespaceEvent.NamespaceCreated("acme/rides", "Rides"),
        new MetricEvent.MetricDefined(
            new MetricDefinition(
                "order_value",
                "acme/rides",
                "Order value",
                MetricDefinition.Kind.MEAN,
                MetricDefinition.Direction.HIGHER_IS_BETTER,
                new BigDecimal("500.50"),
                new BigDecimal("37.25"),
                null,
                null)),
        new NamespaceEvent.GuardrailPolicySet(
            "acme/rides",
            List.of(new Design.GuardrailRule("rides-error-rate", new BigDecimal("0.01"), true))),
        new NamespaceEvent.ApprovalPolicyProposed("acme/rides", STRICTER),
        new NamespaceEvent.ApprovalPolicySet("acme/rides", ApprovalPolicy.DEFAULT, STRICTER),
        new EnvironmentEvent.EnvironmentCreated("staging", "Staging"),
        new EnvironmentEvent.KillSwitchEngaged("production"),
        new EnvironmentEvent.KillSwitchReleaseProposed("production"),
        new EnvironmentEvent.KillSwitchReleased("production"),
        new ExclusionSetEvent.ExclusionSetCreated(
            "checkout-page", "acme/rides", "production", "checkout", "user_id", "Checkout page"),
        new ExclusionSetEvent.SlotsReserved(
            "checkout-page",
            "checkout-button",
            List.of(new SlotSpan(0, 300), new SlotSpan(900, 1000)),
            true,
            Instant.parse("2026-11-22T07:00:00Z")),
        new ExclusionSetEvent.SlotsReleased(
            "checkout-page", "checkout-button", List.of(new SlotSpan(0, 300))),
        new HoldoutEvent.HoldoutCreated(
            new HoldoutDefinition(
                "rides-2026",
                HoldoutDefinition.Scope.NAMESPACE,
                "acme/rides",
                "production",
                "user_id",
                new BigDecimal("0.05"),
                "Rides 2026")),
        new HoldoutEvent.HoldoutEnded("rides-2026"),
        new FlagEvent.FlagCreated(FLAG),
        new FlagEvent.FlagRevised(FLAG),
        new FlagEvent.FlagEnabled("new-checkout"),
        new FlagEvent.FlagDisabled("new-checkout"),
        new FlagEvent.FlagKilled("new-checkout"),
        new FlagEvent.FlagArchived("new-checkout"),
        new ExperimentEvent.ExperimentDrafted("checkout-button", DESIGN),
        new ExperimentEvent.ExperimentRevised("checkout-button", DESIGN),
        new ExperimentEvent.ExperimentSubmitted("checkout-button", "ab12", null),
        new ExperimentEvent.ExperimentApproved("checkout-button", "ab12", null),
        new ExperimentEvent.ExperimentStarted(
            "checkout-button", 50_000, 0, List.of(new SlotRange("control", 0, 450)), null, null),
        new ExperimentEvent.ExperimentRamped(
            "checkout-button",
            50_000,
            100_000,
            0,
            List.of(new SlotRange("control", 0, 900)),
            null,
            null,
            null),
        new ExperimentEvent.ExperimentPaused("checkout-button"),
        new ExperimentEvent.ExperimentResumed("checkout-button", null),
        new ExperimentEvent.ExperimentKilled("checkout-button", evidence(), null),
        new ExperimentEvent.ExperimentConcluded("checkout-button", "green", null),
        new ExperimentEvent.ExperimentRevived(
            "checkout-button",
            100_000,
            50_000,
            0,
            List.of(new SlotRange("control", 0, 450)),
            new Basis("again", "cd34", false)),
        new ExperimentEvent.ExperimentRetargeted(
            "checkout-button",
            Targeting.EVERYBODY,
            FIRST_DESIGN.targeting(),
            new Basis("only-de", "cd34", false)),
        new ExperimentEvent.ExperimentReallocated(
            "checkout-button",
            DESIGN.variants(),
            List.of(
                new Design.Variant("control", new BigDecimal("0.5"), null),
                new Design.Variant("green", new BigDecimal("0.5"), null)),
            1,
            List.of(new SlotRange("control", 0, 500), new SlotRange("green", 5_000, 5_500)),
            50,
            Basis.BROKEN_GLASS),
        new ExperimentEvent.ExperimentArchived("checkout-button"),
        new ExperimentEvent.RampPlanned(
            "checkout-button", PLAN, PLAN.progress(10_000, WHEN), new Basis(null, "ab12", false)),
        new ExperimentEvent.RampHeld("checkout-button", true),
        new ExperimentEvent.RampContinued("checkout-button"),
        new ExperimentEvent.ChangeProposed(
            "checkout-button", "wider", new Change.RampTo(250_000, false), "cd34"),
        new ExperimentEvent.ChangeApproved(
            "checkout-button", "wider", "cd34", new Tally(1, 2, WHEN)),
        new ExperimentEvent.ChangeWithdrawn("checkout-button", "wider"),
        new ExperimentEvent.ReviewOpened("checkout-button", "r1", "kill", WHEN),
        new ExperimentEvent.ReviewClosed("checkout-button", "r1", "It was right."),
        new ExperimentEvent.ReviewOverdue("checkout-button", "r1", WHEN),
        new ExperimentEvent.GuardrailStateRecorded(
            "checkout-button",
            "order_value",
            "green",
            GuardrailState.WATCH,
            1_200,
            140,
            "reading-7",
            new BigDecimal("0.01")),
        new AccessEvent.TokenIssued(
            "t1", "ada", List.of(new Grant(Role.EXPERIMENTER, "acme/rides")), "00ff", null),
        new AccessEvent.TokenProposed(
            "t2",
            "ben",
            List.of(new Grant(Role.APPROVER, "acme/rides")),
            "00ff",
            Instant.parse("2027-01-01T00:00:00Z")),
        new AccessEvent.RoleProposed("ben", new Grant(Role.ADMIN, "*")),
        new AccessEvent.RoleGranted("ben", new Grant(Role.ADMIN, "*")),
        new AccessEvent.RoleWithdrawn("ben", new Grant(Role.ADMIN, "*")),
        new AccessEvent.PlatformPolicyProposed(new PlatformPolicy(false, true)),
        new AccessEvent.PlatformPolicyChanged(
            new PlatformPolicy(true, true), new PlatformPolicy(false, true)),
        new AccessEvent.ConfigurationRecorded(
            "standalone",
            new TreeMap<>(Map.of("tls", "off")),
            new TreeMap<>(Map.of("rate_limit", "50", "tls", "on"))),
        new AccessEvent.CommandRefused(
            "ada", "ApproveExperiment", "acme/rides", "experiment/x", "approver_must_differ"),
        new AccessEvent.TokenRevoked("t1"),
        new AccessEvent.AccessDenied("ada", "POST /api/v1/namespaces", "acme/rides"),
        new AuditEvent.AuditExported("e1", "SOC 2 yearly"));
  }

  private static final Instant WHEN = Instant.parse("2026-11-22T07:00:00Z");

  private static final RampPlan PLAN =
      new RampPlan(
          List.of(
              new RampPlan.Step(10_000, 0, 0, false, false),
              new RampPlan.Step(100_000, 1_440, 5_000, true, true)),
          true,
          Instant.parse("2026-12-22T07:00:00Z"));

  static Stream<Change> changes() {
    return Stream.of(
        new Change.StartAt(10_000, true),
        new Change.RampTo(10_000, false),
        new Change.FollowPlan(PLAN),
        new Change.Retarget(FIRST_DESIGN.targeting()),
        new Change.Reallocate(DESIGN.variants()),
        new Change.Revive(5),
        new Change.Conclude("green"));
  }

  /** What optional members look like when they are there; absent ones are in the golden files. */
  static Stream<TrialogEvent> events_with_all_members() {
    Basis basis = new Basis("p", "ab12", true);
    List<SlotRange> slots = List.of(new SlotRange("control", 0, 450));
    return Stream.concat(
        changes().map(change -> new ExperimentEvent.ChangeProposed("x", "p", change, "ab12")),
        Stream.of(
            new ExperimentEvent.ExperimentSubmitted("x", "ab12", new Change.FollowPlan(PLAN)),
            new ExperimentEvent.ExperimentApproved("x", "ab12", new Tally(2, 3, WHEN)),
            new ExperimentEvent.ExperimentStarted("x", 5, 0, slots, basis, true),
            new ExperimentEvent.ExperimentRamped(
                "x", 5, 6, 0, slots, basis, true, PLAN.progress(6, WHEN)),
            new ExperimentEvent.ExperimentResumed("x", Basis.BROKEN_GLASS),
            new ExperimentEvent.ExperimentKilled("x", null, Basis.BROKEN_GLASS),
            new ExperimentEvent.ExperimentConcluded("x", "green", basis)));
  }

  @ParameterizedTest
  @MethodSource("events_with_all_members")
  void what_is_written_is_read_again(TrialogEvent event) {
    EventType type = EventType.ofClass(event.getClass());
    assertThat(EventCodec.decode(type, type.version(), JsonCodec.encode(event))).isEqualTo(event);
  }

  @Test
  void a_policy_is_written_in_words_and_read_again() {
    ApprovalPolicy policy =
        new ApprovalPolicy(2, List.of("cyd", "ben"), 24, 12, List.of(ChangeKind.CONCLUDE));
    byte[] json = JsonCodec.encode(policy);
    assertThat(new String(json, StandardCharsets.UTF_8))
        .contains("[\"start\",\"revive\",\"conclude\"]")
        .contains("[\"ben\",\"cyd\"]");
    assertThat(JsonCodec.decode(json, ApprovalPolicy.class)).isEqualTo(policy);
  }

  private static KillEvidence evidence() {
    return new KillEvidence(
        "verdict-1",
        "guardrail/1",
        "normal_mixture",
        "order_value",
        "mean",
        "higher_is_better",
        "green",
        "control",
        SUMS,
        SUMS,
        new BigDecimal("0.5"),
        new BigDecimal("0.5"),
        new BigDecimal("0"),
        new BigDecimal("0.01"),
        new BigDecimal("0.005"),
        new BigDecimal("4.2"),
        new BigDecimal("1234.5"),
        new BigDecimal("99999.75"),
        new BigDecimal("6.1"),
        new BigDecimal("5.3"),
        new BigDecimal("-0.2"),
        false,
        Instant.parse("2026-11-22T07:00:00.123456Z"));
  }

  @ParameterizedTest
  @MethodSource("events")
  void an_event_is_written_as_its_golden_file(TrialogEvent event) throws IOException {
    String written = new String(JsonCodec.encode(event), StandardCharsets.UTF_8);
    assertThat(written).isEqualTo(golden(EventType.ofClass(event.getClass())));
  }

  @ParameterizedTest
  @MethodSource("events")
  void a_golden_file_is_read_as_its_event(TrialogEvent event) throws IOException {
    EventType type = EventType.ofClass(event.getClass());
    TrialogEvent read =
        JsonCodec.decode(golden(type).getBytes(StandardCharsets.UTF_8), type.type());
    assertThat(read).isEqualTo(event);
  }

  static Stream<TrialogEvent> earlierVersions() {
    return Stream.of(
        new ExperimentEvent.ExperimentDrafted("checkout-button", FIRST_DESIGN),
        new ExperimentEvent.ExperimentRevised("checkout-button", FIRST_DESIGN));
  }

  @ParameterizedTest
  @MethodSource("earlierVersions")
  void an_event_of_an_earlier_version_is_read_as_it_was_meant(TrialogEvent event)
      throws IOException {
    EventType type = EventType.ofClass(event.getClass());
    for (int version = 1; version < type.version(); version++) {
      byte[] stored = golden(type, version).getBytes(StandardCharsets.UTF_8);
      assertThat(EventCodec.decode(type, version, stored)).isEqualTo(event);
    }
  }

  @Test
  void every_version_ever_written_has_a_golden_file_that_is_read() throws IOException {
    for (EventType type : EventType.values()) {
      for (int version = 1; version <= type.version(); version++) {
        byte[] stored = golden(type, version).getBytes(StandardCharsets.UTF_8);
        assertThat(EventCodec.decode(type, version, stored)).isInstanceOf(type.type());
      }
    }
  }

  @Test
  void a_metric_made_of_others_is_read_as_it_was_written() {
    for (MetricFormula formula :
        List.of(
            MetricFormula.ratio("errors", "requests"),
            MetricFormula.quantile("latency", new BigDecimal("0.95"), new BigDecimal("800")))) {
      MetricEvent.MetricDefined event =
          new MetricEvent.MetricDefined(
              new MetricDefinition(
                  "made",
                  "acme/rides",
                  "Made",
                  formula.of() == null
                      ? MetricDefinition.Kind.RATIO
                      : MetricDefinition.Kind.QUANTILE,
                  MetricDefinition.Direction.LOWER_IS_BETTER,
                  null,
                  null,
                  "ms",
                  formula));
      assertThat(JsonCodec.decode(JsonCodec.encode(event), MetricEvent.MetricDefined.class))
          .isEqualTo(event);
    }
  }

  @Test
  void a_version_of_the_future_is_refused() {
    assertThatThrownBy(() -> EventCodec.decode(EventType.TOKEN_REVOKED, 2, new byte[0]))
        .hasMessage("version 2 of TokenRevoked is unknown; known are 1 to 1");
  }

  @Test
  void every_event_type_has_an_example() {
    Set<EventType> seen =
        events().map(event -> EventType.ofClass(event.getClass())).collect(Collectors.toSet());
    assertThat(seen).containsExactlyInAnyOrder(EventType.values());
  }

  private static String golden(EventType type) throws IOException {
    return golden(type, type.version());
  }

  private static String golden(EventType type, int version) throws IOException {
    String name = "/golden/" + type.wireName() + "-" + version + ".json";
    try (InputStream file = GoldenEventsTest.class.getResourceAsStream(name)) {
      assertThat(file).as("golden file %s", name).isNotNull();
      return new String(file.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }
}
