package io.trialog.audit.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.erdtman.jcs.JsonCanonicalizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 42, 20261122, 8785})
  void the_canonical_form_agrees_with_an_independent_canonicaliser(long seed) throws IOException {
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      Json json = RandomJson.object(random, 4);
      byte[] ours = json.canonical();

      assertThat(new String(ours, StandardCharsets.UTF_8))
          .as("seed %d, round %d", seed, round)
          .isEqualTo(new JsonCanonicalizer(ours).getEncodedString());
      assertThat(Json.parse(ours)).isEqualTo(json);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 42, 20261122})
  void loosely_written_text_comes_out_as_the_independent_canonicaliser_writes_it(long seed)
      throws IOException {
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      String loose = RandomJson.loosely(RandomJson.object(random, 3), random);

      assertThat(new String(Json.parse(utf8(loose)).canonical(), StandardCharsets.UTF_8))
          .as("seed %d, round %d: %s", seed, round, loose)
          .isEqualTo(new JsonCanonicalizer(loose).getEncodedString());
    }
  }

  /** Random values that visit the corners: escapes, surrogate pairs, names of odd order. */
  static final class RandomJson {
    private static final String[] PIECES = {
      "a",
      "Z",
      "0",
      "é",
      "€",
      "\uD83D\uDE00",
      "\uFB33",
      "\"",
      "\\",
      "/",
      "\b",
      "\f",
      "\n",
      "\r",
      "\t",
      "\u0000",
      "\u001f",
      "\u007f",
      "\u0080",
      "\u2028",
      "\uFFFD",
      "<script>",
      " "
    };

    static String text(Random random) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(6); i > 0; i--) {
        text.append(PIECES[random.nextInt(PIECES.length)]);
      }
      return text.toString();
    }

    static Json.Members object(Random random, int depth) {
      TreeMap<String, Json> byName = new TreeMap<>();
      for (int i = random.nextInt(5); i > 0; i--) {
        byName.put(text(random), value(random, depth - 1));
      }
      return new Json.Members(byName);
    }

    private static Json value(Random random, int depth) {
      return switch (random.nextInt(depth > 0 ? 7 : 5)) {
        case 0 -> new Json.Null();
        case 1 -> new Json.Bool(random.nextBoolean());
        case 2 -> new Json.Int(random.nextLong() >> (11 + random.nextInt(50)));
        case 3, 4 -> new Json.Text(text(random));
        case 5 -> object(random, depth);
        default -> {
          List<Json> items = new ArrayList<>();
          for (int i = random.nextInt(4); i > 0; i--) {
            items.add(value(random, depth - 1));
          }
          yield new Json.Items(items);
        }
      };
    }

    /** The same value with names out of order, white space and needless escapes. */
    static String loosely(Json json, Random random) {
      String gap = " \n\t\r".substring(0, random.nextInt(4));
      return gap
          + switch (json) {
            case Json.Members members -> {
              List<String> parts = new ArrayList<>();
              members
                  .byName()
                  .forEach((name, value) ->
                      parts.add(quoted(name, random) + gap + ":" + loosely(value, random)));
              java.util.Collections.shuffle(parts, random);
              yield "{" + String.join(gap + ",", parts) + gap + "}";
            }
            case Json.Items items -> {
              List<String> parts = new ArrayList<>();
              items.list().forEach(value -> parts.add(loosely(value, random)));
              yield "[" + String.join(",", parts) + gap + "]";
            }
            case Json.Text text -> quoted(text.value(), random);
            case Json.Int number -> Long.toString(number.value());
            case Json.Bool bool -> Boolean.toString(bool.value());
            case Json.Null nothing -> "null";
          }
          + gap;
    }

    private static String escaped(char c, Random random) {
      return String.format(random.nextBoolean() ? "\\u%04x" : "\\u%04X", (int) c);
    }

    private static String quoted(String text, Random random) {
      StringBuilder quoted = new StringBuilder("\"");
      for (int codePoint : text.codePoints().toArray()) {
        boolean escape =
            codePoint < ' ' || codePoint == '"' || codePoint == '\\' || random.nextInt(4) == 0;
        for (char c : Character.toChars(codePoint)) {
          quoted.append(escape ? escaped(c, random) : c);
        }
      }
      return quoted.append('"').toString();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "}",
        "{}{}",
        "{} x",
        "[1,]",
        "[,1]",
        "{\"a\":1,}",
        "{\"a\"}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"\\u0061\":2}",
        "1.0",
        "1e3",
        "1E0",
        "-",
        "+1",
        "01",
        "-01",
        ".5",
        "NaN",
        "Infinity",
        "9007199254740992",
        "-9007199254740992",
        "99999999999999999999999999",
        "tru",
        "nul",
        "True",
        "\"",
        "\"a",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\u\u0661\u0661\u0661\u0661\"",
        "\"\\uD800\"",
        "\"\\uDC00\\uD800\"",
        "{\"\\uD800\":1}",
        "\"\n\"",
        "\"\u0000\"",
        "\u0000",
        "\"a\"\u0000",
        "\uFEFF{}",
        "// x\n1",
        "\u00a01"
      })
  void text_that_is_not_strict_json_is_refused(String text) {
    assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> Json.parse(utf8(text)));
  }

  @Test
  void bytes_that_are_not_utf8_are_refused() {
    byte[][] bad = {
      {'"', (byte) 0xff, '"'},
      {'"', (byte) 0xc0, (byte) 0xaf, '"'},
      {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'},
      {'"', (byte) 0xf5, (byte) 0x80, (byte) 0x80, (byte) 0x80, '"'},
      {'"', (byte) 0xe2, (byte) 0x82, '"'}
    };
    for (byte[] bytes : bad) {
      assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> Json.parse(bytes));
    }
  }

  @Test
  void nesting_ends_at_64_levels() {
    String deepest = "[".repeat(64) + "]".repeat(64);

    assertThat(Json.parse(utf8(deepest)).canonical()).isEqualTo(utf8(deepest));
    assertThatExceptionOfType(MalformedException.class)
        .isThrownBy(() -> Json.parse(utf8("[" + deepest + "]")));
    assertThatExceptionOfType(MalformedException.class)
        .isThrownBy(() -> Json.parse(utf8("[".repeat(1_000_000))));
  }

  @Test
  void integers_end_where_doubles_stop_being_exact() {
    assertThat(Json.parse(utf8("9007199254740991"))).isEqualTo(new Json.Int(9007199254740991L));
    assertThat(Json.parse(utf8("-9007199254740991"))).isEqualTo(new Json.Int(-9007199254740991L));
    assertThat(Json.parse(utf8("-0")).canonical()).isEqualTo(utf8("0"));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void mangled_bytes_are_refused_or_read_and_nothing_worse(long seed) {
    Random random = new Random(seed);
    int refused = 0;
    for (int round = 0; round < 3_000; round++) {
      byte[] bytes = RandomJson.object(random, 4).canonical();
      for (int i = 0; i < 3; i++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      try {
        Json.parse(bytes);
      } catch (MalformedException e) {
        refused++;
      }
    }
    assertThat(refused).as("seed %d", seed).isGreaterThan(1_000);
  }
}
