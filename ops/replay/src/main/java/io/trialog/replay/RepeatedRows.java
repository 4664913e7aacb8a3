package io.trialog.replay;

import java.util.HashMap;
import java.util.Map;

/**
 * Numbers the identical rows of a file, in memory that does not grow with the rows that differ.
 *
 * <p>The first pass shows every row to a Bloom filter. A row that the filter may have seen before
 * is written down by its digest; all other rows are certainly the first of their kind. The second
 * pass counts only what was written down. A false alarm of the filter costs one entry and changes
 * no number. Not thread-safe.
 */
final class RepeatedRows {

  /** About 100 MB; a file with more repeated rows than this is not a list of visits. */
  static final int MOST_REPEATED = 1_000_000;

  private static final int PROBES = 4;
  private static final int SMALLEST_BITS = 1 << 16;
  private static final int LARGEST_BITS = 1 << 30;

  private final long[] filter;
  private final int bitMask;
  private final Map<RowDigest, Integer> seen = new HashMap<>();

  /** One bit for each byte of the file, at most 128 MiB: a row of 20 bytes has 20 bits. */
  RepeatedRows(long fileBytes) {
    long wanted = Long.highestOneBit(Math.clamp(fileBytes, SMALLEST_BITS, LARGEST_BITS));
    bitMask = (int) wanted - 1;
    filter = new long[(int) (wanted / Long.SIZE)];
  }

  /** First pass. */
  void notice(RowDigest row) throws ReplayFailure {
    if (mark(row)) {
      seen.put(row, 0);
    }
    if (seen.size() > MOST_REPEATED) {
      throw ReplayFailure.failed(
          "more than %,d rows are repetitions of other rows; give each row something of its own"
              .formatted(MOST_REPEATED));
    }
  }

  /** Second pass: how many identical rows came before this one. */
  int ordinal(RowDigest row) {
    Integer next = seen.computeIfPresent(row, (_, count) -> count + 1);
    return next == null ? 0 : next - 1;
  }

  private boolean mark(RowDigest row) {
    boolean known = true;
    for (int probe = 0; probe < PROBES; probe++) {
      int bit = (int) (row.high() + probe * row.low()) & bitMask;
      long mask = 1L << bit;
      known &= (filter[bit >>> 6] & mask) != 0;
      filter[bit >>> 6] |= mask;
    }
    return known;
  }
}
