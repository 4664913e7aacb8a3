package io.trialog.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.trialog.language.InvalidValue;
import io.trialog.language.Role;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What JSON-B would take without a word, one test a trap; bodies never reach it. */
class JsonTrapsTest {
  @ParameterizedTest
  @ValueSource(strings = {"99999999999999999999", "1.9", "1e9999999", "-9223372036854775809"})
  void a_number_is_not_cut_to_fit(String number) {
    refuses("x", "{\"x\":" + number + "}", fields -> fields.integer("x"));
  }

  @Test
  void a_number_that_only_fits_64_bits_stays_whole() {
    assertThat(of("{\"x\":99999999999}").integer("x")).isEqualTo(99_999_999_999L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "Infinity", "-Infinity", "+1", "01", ".5", "1.", "0x10", "1e"})
  void what_is_no_number_of_json_is_no_json(String number) {
    malformed(("{\"x\":" + number + "}").getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void a_short_number_that_is_endless_to_write_out_is_refused_before_it_is() {
    refuses("x", "{\"x\":1e999999999}", fields -> fields.decimal("x"));
    refuses("x", "{\"x\":\"1e-999999999\"}", fields -> fields.decimal("x"));
  }

  @Test
  void null_where_something_must_be_is_named_and_no_zero() {
    refuses("x", "{\"x\":null}", fields -> fields.integer("x"));
    refuses("x", "{\"x\":null}", fields -> fields.bool("x"));
    refuses("x", "{\"x\":null}", fields -> fields.word("x", Role.class));
  }

  @Test
  void what_is_absent_is_named_and_neither_null_nor_zero() {
    refuses("x", "{}", fields -> fields.text("x"));
    refuses("x", "{}", fields -> fields.decimal("x"));
    refuses("x", "{}", fields -> fields.bool("x"));
    refuses("x", "{}", fields -> fields.object("x"));
  }

  @Test
  void nothing_may_follow_the_body() {
    malformed("{\"x\":1} garbage".getBytes(StandardCharsets.UTF_8));
    malformed("{}{}".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void a_member_that_comes_twice_is_not_decided_by_the_last() {
    malformed("{\"role\":\"viewer\",\"role\":\"admin\"}".getBytes(StandardCharsets.UTF_8));
    malformed("{\"a\":{\"b\":1,\"b\":2}}".getBytes(StandardCharsets.UTF_8));
    malformed("{\"role\":1,\"\\u0072ole\":2}".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void a_member_that_is_unknown_is_not_passed_over() {
    Fields fields = of("{\"known\":1,\"secret_hash\":\"00\"}");
    fields.integer("known");
    assertThatThrownBy(fields::done)
        .isInstanceOfSatisfying(
            InvalidValue.class, e -> assertThat(e.field()).isEqualTo("secret_hash"));
  }

  @Test
  void a_number_is_no_text_and_a_truth_value_neither() {
    refuses("x", "{\"x\":1}", fields -> fields.text("x"));
    refuses("x", "{\"x\":true}", fields -> fields.text("x"));
    refuses("x", "{\"x\":\"true\"}", fields -> fields.bool("x"));
    refuses("x", "{\"x\":1}", fields -> fields.bool("x"));
    refuses("x", "{\"x\":[\"a\",1]}", fields -> fields.texts("x"));
    refuses("x[0]", "{\"x\":[1]}", fields -> fields.objects("x", Fields::names));
  }

  @Test
  void a_word_is_one_of_the_words_exactly() {
    for (String word : new String[] {"ADMIN", "Admin", "admin ", "0", "ordinal", ""}) {
      refuses("x", "{\"x\":\"" + word + "\"}", fields -> fields.word("x", Role.class));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {33, 999, 100_000})
  void a_deep_nest_is_refused_without_falling_into_it(int levels) {
    malformed(
        ("{\"x\":" + "[".repeat(levels) + "]".repeat(levels) + "}")
            .getBytes(StandardCharsets.UTF_8));
    malformed(
        ("{\"x\":".repeat(levels) + "1" + "}".repeat(levels)).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void brackets_inside_a_text_are_no_nest() {
    String text = "[{".repeat(500);
    assertThat(of("{\"x\":\"" + text + "\"}").text("x")).isEqualTo(text);
  }

  @Test
  void a_byte_order_mark_is_refused() {
    malformed("\uFEFF{}".getBytes(StandardCharsets.UTF_8));
    malformed("{}".getBytes(StandardCharsets.UTF_16));
  }

  @Test
  void bytes_that_are_no_utf_8_do_not_become_question_marks() {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes("{\"x\":\"".getBytes(StandardCharsets.UTF_8));
    body.writeBytes(new byte[] {(byte) 0xC3, (byte) 0x28});
    body.writeBytes("\"}".getBytes(StandardCharsets.UTF_8));
    malformed(body.toByteArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\ud800", "a\\udc00", "\\ud800\\ud800", "\\u0000", "a\\u0000b"})
  void half_a_character_and_the_zero_character_are_refused_by_their_field(String escape) {
    refuses("x", "{\"x\":\"" + escape + "\"}", fields -> fields.text("x"));
    refuses("x", "{\"x\":[\"" + escape + "\"]}", fields -> fields.texts("x"));
  }

  @Test
  void a_character_of_two_halves_is_one_character() {
    assertThat(of("{\"x\":\"\\ud83d\\ude95\"}").text("x")).isEqualTo("\ud83d\ude95");
  }

  @Test
  void a_list_has_an_end() {
    String list = "1,".repeat(1_000) + "1";
    refuses("x", "{\"x\":[" + list + "]}", fields -> fields.texts("x"));
  }

  @Test
  void an_instant_is_one_in_utc() {
    assertThat(of("{}").optionalInstant("x")).isNull();
    for (String text : new String[] {"2026-11-22", "tomorrow", "1763826000", "2026-13-01T00:00Z"}) {
      refuses("x", "{\"x\":\"" + text + "\"}", fields -> fields.optionalInstant("x"));
    }
    refuses("x", "{\"x\":1763826000}", fields -> fields.optionalInstant("x"));
  }

  private static Fields of(String json) {
    return Fields.of(StrictJson.parse(json.getBytes(StandardCharsets.UTF_8)));
  }

  private static void refuses(String field, String json, Function<Fields, ?> read) {
    assertThatThrownBy(() -> read.apply(of(json)))
        .as(json.length() > 80 ? json.substring(0, 80) : json)
        .isInstanceOfSatisfying(InvalidValue.class, e -> assertThat(e.field()).isEqualTo(field));
  }

  private static void malformed(byte[] body) {
    ProblemException problem =
        catchThrowableOfType(ProblemException.class, () -> StrictJson.parse(body));
    assertThat(problem).isNotNull();
    assertThat(problem.problem().status()).isEqualTo(400);
    assertThat(problem.problem().code()).isEqualTo("malformed_body");
  }
}
