package io.trialog.command.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.Actor;
import io.trialog.language.Design;
import io.trialog.language.EventMetadata;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.GuardrailReport;
import io.trialog.language.GuardrailState;
import io.trialog.language.Targeting;
import io.trialog.language.log.EventLog;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.ControlMessage;
import io.trialog.language.wire.ControlMessage.Kind;
import io.trialog.language.wire.EventType;
import io.trialog.language.wire.JsonCodec;
import io.trialog.sdk.core.note.NoteException;
import io.trialog.sdk.core.note.NoteSigner;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which control messages are followed, and that every other one is counted under its reason. */
class ControlReaderTest {
  private static final Instant AT = Instant.parse("2026-11-22T07:00:00Z");
  private static final NoteSigner PRODUCTION = signer("production");
  private static final NoteSigner STAGING = signer("staging");

  private ControlReader reader;

  /** A log in which the experiment "checkout" was drafted for production. */
  private record OneDraft() implements EventLog {
    @Override
    public List<StoredEvent> stream(String stream) {
      return stream.equals("experiment/checkout") ? List.of(draft()) : List.of();
    }

    @Override
    public List<StoredEvent> read(long after, int limit) {
      throw new UnsupportedOperationException("nobody reads it through");
    }

    @Override
    public List<StoredEvent> before(long position, int limit) {
      throw new UnsupportedOperationException("nobody reads it back");
    }

    @Override
    public long head() {
      return 1;
    }

    @Override
    public void await(long after, Duration atMost) {
      throw new UnsupportedOperationException("nobody waits");
    }

    private static StoredEvent draft() {
      byte[] metadata =
          JsonCodec.encode(
              new TreeMap<>(
                  new EventMetadata(Actor.human("ada"), null, "c", null, null, null).toMap()));
      EventType type = EventType.EXPERIMENT_DRAFTED;
      return new StoredEvent(
          1,
          "e1",
          "experiment/checkout",
          0,
          type.wireName(),
          type.version(),
          AT,
          JsonCodec.encode(new ExperimentDrafted("checkout", design())),
          metadata);
    }
  }

  @BeforeEach
  void open() {
    Map<String, NoteSigner> keys = Map.of("production", PRODUCTION, "staging", STAGING);
    reader =
        new ControlReader(
            environment -> Optional.ofNullable(keys.get(environment)).map(NoteSigner::verifierKey),
            new OneDraft());
  }

  private static NoteSigner signer(String environment) {
    try {
      return NoteSigner.generate(ControlMessage.signerName(environment));
    } catch (NoteException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Design design() {
    return new Design(
        "checkout",
        "acme/rides",
        "production",
        "Checkout",
        "",
        "user_id",
        null,
        "web",
        "control",
        List.of(
            new Design.Variant("control", new BigDecimal("0.5"), null),
            new Design.Variant("green", new BigDecimal("0.5"), null)),
        Targeting.EVERYBODY,
        List.of(),
        List.of(),
        "orders",
        List.of(),
        List.of(),
        1_000,
        false,
        false);
  }

  private static GuardrailReport report(String experiment, String metric, Instant at) {
    return new GuardrailReport(
        "r-" + at.toEpochMilli(),
        "guardrail/1",
        experiment,
        metric,
        "green",
        GuardrailState.SAFE,
        0,
        1_024,
        1_100,
        new BigDecimal("0.05"),
        null,
        "none",
        at);
  }

  private static ControlMessage message(String environment, GuardrailReport report) {
    return ControlMessage.of(Kind.GUARDRAIL_REPORT, environment, report);
  }

  private static byte[] note(NoteSigner signer, String text) {
    return signer.sign(text).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] well(GuardrailReport report) {
    return note(PRODUCTION, message("production", report).text());
  }

  private Optional<GuardrailReport> read(byte[] note) {
    return reader.read(
        note,
        Kind.GUARDRAIL_REPORT,
        GuardrailReport.class,
        each ->
            new ControlReader.Subject(
                each.experiment(), each.metric(), each.variant(), each.evaluatedAt()));
  }

  private void mustBeRefused(byte[] note, ControlRefusal reason) {
    long before = count(reason);
    long all = reader.counters().values().stream().mapToLong(Long::longValue).sum();
    assertThat(read(note)).as(reason.word()).isEmpty();
    assertThat(count(reason)).as(reason.word()).isEqualTo(before + 1);
    assertThat(reader.counters().values().stream().mapToLong(Long::longValue).sum())
        .as("counted once")
        .isEqualTo(all + 1);
  }

  private long count(ControlRefusal reason) {
    return reader.counters().getOrDefault("control_messages_refused_" + reason.word(), -1L);
  }

  @Test
  void what_is_signed_for_its_environment_is_followed_also_twice() {
    GuardrailReport report = report("checkout", "orders", AT);
    assertThat(read(well(report))).contains(report);
    assertThat(read(well(report))).contains(report);
    assertThat(reader.counters()).hasSize(6).allSatisfy((name, n) -> assertThat(n).isZero());
  }

  @Test
  void an_experiment_that_nobody_drafted_is_for_the_order_to_refuse() {
    assertThat(read(well(report("ghost", "orders", AT)))).isPresent();
  }

  @Test
  void what_is_not_signed_is_refused() {
    String text = message("production", report("checkout", "orders", AT)).text();
    mustBeRefused(JsonCodec.encode(report("checkout", "orders", AT)), ControlRefusal.UNSIGNED);
    mustBeRefused(text.getBytes(StandardCharsets.UTF_8), ControlRefusal.UNSIGNED);
    mustBeRefused((text + "\n").getBytes(StandardCharsets.UTF_8), ControlRefusal.UNSIGNED);
    mustBeRefused(new byte[0], ControlRefusal.UNSIGNED);
    mustBeRefused(new byte[] {(byte) 0xff, 0, 10, 10}, ControlRefusal.UNSIGNED);
  }

  @Test
  void a_stranger_s_key_is_refused_though_it_has_the_right_name() {
    String text = message("production", report("checkout", "orders", AT)).text();
    mustBeRefused(note(signer("production"), text), ControlRefusal.WRONG_KEY);
    mustBeRefused(note(STAGING, text), ControlRefusal.WRONG_KEY);
  }

  @Test
  void an_environment_without_a_trusted_key_is_refused() {
    String text = message("live", report("checkout", "orders", AT)).text();
    mustBeRefused(note(signer("live"), text), ControlRefusal.WRONG_KEY);
  }

  @Test
  void a_changed_text_is_refused() {
    byte[] note = well(report("checkout", "orders", AT));
    String changed = new String(note, StandardCharsets.UTF_8).replace("\"safe\"", "\"watch\"");
    mustBeRefused(changed.getBytes(StandardCharsets.UTF_8), ControlRefusal.BAD_SIGNATURE);
  }

  @Test
  void the_key_of_another_environment_says_nothing_about_this_experiment() {
    mustBeRefused(
        note(STAGING, message("staging", report("checkout", "orders", AT)).text()),
        ControlRefusal.OTHER_ENVIRONMENT);
  }

  @Test
  void what_is_older_than_the_last_of_its_guardrail_is_refused_as_a_replay() {
    byte[] old = well(report("checkout", "orders", AT));
    assertThat(read(old)).isPresent();
    assertThat(read(well(report("checkout", "orders", AT.plusMillis(1))))).isPresent();
    mustBeRefused(old, ControlRefusal.REPLAYED);
    assertThat(read(well(report("checkout", "gmv", AT)))).as("another guardrail").isPresent();
    assertThat(read(well(report("ghost", "orders", AT)))).as("another experiment").isPresent();
  }

  @Test
  void what_was_refused_does_not_make_later_ones_old() {
    Instant far = AT.plus(Duration.ofDays(1_000));
    mustBeRefused(
        note(STAGING, message("staging", report("checkout", "orders", far)).text()),
        ControlRefusal.OTHER_ENVIRONMENT);
    assertThat(read(well(report("checkout", "orders", AT)))).isPresent();
  }

  @Test
  void a_signed_message_that_says_nothing_understood_is_refused() {
    String text = message("production", report("checkout", "orders", AT)).text();
    mustBeRefused(
        note(PRODUCTION, new ControlMessage(Kind.VERDICT, "production", "{}").text()),
        ControlRefusal.UNREADABLE);
    mustBeRefused(
        note(PRODUCTION, new ControlMessage(Kind.GUARDRAIL_REPORT, "production", "{}").text()),
        ControlRefusal.UNREADABLE);
    mustBeRefused(
        note(PRODUCTION, text.replace("\"safe\"", "\"perhaps\"")), ControlRefusal.UNREADABLE);
    mustBeRefused(
        note(PRODUCTION, text.replace("control/1", "control/2")), ControlRefusal.UNREADABLE);
    mustBeRefused(note(PRODUCTION, "hello\n"), ControlRefusal.UNREADABLE);
    mustBeRefused(new byte[70_000], ControlRefusal.UNREADABLE);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void no_flipped_bit_passes_and_none_throws(long seed) {
    byte[] note = well(report("checkout", "orders", AT));
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 200; i++) {
      byte[] flipped = note.clone();
      int bit = random.nextInt(flipped.length * 8);
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(read(flipped)).as("seed %d, bit %d", seed, bit).isEmpty();
    }
    assertThat(read(note)).isPresent();
  }
}
