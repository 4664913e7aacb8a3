package io.trialog.language.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.AccessEvent;
import io.trialog.language.AuditEvent;
import io.trialog.language.Design;
import io.trialog.language.ExperimentEvent;
import io.trialog.language.Grant;
import io.trialog.language.KillEvidence;
import io.trialog.language.MetricDefinition;
import io.trialog.language.MetricEvent;
import io.trialog.language.NamespaceEvent;
import io.trialog.language.Role;
import io.trialog.language.SlotRange;
import io.trialog.language.TrialogEvent;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every event type has a golden file that is read and written the same for ever. */
class GoldenEventsTest {
  static final Design DESIGN =
      new Design(
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
          List.of(
              new Design.Condition(
                  "country", Design.Condition.Operator.NOT_IN, List.of("DE", "FR"))),
          "orders",
          List.of("order_value"),
          List.of(new Design.GuardrailRule("order_value", new BigDecimal("0.01"))),
          100_000,
          false);

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
                new BigDecimal("37.25"))),
        new ExperimentEvent.ExperimentDrafted("checkout-button", DESIGN),
        new ExperimentEvent.ExperimentRevised("checkout-button", DESIGN),
        new ExperimentEvent.ExperimentSubmitted("checkout-button", "ab12"),
        new ExperimentEvent.ExperimentApproved("checkout-button", "ab12"),
        new ExperimentEvent.ExperimentStarted(
            "checkout-button", 50_000, 0, List.of(new SlotRange("control", 0, 450))),
        new ExperimentEvent.ExperimentRamped(
            "checkout-button", 50_000, 100_000, 0, List.of(new SlotRange("control", 0, 900))),
        new ExperimentEvent.ExperimentPaused("checkout-button"),
        new ExperimentEvent.ExperimentResumed("checkout-button"),
        new ExperimentEvent.ExperimentKilled("checkout-button", evidence()),
        new ExperimentEvent.ExperimentConcluded("checkout-button", "green"),
        new AccessEvent.TokenIssued(
            "t1", "ada", List.of(new Grant(Role.EXPERIMENTER, "acme/rides")), "00ff"),
        new AccessEvent.TokenRevoked("t1"),
        new AccessEvent.AccessDenied("ada", "POST /api/v1/namespaces", "acme/rides"),
        new AuditEvent.AuditExported("e1", "SOC 2 yearly"));
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

  @Test
  void every_event_type_has_an_example() {
    Set<EventType> seen =
        events().map(event -> EventType.ofClass(event.getClass())).collect(Collectors.toSet());
    assertThat(seen).containsExactlyInAnyOrder(EventType.values());
  }

  private static String golden(EventType type) throws IOException {
    String name = "/golden/" + type.wireName() + "-" + type.version() + ".json";
    try (InputStream file = GoldenEventsTest.class.getResourceAsStream(name)) {
      assertThat(file).as("golden file %s", name).isNotNull();
      return new String(file.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }
}
