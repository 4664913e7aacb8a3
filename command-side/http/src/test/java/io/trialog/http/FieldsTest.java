package io.trialog.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.language.InvalidValue;
import io.trialog.language.Role;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FieldsTest {
  @Test
  void members_are_taken_by_name_and_type() {
    Fields fields =
        fields(
            "{\"t\":\"x\",\"n\":1.50,\"i\":7,\"b\":true,\"w\":\"admin\",\"l\":[\"a\"],\"o\":[{\"k\":1}]}");

    assertThat(fields.text("t")).isEqualTo("x");
    assertThat(fields.decimal("n")).isEqualTo(new BigDecimal("1.50"));
    assertThat(fields.integer("i")).isEqualTo(7);
    assertThat(fields.bool("b", false)).isTrue();
    assertThat(fields.word("w", Role.class)).isEqualTo(Role.ADMIN);
    assertThat(fields.texts("l")).containsExactly("a");
    assertThat(fields.objects("o", inner -> inner.integer("k"))).containsExactly(1L);
    fields.done();
  }

  @Test
  void a_member_that_nobody_took_is_named() {
    Fields fields = fields("{\"title\":\"x\",\"tilte\":\"y\"}");
    fields.text("title");

    assertThatThrownBy(fields::done)
        .isInstanceOfSatisfying(InvalidValue.class, e -> assertThat(e.field()).isEqualTo("tilte"));
  }

  @Test
  void a_member_inside_a_list_is_named_by_its_path() {
    Fields fields = fields("{\"variants\":[{\"key\":\"a\"},{\"key\":1}]}");

    assertThatThrownBy(() -> fields.objects("variants", variant -> variant.text("key")))
        .isInstanceOfSatisfying(
            InvalidValue.class, e -> assertThat(e.field()).isEqualTo("variants[1].key"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "99999999999999999999",
        "1.5",
        "1e9999999",
        "1e-9999999",
        "9223372036854775808",
        "\"x\""
      })
  void a_whole_number_is_never_damaged_silently(String number) {
    assertThatThrownBy(() -> fields("{\"n\":" + number + "}").integer("n"))
        .isInstanceOf(InvalidValue.class)
        .hasMessageContaining("n must be");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "true", "[]", "{}"})
  void a_wrong_type_is_named(String value) {
    assertMissingOrWrong(value, fields -> fields.text("m"));
  }

  @Test
  void null_is_as_good_as_absent() {
    assertThat(fields("{\"m\":null}").optionalText("m")).isNull();
    assertThatThrownBy(() -> fields("{\"m\":null}").text("m"))
        .hasMessageContaining("m is required");
  }

  private static void assertMissingOrWrong(String value, Function<Fields, ?> read) {
    assertThatThrownBy(() -> read.apply(fields("{\"m\":" + value + "}")))
        .isInstanceOfSatisfying(InvalidValue.class, e -> assertThat(e.field()).isEqualTo("m"));
  }

  private static Fields fields(String json) {
    return Fields.of(StrictJson.parse(json.getBytes(StandardCharsets.UTF_8)));
  }
}
