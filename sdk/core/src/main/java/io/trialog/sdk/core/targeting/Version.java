package io.trialog.sdk.core.targeting;

/**
 * Versions of Semantic Versioning 2.0.0, compared as their texts, so that nothing is parsed into
 * objects while somebody waits. A number has no leading zero, so of two numbers the longer text is
 * the greater, and of equally long ones the texts decide: no size is too big.
 */
final class Version {
  private Version() {}

  /** Whether the text is a version: three numbers, a pre-release and a build, if they are there. */
  static boolean is(String text) {
    int at = 0;
    for (int part = 0; part < 3; part++) {
      int end = digits(text, at);
      if (!isNumber(text, at, end)) {
        return false;
      }
      at = end;
      if (part < 2) {
        if (at >= text.length() || text.charAt(at) != '.') {
          return false;
        }
        at++;
      }
    }
    if (at < text.length() && text.charAt(at) == '-') {
      at = identifiers(text, at + 1, true);
    }
    if (at >= 0 && at < text.length() && text.charAt(at) == '+') {
      at = identifiers(text, at + 1, false);
    }
    return at == text.length();
  }

  /** End of dot-separated identifiers, -1 when one is malformed. */
  private static int identifiers(String text, int from, boolean prerelease) {
    int start = from;
    while (true) {
      int end = start;
      while (end < text.length() && isIdentifier(text.charAt(end))) {
        end++;
      }
      boolean zeroes =
          prerelease && digits(text, start) == end && end - start > 1 && text.charAt(start) == '0';
      if (end == start || zeroes) {
        return -1;
      }
      if (end == text.length() || text.charAt(end) != '.') {
        return end;
      }
      start = end + 1;
    }
  }

  private static boolean isIdentifier(char c) {
    return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static int digits(String text, int from) {
    int at = from;
    while (at < text.length() && isDigit(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static boolean isNumber(String text, int from, int to) {
    return to > from && (to - from == 1 || text.charAt(from) != '0');
  }

  /** Precedence (semver.org, item 11) of two texts that are versions; the build does not count. */
  static int compare(String a, String b) {
    int endA = end(a);
    int endB = end(b);
    int atA = 0;
    int atB = 0;
    for (int part = 0; part < 3; part++) {
      int nextA = digits(a, atA);
      int nextB = digits(b, atB);
      int order = numbers(a, atA, nextA, b, atB, nextB);
      if (order != 0) {
        return order;
      }
      atA = nextA + 1;
      atB = nextB + 1;
    }
    // Behind the third number stands a hyphen, or the end that counts.
    boolean releaseA = atA > endA;
    boolean releaseB = atB > endB;
    if (releaseA || releaseB) {
      return Boolean.compare(releaseA, releaseB);
    }
    return prereleases(a, atA, endA, b, atB, endB);
  }

  private static int end(String text) {
    int plus = text.indexOf('+');
    return plus < 0 ? text.length() : plus;
  }

  private static int prereleases(String a, int fromA, int endA, String b, int fromB, int endB) {
    int atA = fromA;
    int atB = fromB;
    while (atA < endA && atB < endB) {
      int nextA = dot(a, atA, endA);
      int nextB = dot(b, atB, endB);
      int order = identifier(a, atA, nextA, b, atB, nextB);
      if (order != 0) {
        return order;
      }
      atA = nextA + 1;
      atB = nextB + 1;
    }
    return Boolean.compare(atA < endA, atB < endB);
  }

  private static int dot(String text, int from, int end) {
    int dot = text.indexOf('.', from);
    return dot < 0 || dot > end ? end : dot;
  }

  /** Numbers as numbers and below any other identifier; the others by their ASCII. */
  private static int identifier(String a, int fromA, int toA, String b, int fromB, int toB) {
    boolean numberA = digits(a, fromA) >= toA;
    boolean numberB = digits(b, fromB) >= toB;
    if (numberA && numberB) {
      return numbers(a, fromA, toA, b, fromB, toB);
    }
    return numberA == numberB
        ? texts(a, fromA, toA, b, fromB, toB)
        : Boolean.compare(numberB, numberA);
  }

  private static int numbers(String a, int fromA, int toA, String b, int fromB, int toB) {
    int order = Integer.compare(toA - fromA, toB - fromB);
    return order != 0 ? order : texts(a, fromA, toA, b, fromB, toB);
  }

  private static int texts(String a, int fromA, int toA, String b, int fromB, int toB) {
    int shorter = Math.min(toA - fromA, toB - fromB);
    for (int i = 0; i < shorter; i++) {
      int order = Character.compare(a.charAt(fromA + i), b.charAt(fromB + i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(toA - fromA, toB - fromB);
  }
}
