package io.trialog.sdk.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.sdk.core.SnapshotRefusedException.Reason;
import io.trialog.sdk.core.note.NoteSigner;
import io.trialog.sdk.core.targeting.Condition;
import io.trialog.sdk.core.targeting.Targeting;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Protocol clauses 3.1 to 4.3. */
class SnapshotTest {
  private static final String EXAMPLE =
      "{\"environment\":\"production\",\"experiments\":[{\"allocation\":[{\"from\":0,\"to\":2500,"
          + "\"variant\":\"control\"},{\"from\":5000,\"to\":7500,\"variant\":\"treatment\"}],"
          + "\"control\":\"control\",\"epoch\":0,\"fallback_unit\":\"device_id\",\"key\":"
          + "\"checkout\",\"salt\":\"checkout\",\"status\":\"running\",\"surface\":\"checkout\","
          + "\"targeting\":[{\"attribute\":\"country\",\"operator\":\"in\",\"values\":[\"US\"]}],"
          + "\"unit\":\"user_id\",\"variants\":[{\"key\":\"control\"},{\"key\":\"treatment\","
          + "\"payload\":\"{\\\"color\\\":\\\"blå\\\"}\"}],\"winner\":\"treatment\"}],"
          + "\"format\":1,\"position\":123,\"time\":\"2026-11-22T16:00:00.120Z\"}";

  private static Snapshot model() {
    SlotTable table =
        SlotTable.fromShares(
            new String[] {"control", "treatment"}, new double[] {0.5, 0.5}, "control");
    Experiment checkout =
        Experiment.builder("checkout")
            .surface("checkout")
            .fallbackUnit("device_id")
            .control("control")
            .winner("treatment")
            .variants(
                List.of(Variant.of("control"), Variant.of("treatment", "{\"color\":\"blå\"}")))
            .targeting(
                Targeting.all(
                    List.of(Condition.worded("country", Condition.Operator.IN, List.of("US")))))
            .allocation(Allocation.enrol(table, 500_000))
            .build();
    return Snapshot.builder("production", 123, Instant.parse("2026-11-22T16:00:00.120456Z"))
        .format(1)
        .experiments(List.of(checkout))
        .build();
  }

  @Test
  void a_model_is_written_as_the_contract_shows_it() {
    assertThat(SnapshotWriter.json(model())).isEqualTo(EXAMPLE);
  }

  @Test
  void reading_undoes_writing() throws Exception {
    assertThat(SnapshotReader.parse(EXAMPLE)).isEqualTo(model());
    assertThat(SnapshotWriter.json(SnapshotReader.parse(EXAMPLE))).isEqualTo(EXAMPLE);
  }

  @Test
  void experiments_are_sorted_whatever_order_they_come_in() {
    List<Experiment> three = List.of(empty("b"), empty("a-1"), empty("a"));
    Snapshot snapshot = Snapshot.of("staging", 0, Instant.EPOCH, three);
    assertThat(snapshot.experiments()).extracting(Experiment::key).containsExactly("a", "a-1", "b");
    assertThat(SnapshotWriter.json(snapshot)).contains("\"time\":\"1970-01-01T00:00:00.000Z\"");
  }

  @Test
  void a_signed_snapshot_opens_with_its_key_only() throws Exception {
    NoteSigner signer = NoteSigner.generate("trialog/production");
    NoteSigner stranger = NoteSigner.generate("trialog/production");
    String note = SnapshotWriter.note(model(), signer);
    assertThat(SnapshotReader.open(note, signer.verifierKey(), "production")).isEqualTo(model());
    assertRefused(Reason.NOT_SIGNED_BY_KEY, note, stranger, "production");
    assertRefused(Reason.OTHER_ENVIRONMENT, note, signer, "staging");
    assertRefused(
        Reason.BAD_SIGNATURE,
        note.replace("\"position\":123", "\"position\":124"),
        signer,
        "production");
  }

  @Test
  void a_signer_of_one_environment_does_not_sign_another() throws Exception {
    NoteSigner signer = NoteSigner.generate("trialog/staging");
    assertThatThrownBy(() -> SnapshotWriter.note(model(), signer))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("trialog/production");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "NOT_CANONICAL|\"position\":123|\"position\":123.0",
        "NOT_CANONICAL|\"position\":123|\"position\":1.23e2",
        "NOT_CANONICAL|\"position\":123|\"position\":0123",
        "NOT_CANONICAL|\"position\":123|\"position\":-0",
        "NOT_CANONICAL|\"position\":123|\"position\":9007199254740992",
        "NOT_CANONICAL|\"position\":123|\"position\":123,\"position\":123",
        "NOT_CANONICAL|\"position\":123|\"position\": 123",
        "NOT_CANONICAL|\"format\":1,\"position\":123|\"position\":123,\"format\":1",
        "NOT_CANONICAL|blå|bl\\u00e5",
        "NOT_CANONICAL|blå|bl\\ud800",
        "NOT_CANONICAL|checkout\",\"targeting|check\\/out\",\"targeting",
        "UNKNOWN_FORMAT|\"format\":1|\"format\":2",
        "INVALID|\"position\":123|\"position\":-1",
        "INVALID|\"position\":123|\"position\":\"123\"",
        "INVALID|\"format\":1|\"flavour\":1,\"format\":1",
        "INVALID|\"epoch\":0|\"epoch\":-1",
        "INVALID|\"epoch\":0|\"epoch\":2147483648",
        "INVALID|\"epoch\":0|\"epoch\":null",
        "INVALID|\"epoch\":0,|",
        "INVALID|\"from\":5000|\"from\":2499",
        "INVALID|\"to\":7500|\"to\":10001",
        "INVALID|\"to\":7500|\"to\":5000",
        "INVALID|7500,\"variant\":\"treatment\"|7500,\"variant\":\"other\"",
        "INVALID|\"winner\":\"treatment\"|\"winner\":\"other\"",
        "INVALID|\"control\":\"control\"|\"control\":\"other\"",
        "INVALID|\"key\":\"checkout\"|\"key\":\"Checkout\"",
        "INVALID|\"status\":\"running\"|\"status\":\"draft\"",
        "INVALID|\"operator\":\"in\"|\"operator\":\"matches\"",
        "INVALID|[\"US\"]|[1]",
        "INVALID|{\"key\":\"control\"},|{\"key\":\"treatment\"},",
        "INVALID|00.120Z|00.12Z",
        "INVALID|00.120Z|00.120+00:00",
        "INVALID|2026-11-22T|2026-11-31T",
      })
  void a_snapshot_that_breaks_a_rule_is_refused(Reason reason, String found, String instead) {
    String broken = EXAMPLE.replace(found, instead == null ? "" : instead);
    assertThat(broken).isNotEqualTo(EXAMPLE);
    assertThatThrownBy(() -> SnapshotReader.parse(broken))
        .isInstanceOfSatisfying(
            SnapshotRefusedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void hostile_bytes_are_refused_and_never_break_the_reader(long seed) throws Exception {
    NoteSigner signer = NoteSigner.generate("trialog/production");
    byte[] good = SnapshotWriter.note(model(), signer).getBytes(StandardCharsets.UTF_8);
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = mutated(good, random);
      try {
        Snapshot read = SnapshotReader.open(bytes, signer.verifierKey(), "production");
        // Only what is not signed may change: signature lines of others, base64 padding bits.
        assertThat(read).as("seed %s round %s", seed, i).isEqualTo(model());
      } catch (SnapshotRefusedException e) {
        assertThat(e.reason()).isNotNull();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5, 6})
  void hostile_json_is_refused_and_never_breaks_the_parser(long seed) {
    byte[] good = EXAMPLE.getBytes(StandardCharsets.UTF_8);
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      String text = new String(mutated(good, random), StandardCharsets.UTF_8);
      try {
        Snapshot read = SnapshotReader.parse(text);
        assertThat(SnapshotWriter.json(read)).as("seed %s round %s", seed, i).isEqualTo(text);
      } catch (SnapshotRefusedException e) {
        assertThat(e.reason()).isNotNull();
      }
    }
  }

  @Test
  void deep_nesting_is_refused() {
    String deep = "[".repeat(100_000);
    assertThatThrownBy(() -> SnapshotReader.parse(deep))
        .isInstanceOf(SnapshotRefusedException.class)
        .hasMessageContaining("nesting");
  }

  private static byte[] mutated(byte[] good, Random random) {
    byte[] bytes = good.clone();
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes = java.util.Arrays.copyOf(bytes, Math.max(1, at));
        case 2 -> bytes[at] = bytes[random.nextInt(bytes.length)];
        default -> {
          int from = random.nextInt(bytes.length);
          int length = Math.min(20, bytes.length - Math.max(at, from));
          System.arraycopy(bytes, from, bytes, at, length);
        }
      }
    }
    return bytes;
  }

  private static Experiment empty(String key) {
    return Experiment.builder(key)
        .control("control")
        .variants(List.of(Variant.of("control")))
        .build();
  }

  private static void assertRefused(
      Reason reason, String note, NoteSigner signer, String environment) {
    assertThatThrownBy(() -> SnapshotReader.open(note, signer.verifierKey(), environment))
        .isInstanceOfSatisfying(
            SnapshotRefusedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
