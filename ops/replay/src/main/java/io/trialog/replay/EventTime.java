package io.trialog.replay;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.chrono.IsoChronology;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Reads the time of a row: ISO-8601 or {@code yyyy-MM-dd HH:mm:ss[.fraction]} with or without a
 * zone (without one it is UTC), a date alone (midnight), or a number since 1970. A number with up
 * to 11 integer digits is seconds, with 12 to 14 it is milliseconds; so seconds reach the year 5138
 * and milliseconds begin in 1973.
 */
final class EventTime {

  private static final Pattern SECONDS = Pattern.compile("-?\\d{1,11}(\\.\\d{1,9})?");
  private static final Pattern MILLIS = Pattern.compile("-?\\d{12,14}(\\.\\d{1,6})?");
  private static final int DATE_CHARACTERS = 10;
  private static final int NANO_DIGITS = 9;
  private static final int LAST_YEAR = 9999;

  private static final DateTimeFormatter TEXT =
      new DateTimeFormatterBuilder()
          .parseCaseInsensitive()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .optionalStart()
          .appendLiteral('T')
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .optionalStart()
          .appendPattern("[ ][XXX][XX][X]['UTC']['GMT']")
          .optionalEnd()
          .optionalEnd()
          .toFormatter(Locale.ROOT)
          .withChronology(IsoChronology.INSTANCE)
          .withResolverStyle(ResolverStyle.STRICT);

  private EventTime() {}

  /**
   * @throws DateTimeException when the text is none of the known forms or lies outside of the years
   *     0 to 9999
   */
  static Instant parse(String text) {
    String stripped = text.strip();
    Instant time = isNumber(stripped) ? ofNumber(stripped) : ofText(stripped);
    int year = time.atOffset(ZoneOffset.UTC).getYear();
    if (year < 0 || year > LAST_YEAR) {
      throw new DateTimeException("the year %d is out of range".formatted(year));
    }
    return time;
  }

  private static boolean isNumber(String text) {
    return SECONDS.matcher(text).matches() || MILLIS.matcher(text).matches();
  }

  private static Instant ofNumber(String text) {
    int toNanos = SECONDS.matcher(text).matches() ? NANO_DIGITS : NANO_DIGITS - 3;
    BigDecimal nanos = new BigDecimal(text).movePointRight(toNanos);
    BigDecimal[] parts = nanos.divideAndRemainder(BigDecimal.TEN.pow(NANO_DIGITS));
    return Instant.ofEpochSecond(parts[0].longValueExact(), parts[1].longValueExact());
  }

  private static Instant ofText(String text) {
    boolean blank = text.length() > DATE_CHARACTERS && text.charAt(DATE_CHARACTERS) == ' ';
    String iso =
        blank
            ? new StringBuilder(text).replace(DATE_CHARACTERS, DATE_CHARACTERS + 1, "T").toString()
            : text;
    TemporalAccessor parsed =
        TEXT.parseBest(iso, OffsetDateTime::from, LocalDateTime::from, LocalDate::from);
    return switch (parsed) {
      case OffsetDateTime zoned -> zoned.toInstant();
      case LocalDateTime local -> local.toInstant(ZoneOffset.UTC);
      default -> LocalDate.from(parsed).atStartOfDay(ZoneOffset.UTC).toInstant();
    };
  }
}
