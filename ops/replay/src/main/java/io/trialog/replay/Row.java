package io.trialog.replay;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/** One row of the file: a fact, or the reason why it is none. */
sealed interface Row {

  /** The line of the file on which the row ends, from 1; the header counts. */
  long line();

  /**
   * A row that can be sent.
   *
   * @param variant the arm as the file writes it
   * @param outcome at most 6 decimals, at most 1e9 in size
   * @param rounded whether the file had more decimals than the platform keeps
   * @param segments one value for each segment column; empty when the cell is blank
   * @param digest over all cells of the row
   */
  record Visit(
      long line,
      String subject,
      Instant time,
      String variant,
      BigDecimal outcome,
      boolean rounded,
      List<String> segments,
      RowDigest digest)
      implements Row {

    public Visit {
      segments = List.copyOf(segments);
    }
  }

  /** A row that cannot be sent. */
  record Bad(long line, String reason) implements Row {}
}
