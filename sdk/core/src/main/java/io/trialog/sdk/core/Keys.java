package io.trialog.sdk.core;

import io.trialog.sdk.core.json.WellFormed;
import java.util.List;

/** The rules of keys and texts that the model's constructors share. */
final class Keys {
  /** Longest salt, surface, unit, attribute name or attribute value, in UTF-16 code units. */
  static final int MAX_TEXT = 1_024;

  private static final int MAX_KEY = 63;

  private Keys() {}

  /** {@code [a-z0-9][a-z0-9_-]{0,62}}; without a regular expression, as it runs on every parse. */
  static String key(String what, String key) {
    boolean right = !key.isEmpty() && key.length() <= MAX_KEY && isStart(key.charAt(0));
    for (int i = 1; right && i < key.length(); i++) {
      char c = key.charAt(i);
      right = isStart(c) || c == '_' || c == '-';
    }
    if (!right) {
      throw new IllegalArgumentException(
          what + " must match [a-z0-9][a-z0-9_-]{0,62}, found " + shortened(key));
    }
    return key;
  }

  private static boolean isStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }

  static String environment(String environment) {
    boolean right =
        !environment.isEmpty()
            && environment.length() <= 32
            && environment.chars().allMatch(c -> isStart((char) c) || c == '-');
    if (!right) {
      throw new IllegalArgumentException(
          "environment must match [a-z0-9-]{1,32}, found " + shortened(environment));
    }
    return environment;
  }

  static String name(String what, String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException(what + " must not be empty");
    }
    return text(what, text, MAX_TEXT);
  }

  /** A text that has a UTF-8 form and is not longer than the limit. */
  static String text(String what, String text, int limit) {
    return WellFormed.text(what, text, limit);
  }

  static <T> List<T> atMost(String what, List<T> list, int limit) {
    if (list.size() > limit) {
      throw new IllegalArgumentException(
          "expected at most " + limit + " " + what + ", found " + list.size());
    }
    return List.copyOf(list);
  }

  private static String shortened(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "...";
  }
}
