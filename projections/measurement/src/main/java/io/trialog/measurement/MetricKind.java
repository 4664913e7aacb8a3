package io.trialog.measurement;

import java.util.Locale;
import java.util.Optional;

/** How the outcomes of one subject become the one number that is analysed. */
public enum MetricKind {
  /** The sum of the subject's values, for example of its orders. */
  MEAN,
  /** 1 if any of the subject's values is not 0, else 0. */
  PROPORTION;

  /** The word on the wire, {@code mean} or {@code proportion}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The kind of that word; empty for any other text. */
  public static Optional<MetricKind> of(String word) {
    return switch (word) {
      case "mean" -> Optional.of(MEAN);
      case "proportion" -> Optional.of(PROPORTION);
      default -> Optional.empty();
    };
  }
}
