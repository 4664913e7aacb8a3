package io.trialog.replay;

import java.util.Locale;
import java.util.regex.Pattern;

/** Keys of experiments, variants and metrics: {@code [a-z0-9][a-z0-9_-]{0,62}}. */
final class Keys {

  private static final int LONGEST = 63;
  private static final Pattern LEGAL = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");
  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9-]{1,32}/[a-z0-9-]{1,32}");

  private Keys() {}

  /** The nearest legal key to a name: lower case, every run of other characters one hyphen. */
  static String legal(String what, String name) throws ReplayFailure {
    String key =
        name.strip()
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9_-]+", "-")
            .replaceAll("^[^a-z0-9]+", "")
            .replaceAll("-+$", "");
    if (key.isEmpty()) {
      throw ReplayFailure.usage(
          "no key can be made of the %s \"%s\": it has no ASCII letter or digit"
              .formatted(what, name));
    }
    return key.substring(0, Math.min(key.length(), LONGEST));
  }

  /** The key as given, or a usage failure that suggests a legal one. */
  static String required(String option, String key) throws ReplayFailure {
    if (LEGAL.matcher(key).matches()) {
      return key;
    }
    throw ReplayFailure.usage(
        "%s \"%s\" is not a key (a-z, 0-9, _ and -, at most 63 characters); try \"%s\""
            .formatted(option, key, legal("value of " + option, key)));
  }

  static String namespace(String namespace) throws ReplayFailure {
    if (NAMESPACE.matcher(namespace).matches()) {
      return namespace;
    }
    throw ReplayFailure.usage(
        "--namespace \"%s\" must be org/team, each of a-z, 0-9 and -".formatted(namespace));
  }
}
