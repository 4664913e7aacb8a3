package io.trialog.replay;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the first pass found.
 *
 * @param rows all data rows, the bad ones included
 * @param badRows rows that cannot be sent
 * @param firstBad the first few of them
 * @param arms the variants as the file writes them, sorted
 * @param proportion whether every outcome is 0 or 1
 * @param roundedOutcomes outcomes with more decimals than the platform keeps
 * @param backwards rows that are earlier than the row before them
 * @param sha256 of the file's bytes, in hex
 */
record Survey(
    long rows,
    long badRows,
    List<Row.Bad> firstBad,
    Set<String> arms,
    boolean proportion,
    long roundedOutcomes,
    long backwards,
    String sha256,
    RepeatedRows repeatedRows) {

  static final int MOST_ARMS = 20;
  static final int MOST_SEGMENT_VALUES = 50;
  static final int SHOWN_BAD_ROWS = 5;

  Survey {
    firstBad = List.copyOf(firstBad);
    arms = Collections.unmodifiableSortedSet(new TreeSet<>(arms));
  }

  static Survey of(Path path, Columns columns) throws ReplayFailure, InterruptedException {
    Surveyor surveyor = new Surveyor(columns, size(path));
    String sha256 = new CsvFile(path, columns).pass(surveyor);
    return surveyor.survey(path, sha256);
  }

  private static long size(Path path) throws ReplayFailure {
    if (!Files.isRegularFile(path)) {
      throw ReplayFailure.usage("there is no file %s".formatted(path));
    }
    try {
      return Files.size(path);
    } catch (IOException e) {
      throw ReplayFailure.failed("cannot read %s: %s".formatted(path, e));
    }
  }

  private static final class Surveyor implements CsvFile.Visitor {

    private final Columns columns;
    private final List<Set<String>> segmentValues = new ArrayList<>();
    private final RepeatedRows repeatedRows;
    private final List<Row.Bad> firstBad = new ArrayList<>();
    private final Set<String> arms = new TreeSet<>();
    private long rows;
    private long badRows;
    private boolean proportion = true;
    private long roundedOutcomes;
    private long backwards;
    private Instant latest = Instant.MIN;

    Surveyor(Columns columns, long fileBytes) {
      this.columns = columns;
      repeatedRows = new RepeatedRows(fileBytes);
      columns.segments().forEach(_ -> segmentValues.add(new TreeSet<>()));
    }

    @Override
    public void row(Row row) throws ReplayFailure {
      rows++;
      switch (row) {
        case Row.Bad bad -> remember(bad);
        case Row.Visit visit -> learn(visit);
      }
    }

    private void remember(Row.Bad bad) {
      badRows++;
      if (firstBad.size() < SHOWN_BAD_ROWS) {
        firstBad.add(bad);
      }
    }

    private void learn(Row.Visit visit) throws ReplayFailure {
      learnArm(visit);
      learnSegments(visit);
      repeatedRows.notice(visit.digest());
      proportion &= isZeroOrOne(visit.outcome());
      roundedOutcomes += visit.rounded() ? 1 : 0;
      backwards += visit.time().isBefore(latest) ? 1 : 0;
      latest = visit.time();
    }

    private void learnArm(Row.Visit visit) throws ReplayFailure {
      arms.add(visit.variant());
      if (arms.size() > MOST_ARMS) {
        throw ReplayFailure.usage(
            "column \"%s\" has more than %d different values; is it the variant?"
                .formatted(columns.variant(), MOST_ARMS));
      }
    }

    private void learnSegments(Row.Visit visit) throws ReplayFailure {
      for (int i = 0; i < segmentValues.size(); i++) {
        Set<String> values = segmentValues.get(i);
        values.add(visit.segments().get(i));
        if (values.size() > MOST_SEGMENT_VALUES) {
          throw ReplayFailure.usage(
              "column \"%s\" has more than %d different values (line %d brings one more); too many for a segment"
                  .formatted(columns.segments().get(i), MOST_SEGMENT_VALUES, visit.line()));
        }
      }
    }

    private static boolean isZeroOrOne(BigDecimal outcome) {
      return outcome.signum() == 0 || outcome.compareTo(BigDecimal.ONE) == 0;
    }

    Survey survey(Path path, String sha256) throws ReplayFailure {
      if (rows == 0) {
        throw ReplayFailure.failed("%s has a header but no rows".formatted(path));
      }
      if (rows == badRows) {
        Row.Bad first = firstBad.getFirst();
        throw ReplayFailure.failed(
            "%s has no row that can be sent; line %d: %s"
                .formatted(path, first.line(), first.reason()));
      }
      if (arms.size() == 1) {
        throw ReplayFailure.failed(
            "column \"%s\" has only the value %s; an experiment has at least two arms"
                .formatted(columns.variant(), arms));
      }
      return new Survey(
          rows,
          badRows,
          firstBad,
          arms,
          proportion,
          roundedOutcomes,
          backwards,
          sha256,
          repeatedRows);
    }
  }
}
