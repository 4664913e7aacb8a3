package io.trialog.language;

import java.math.BigDecimal;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Subjects kept out of all experiments of a scope: those whose slot with the salt {@link #salt()}
 * is below {@link #slots()}. Holdouts overlap freely; being out in one keeps out.
 *
 * @param value the namespace or the surface; null for a global one
 */
public record HoldoutDefinition(
    String holdout,
    Scope scope,
    @Nullable String value,
    String environment,
    String unit,
    BigDecimal share,
    String title) {
  private static final BigDecimal MOST = new BigDecimal("0.5");
  private static final BigDecimal SLOTS = BigDecimal.valueOf(10_000);

  /** Which experiments of the environment it covers. */
  public enum Scope {
    /** All. */
    GLOBAL,
    /** Those of one namespace. */
    NAMESPACE,
    /** Those of one surface, whoever owns them. */
    SURFACE;

    /** The lower-case word used in JSON. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public HoldoutDefinition {
    Keys.key("holdout", holdout);
    Keys.require("scope", scope);
    checkValue(scope, value);
    Keys.environment("environment", environment);
    Keys.key("unit", unit);
    Keys.require("share", share);
    if (share.signum() <= 0 || share.compareTo(MOST) > 0) {
      throw new InvalidValue("share", "must be above 0 and at most 0.5; found " + share);
    }
    if (share.stripTrailingZeros().scale() > 4) {
      throw new InvalidValue("share", "must have at most 4 decimals");
    }
    Keys.text("title", title);
  }

  /** The share in slots of 10,000; the subjects of the slots 0 up to it are out. */
  public int slots() {
    return share.multiply(SLOTS).intValueExact();
  }

  /** Begins with {@code holdout:}, so that no experiment or set of the same key hashes alike. */
  public String salt() {
    return "holdout:" + holdout;
  }

  private static void checkValue(Scope scope, @Nullable String value) {
    if (scope == Scope.GLOBAL) {
      if (value != null) {
        throw new InvalidValue("value", "must be absent for a global holdout");
      }
      return;
    }
    if (value == null) {
      throw new InvalidValue("value", "is required for a holdout of a " + scope.word());
    }
    if (scope == Scope.NAMESPACE) {
      Keys.namespace("value", value);
    } else {
      Keys.key("value", value);
    }
  }
}
