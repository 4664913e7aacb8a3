package io.trialog.language;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Shapes of the identifiers that people choose; each check returns its argument or refuses. */
public final class Keys {
  private static final Pattern KEY = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");
  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9-]{1,32}/[a-z0-9-]{1,32}");
  private static final Pattern ENVIRONMENT = Pattern.compile("[a-z0-9-]{1,32}");
  private static final int TEXT_LIMIT = 4_000;

  private Keys() {}

  /**
   * An experiment, variant, metric, unit, surface or attribute key: 1 to 63 of {@code a-z 0-9 _ -}.
   */
  public static String key(String field, String value) {
    return matching(KEY, field, value, "1 to 63 of a-z, 0-9, _ and -, not starting with _ or -");
  }

  /** A namespace, {@code org/team}. */
  public static String namespace(String field, String value) {
    return matching(NAMESPACE, field, value, "org/team, each 1 to 32 of a-z, 0-9 and -");
  }

  /** An environment, such as {@code production}. */
  public static String environment(String field, String value) {
    return matching(ENVIRONMENT, field, value, "1 to 32 of a-z, 0-9 and -");
  }

  /** Free text that must say something, at most 4,000 characters. */
  public static String text(String field, String value) {
    require(field, value);
    if (value.isBlank()) {
      throw new InvalidValue(field, "must not be blank");
    }
    return bounded(field, value);
  }

  /** Free text that may be empty, at most 4,000 characters. */
  public static String bounded(String field, String value) {
    require(field, value);
    if (value.length() > TEXT_LIMIT) {
      throw new InvalidValue(field, "must have at most 4000 characters, has " + value.length());
    }
    return value;
  }

  /** Traffic in parts per million, 0 to 1,000,000. */
  public static int traffic(String field, int ppm) {
    if (ppm < 0 || ppm > 1_000_000) {
      throw new InvalidValue(field, "must be within 0 and 1");
    }
    return ppm;
  }

  /** The JSON layer hands over null for a missing member without a word; this says the word. */
  @SuppressWarnings("ConstantValue")
  public static <T> T require(String field, T value) {
    if (value == null) {
      throw new InvalidValue(field, "is required");
    }
    return value;
  }

  /** The constant of an enum's lower-case word; refuses any other word, naming the known ones. */
  public static <E extends Enum<E>> E word(String field, Class<E> type, String word) {
    List<String> words = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      String candidate = constant.name().toLowerCase(Locale.ROOT);
      if (candidate.equals(word)) {
        return constant;
      }
      words.add(candidate);
    }
    throw new InvalidValue(
        field, "must be one of " + String.join(", ", words) + "; found \"" + word + "\"");
  }

  private static String matching(Pattern pattern, String field, String value, String shape) {
    require(field, value);
    if (!pattern.matcher(value).matches()) {
      String shown = value.length() > 80 ? value.substring(0, 80) + "…" : value;
      throw new InvalidValue(field, "must be " + shape + "; found \"" + shown + "\"");
    }
    return value;
  }
}
