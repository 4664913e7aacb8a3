package io.trialog.standalone;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes bad bodies of good ones. */
final class Hostility {
  private static final Pattern VALUE =
      Pattern.compile("(?<=:)(\"[^\"]*\"|-?[0-9.]+|true|false|\\[|\\{)");
  private static final String[] VALUES = {
    "null",
    "true",
    "-1",
    "0",
    "1.9",
    "1e999999999",
    "99999999999999999999999",
    "NaN",
    "\"\"",
    "[]",
    "{}",
    "[[[[]]]]",
    "{\"a\":{\"b\":{}}}",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "\"=HYPERLINK(1)\"",
    "\"../../etc/passwd\"",
    "\"' OR 1=1 --\"",
    "\"<script>\"",
    "\"\\u202e\"",
    "-0",
    "1E-400",
    "\"*\"",
    "\"1970-01-01T00:00:00Z\"",
    "\"+1000000000-12-31T23:59:59Z\"",
    "\"9\""
  };
  private static final String[] TEXTS = {
    "..",
    "../x",
    "a b",
    "\u0000",
    "%",
    "ä",
    "\ud83d\ude95",
    "A",
    "x;y",
    "-",
    "_",
    "*",
    "'",
    "\"",
    "null",
    "0",
    "-1",
    "99999999999999999999",
    "x\ny",
    "{x}",
    "<x>",
    "\\",
    "a/b"
  };

  private final Random random;

  Hostility(Random random) {
    this.random = random;
  }

  /** A short text that is no key; sometimes a long one. */
  String text() {
    return random.nextInt(10) == 0
        ? "x".repeat(1 + random.nextInt(3_000))
        : TEXTS[random.nextInt(TEXTS.length)];
  }

  byte[] body(String good) {
    return switch (random.nextInt(12)) {
      case 0 -> noise();
      case 1 -> utf8(good.substring(0, random.nextInt(good.length())));
      case 2 -> utf8(good + good);
      case 3 -> utf8("[" + good + "]");
      case 4 -> utf8(nest());
      case 5 -> flipped(good);
      case 6 -> utf8(good.replaceFirst("\\{", "{\"unknown\":1,"));
      case 7 -> utf8(twice(good));
      case 8 -> utf8(without(good));
      default -> utf8(replaced(good, 1 + random.nextInt(3)));
    };
  }

  private byte[] noise() {
    byte[] noise = new byte[random.nextInt(200)];
    random.nextBytes(noise);
    return noise;
  }

  private String nest() {
    int levels = 1 + random.nextInt(5_000);
    return random.nextBoolean()
        ? "{\"a\":".repeat(levels) + "1" + "}".repeat(levels)
        : "[".repeat(levels);
  }

  private byte[] flipped(String good) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(utf8(good));
    byte[] all = bytes.toByteArray();
    for (int i = 0; i < 1 + random.nextInt(4); i++) {
      all[random.nextInt(all.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return all;
  }

  private String twice(String good) {
    Matcher member = Pattern.compile("\"[a-z_]+\":").matcher(good);
    return member.find() ? good.replaceFirst("\\{", "{" + member.group() + "1,") : good;
  }

  private String without(String good) {
    return good.replaceFirst("\"[a-z_]+\":(\"[^\"]*\"|-?[0-9.]+|true|false),?", "");
  }

  private String replaced(String good, int times) {
    String text = good;
    for (int i = 0; i < times; i++) {
      Matcher matcher = VALUE.matcher(text);
      int count = (int) matcher.results().count();
      if (count == 0) {
        return text;
      }
      text = replaced(text, random.nextInt(count), value());
    }
    return text;
  }

  private static String replaced(String text, int which, String value) {
    Matcher matcher = VALUE.matcher(text);
    for (int i = 0; i <= which; i++) {
      if (!matcher.find()) {
        return text;
      }
    }
    String opener = matcher.group();
    boolean opens = opener.equals("[") || opener.equals("{");
    return text.substring(0, matcher.start())
        + value
        + (opens ? "," + opener : "")
        + text.substring(matcher.end());
  }

  private String value() {
    return random.nextInt(12) == 0
        ? "\"" + "y".repeat(random.nextInt(20_000)) + "\""
        : VALUES[random.nextInt(VALUES.length)];
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
