package io.trialog.audit.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeafTest {

  static Leaf leaf(Map<String, Json> data) {
    return new Leaf(
        new Leaf.Actor("", "u-1", "human", Optional.empty()),
        "",
        "ab".repeat(32),
        "c-1",
        Json.Members.of(data),
        Instant.parse("2026-11-22T07:00:00Z"),
        "e-1",
        0,
        Instant.parse("2026-11-22T07:00:00.123456Z"),
        List.of(),
        "experiment/checkout",
        "",
        0,
        "RampApproved",
        1);
  }

  private static String text(Leaf leaf) {
    return new String(leaf.bytes(), StandardCharsets.UTF_8);
  }

  @Test
  void a_leaf_is_written_to_the_byte_as_the_format_says() {
    assertThat(text(leaf(Map.of("traffic_ppm", new Json.Int(250_000)))))
        .isEqualTo(
            "{\"actor\":{\"auth\":\"\",\"id\":\"u-1\",\"kind\":\"human\"},\"causationId\":\"\","
                + "\"contentSha256\":\""
                + "ab".repeat(32)
                + "\",\"correlationId\":\"c-1\",\"data\":{\"traffic_ppm\":250000},"
                + "\"effectiveAt\":\"2026-11-22T07:00:00.000Z\",\"eventId\":\"e-1\",\"index\":0,"
                + "\"recordedAt\":\"2026-11-22T07:00:00.123Z\",\"sd\":[],"
                + "\"stream\":\"experiment/checkout\",\"streamPrev\":\"\",\"streamSeq\":0,"
                + "\"type\":\"RampApproved\",\"typeVersion\":1,\"v\":1}");
  }

  @Test
  void reading_undoes_writing() {
    Leaf leaf = leaf(Map.of("reason", new Json.Text("ünïcode \uD83D\uDE00")));

    assertThat(Leaf.parse(leaf.bytes())).isEqualTo(leaf);
  }

  @Test
  void a_leaf_of_65535_bytes_is_kept_and_one_more_is_refused() {
    int frame = leaf(Map.of("a", new Json.Text(""))).bytes().length;
    Leaf longest = leaf(Map.of("a", new Json.Text("x".repeat(65_535 - frame))));
    Leaf tooLong = leaf(Map.of("a", new Json.Text("x".repeat(65_536 - frame))));

    assertThat(longest.bytes()).hasSize(65_535);
    assertThat(Leaf.parse(longest.bytes())).isEqualTo(longest);
    assertThatExceptionOfType(MalformedException.class)
        .isThrownBy(tooLong::bytes)
        .withMessageContaining("65536");
    assertThatExceptionOfType(MalformedException.class)
        .isThrownBy(() -> Leaf.parse(tooLong.json().canonical()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "\"index\":0;\"index\":00",
        "\"index\":0;\"index\":-0",
        "\"index\":0;\"index\": 0",
        "\"index\":0;\"index\":-1",
        "\"index\":0;\"index\":\"0\"",
        "\"index\":0;\"index\":0,\"index\":0",
        "\"index\":0;\"index\":0,\"inder\":0",
        "\"index\":0,;",
        "\"v\":1;\"v\":2",
        "\"typeVersion\":1;\"typeVersion\":0",
        "\"typeVersion\":1;\"typeVersion\":4294967297",
        "\"kind\":\"human\";\"kind\":\" \"",
        "\"id\":\"u-1\";\"id\":\"\"",
        "\"auth\":\"\",;",
        "\"kind\":\"human\";\"kind\":\"human\",\"x\":1",
        "\"sd\":[];\"sd\":[1]",
        "\"sd\":[];\"sd\":[\"short\"]",
        "\"sd\":[];\"sd\":{}",
        "\"data\":{};\"data\":[]",
        "\"data\":{};\"data\":{\"a\":0.5}",
        "\"streamPrev\":\"\";\"streamPrev\":\"x\"",
        "\"streamSeq\":0;\"streamSeq\":1",
        "00.123Z;00.12Z",
        "00.123Z;00.123456Z",
        "00.123Z;00.123+00:00",
        "2026-11-22T07:00:00.123Z;2026-02-30T07:00:00.123Z",
        "2026-11-22T07:00:00.123Z;12026-11-22T07:00:00.123Z",
        "\"c-1\";\"c-\\u0031\""
      })
  void any_other_spelling_is_refused(String from, String to) {
    String good = text(leaf(Map.of()));
    String bad = good.replace(from, to == null ? "" : to);

    assertThat(bad).isNotEqualTo(good);
    assertThatExceptionOfType(MalformedException.class)
        .isThrownBy(() -> Leaf.parse(bad.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void nothing_is_not_a_leaf() {
    assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> Leaf.parse(new byte[0]));
  }
}
