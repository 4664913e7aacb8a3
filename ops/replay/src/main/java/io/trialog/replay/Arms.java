package io.trialog.replay;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The arms of the experiment: control first, the others in alphabetical order.
 *
 * @param keys the variant key of each arm as the file writes it
 * @param shares the planned share of each variant key; they sum to exactly 1
 */
record Arms(String control, Map<String, String> keys, Map<String, BigDecimal> shares) {

  private static final String USUAL_CONTROL = "control";
  private static final int SHARE_DECIMALS = 6;

  /**
   * @param written the arms found in the file
   * @param askedControl the control as the person names it, or empty for the usual one
   * @param askedShares shares by arm, or empty for equal ones
   */
  static Arms of(Set<String> written, String askedControl, Map<String, BigDecimal> askedShares)
      throws ReplayFailure {
    Map<String, String> keyOf = keys(written);
    Set<String> sorted = new TreeSet<>(keyOf.values());
    String control = askedControl.isEmpty() ? usualControl(sorted) : named(keyOf, askedControl);
    Set<String> ordered = new LinkedHashSet<>();
    ordered.add(control);
    ordered.addAll(sorted);
    Map<String, BigDecimal> shares =
        askedShares.isEmpty() ? equalShares(ordered) : given(ordered, keyOf, askedShares);
    return new Arms(control, keyOf, shares);
  }

  String keyOf(String written) {
    String key = keys.get(written);
    if (key == null) {
      throw new IllegalStateException("the second pass found an arm that the first did not");
    }
    return key;
  }

  private static Map<String, String> keys(Set<String> written) throws ReplayFailure {
    Map<String, String> keys = new LinkedHashMap<>();
    for (String arm : new TreeSet<>(written)) {
      String key = Keys.legal("variant", arm);
      if (keys.containsValue(key)) {
        throw ReplayFailure.failed(
            "two arms would have the same key \"%s\"; one of them is \"%s\"".formatted(key, arm));
      }
      keys.put(arm, key);
    }
    return keys;
  }

  private static String usualControl(Set<String> sorted) {
    return sorted.contains(USUAL_CONTROL) ? USUAL_CONTROL : sorted.iterator().next();
  }

  private static String named(Map<String, String> keyOf, String asked) throws ReplayFailure {
    String key = keyOf.getOrDefault(asked, asked);
    if (!keyOf.containsValue(key)) {
      throw ReplayFailure.usage(
          "there is no arm \"%s\"; the file has %s".formatted(asked, keyOf.keySet()));
    }
    return key;
  }

  /** Thirds have no last digit: all but the last are rounded down, the last is the rest. */
  private static Map<String, BigDecimal> equalShares(Set<String> ordered) {
    BigDecimal count = BigDecimal.valueOf(ordered.size());
    BigDecimal each = BigDecimal.ONE.divide(count, SHARE_DECIMALS, RoundingMode.DOWN);
    BigDecimal last = BigDecimal.ONE.subtract(each.multiply(count.subtract(BigDecimal.ONE)));
    Map<String, BigDecimal> shares = new LinkedHashMap<>();
    ordered.forEach(key -> shares.put(key, shares.size() + 1 < ordered.size() ? each : last));
    return shares;
  }

  private static Map<String, BigDecimal> given(
      Set<String> ordered, Map<String, String> keyOf, Map<String, BigDecimal> asked)
      throws ReplayFailure {
    Map<String, BigDecimal> shares = new LinkedHashMap<>();
    ordered.forEach(key -> shares.put(key, BigDecimal.ZERO));
    for (Map.Entry<String, BigDecimal> share : asked.entrySet()) {
      shares.put(named(keyOf, share.getKey()), share.getValue());
    }
    BigDecimal sum = shares.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    boolean positive = shares.values().stream().allMatch(share -> share.signum() > 0);
    if (!positive || sum.compareTo(BigDecimal.ONE) != 0) {
      throw ReplayFailure.usage(
          "--share must give each of %s a positive share, and all must sum to 1; found %s"
              .formatted(ordered, shares));
    }
    return shares;
  }
}
