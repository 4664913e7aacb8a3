package io.trialog.sdk.core.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Protocol clause 3.1. */
class JsonTest {
  @Test
  void a_text_becomes_a_tree() throws Exception {
    String text =
        " {\"a\" : [1, -0.5e+1 ,true,false , null,\"\"],"
            + " \"\\u0062\\/\\n\\ud83d\\ude00\":{},\"c\":[]} ";
    assertThat(JsonReader.read(text))
        .isEqualTo(
            Map.of(
                "a", Arrays.asList(1L, new BigDecimal("-0.5e+1"), true, false, null, ""),
                "b/\n😀", Map.of(),
                "c", List.of()));
    assertThat(JsonReader.read("9007199254740991")).isEqualTo(9007199254740991L);
    assertThat(JsonReader.read("9007199254740992")).isInstanceOf(BigDecimal.class);
    assertThat(JsonReader.read("-0")).isInstanceOf(BigDecimal.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "01",
        "-",
        "+1",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x1",
        "NaN",
        "Infinity",
        "tru",
        "True",
        "nul",
        "'a'",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\u\u0661\u0661\u0661\u0661\"",
        "\"\t\"",
        "\"\\",
        "1 2",
        "[1] ]",
        "\u00a01",
        "\ufeff1",
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"\\u0061\":1}",
        "1e99999999999"
      })
  void a_text_that_is_not_json_is_refused(String text) {
    assertThatThrownBy(() -> JsonReader.read(text)).isInstanceOf(JsonException.class);
  }

  /** The order of RFC 8785 section 3.2.3, by UTF-16 code units and not by code points. */
  @Test
  void keys_are_sorted_by_code_units() throws Exception {
    String canonical =
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin\","
            + "\"€\":\"Euro\",\"😀\":\"Smiley\",\"\ufb33\":\"Hebrew\"}";
    assertThat(JsonWriter.write(JsonReader.read(canonical))).isEqualTo(canonical);
    assertThat(JsonReader.readCanonical(canonical)).isEqualTo(JsonReader.read(canonical));
  }

  /** RFC 8785 section 3.2.2.2. */
  @Test
  void escapes_are_the_shortest() throws Exception {
    String read = "\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\\b\\f\\t\\r\\u007f\"";
    assertThat(JsonWriter.write(JsonReader.read(read)))
        .isEqualTo("\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\\b\\f\\t\\r\u007f\"");
  }

  @Test
  void what_has_no_canonical_form_is_not_written() {
    for (Object value : new Object[] {1.5, new BigDecimal("1"), 1L << 53, "\ud800", "\udc00x"}) {
      assertThatThrownBy(() -> JsonWriter.write(value)).isInstanceOf(JsonException.class);
    }
  }
}
