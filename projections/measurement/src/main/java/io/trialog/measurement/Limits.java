package io.trialog.measurement;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What a well-formed exposure or outcome may hold; the collector and the stream job both ask here.
 */
public final class Limits {
  /** Segments of one exposure. */
  public static final int SEGMENTS = 8;

  /** Characters of a segment's name. */
  public static final int SEGMENT_NAME = 32;

  /** Characters of a segment's value. */
  public static final int SEGMENT_VALUE = 64;

  /** Characters of a surface. */
  public static final int SURFACE = 64;

  /** Highest allocation epoch. */
  public static final int EPOCH = Integer.MAX_VALUE;

  private static final int DECIMALS = 6;
  private static final int DIGITS = 40;
  private static final BigDecimal AMOUNT = new BigDecimal("1000000000");
  private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");
  private static final Pattern KEY = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");
  private static final Pattern SUBJECT = Pattern.compile("[A-Za-z0-9_-]{22}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,32}");
  private static final Pattern ID =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  private static final BigDecimal CAP = new BigDecimal("1000000000000000");

  private Limits() {}

  /** True for a key of an experiment, variant or metric. */
  public static boolean isKey(String text) {
    return KEY.matcher(text).matches();
  }

  /** True for 22 characters of base64url, the form of a hashed subject. */
  public static boolean isSubject(String text) {
    return SUBJECT.matcher(text).matches();
  }

  /** True for the name of a segment; it cannot hold the {@code =} that joins it to the value. */
  public static boolean isSegmentName(String text) {
    return NAME.matcher(text).matches();
  }

  /** True for 1 to {@code max} characters, none of them a control character or half of a pair. */
  public static boolean isText(String text, int max) {
    return !text.isEmpty()
        && text.length() <= max
        && text.codePoints()
            .noneMatch(
                c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
  }

  /** The id, if the text is a UUID in its 36-character form; {@code UUID.fromString} takes more. */
  public static Optional<UUID> id(String text) {
    return ID.matcher(text).matches() ? Optional.of(UUID.fromString(text)) : Optional.empty();
  }

  /** True from the year 2000 to the year 2200, so that arithmetic with panes cannot overflow. */
  public static boolean isTime(Instant time) {
    return !time.isBefore(EARLIEST) && time.isBefore(LATEST);
  }

  /**
   * True for a number of magnitude up to 10^9 with up to 6 decimals (trailing zeros do not count).
   */
  public static boolean isAmount(BigDecimal number) {
    return within(number, AMOUNT);
  }

  /** True for the cap of a metric: above 0, up to 10^15, with up to 6 decimals. */
  public static boolean isCap(BigDecimal number) {
    return number.signum() > 0 && within(number, CAP);
  }

  private static boolean within(BigDecimal number, BigDecimal highest) {
    // Digits and scale are looked at first: 1e999999999 is cheap to hold and dear to calculate
    // with.
    if (number.precision() > DIGITS || Math.abs((long) number.scale()) > DIGITS) {
      return false;
    }
    return number.stripTrailingZeros().scale() <= DECIMALS && number.abs().compareTo(highest) <= 0;
  }
}
