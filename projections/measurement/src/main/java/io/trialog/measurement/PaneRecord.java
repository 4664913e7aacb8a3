package io.trialog.measurement;

import java.util.Objects;

/**
 * One record of {@code trialog.panes}: something to add.
 *
 * <p>A generation is one folding of the input log from its beginning. It changes only when the
 * stream job had to begin again without its state; whoever adds must then forget what older
 * generations said.
 */
public sealed interface PaneRecord {
  /** Milliseconds since 1970 at which the folding began; a later one replaces all earlier ones. */
  long generation();

  /** Sums to add to a cell. */
  record Cell(long generation, CellKey key, CellSums delta) implements PaneRecord {
    public Cell {
      Objects.requireNonNull(key);
      Objects.requireNonNull(delta);
    }
  }

  /**
   * Input records that are folded from here on, whatever became of them.
   *
   * @param source topic and partition, {@code trialog.exposures-0}
   * @param count of records, duplicates, dropped and malformed ones included
   * @param dropped of them, those past the bound of events of one subject
   */
  record Folded(long generation, String source, long count, long dropped) implements PaneRecord {
    public Folded {
      Objects.requireNonNull(source);
    }
  }
}
