package io.trialog.replay;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVRecord;

/**
 * Turns the cells of one record into a row; a record that makes no sense becomes a {@link Row.Bad}.
 */
final class RowReader {

  static final int LONGEST_SEGMENT_VALUE = 64;

  private static final int DECIMALS = 6;
  private static final BigDecimal LARGEST = new BigDecimal("1000000000");
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d{1,30}(\\.\\d{0,60})?|\\.\\d{1,60})([eE][+-]?\\d{1,3})?");
  private static final int SHOWN_CHARACTERS = 40;

  private final int width;
  private final Columns columns;
  private final int subject;
  private final int time;
  private final int variant;
  private final int outcome;
  private final List<Integer> segments = new ArrayList<>();

  /** A cell that cannot be read, with the reason. */
  private static final class BadCell extends Exception {
    private static final long serialVersionUID = 1L;

    BadCell(String reason) {
      super(reason, null, false, false);
    }
  }

  RowReader(Header header, Columns columns) throws ReplayFailure {
    this.columns = columns;
    width = header.width();
    subject = header.indexOf(columns.subject());
    time = header.indexOf(columns.time());
    variant = header.indexOf(columns.variant());
    outcome = header.indexOf(columns.outcome());
    for (String segment : columns.segments()) {
      segments.add(header.indexOf(segment));
    }
  }

  Row read(CSVRecord cells, long line) {
    if (cells.size() != width) {
      return new Row.Bad(line, "%d cells, but the header has %d".formatted(cells.size(), width));
    }
    try {
      return visit(cells, line);
    } catch (BadCell e) {
      return new Row.Bad(line, String.valueOf(e.getMessage()));
    }
  }

  private Row visit(CSVRecord cells, long line) throws BadCell {
    String amount = filled(cells, outcome, columns.outcome());
    BigDecimal exact = number(amount);
    BigDecimal kept =
        exact.setScale(Math.min(DECIMALS, Math.max(0, exact.scale())), RoundingMode.HALF_EVEN);
    return new Row.Visit(
        line,
        filled(cells, subject, columns.subject()),
        instant(filled(cells, time, columns.time())),
        filled(cells, variant, columns.variant()),
        kept,
        kept.compareTo(exact) != 0,
        segmentValues(cells),
        EventIds.rowDigest(cells.toList()));
  }

  private List<String> segmentValues(CSVRecord cells) throws BadCell {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < segments.size(); i++) {
      String value = cells.get(segments.get(i)).strip();
      if (value.length() > LONGEST_SEGMENT_VALUE) {
        throw new BadCell(
            "%s has %d characters; a segment value has at most %d"
                .formatted(columns.segments().get(i), value.length(), LONGEST_SEGMENT_VALUE));
      }
      values.add(value);
    }
    return values;
  }

  private static String filled(CSVRecord cells, int index, String column) throws BadCell {
    String value = cells.get(index).strip();
    if (value.isEmpty()) {
      throw new BadCell(column + " is empty");
    }
    return value;
  }

  private Instant instant(String text) throws BadCell {
    try {
      return EventTime.parse(text);
    } catch (DateTimeException | ArithmeticException e) {
      throw new BadCell("%s \"%s\" is not a time".formatted(columns.time(), shown(text)));
    }
  }

  private BigDecimal number(String text) throws BadCell {
    String digits =
        switch (text.toLowerCase(Locale.ROOT)) {
          case "true" -> "1";
          case "false" -> "0";
          default -> text;
        };
    if (!NUMBER.matcher(digits).matches()) {
      throw new BadCell("%s \"%s\" is not a number".formatted(columns.outcome(), shown(text)));
    }
    BigDecimal number = new BigDecimal(digits);
    if (number.abs().compareTo(LARGEST) > 0) {
      throw new BadCell("%s is larger than 1e9".formatted(columns.outcome()));
    }
    return number;
  }

  private static String shown(String text) {
    return text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "…";
  }
}
