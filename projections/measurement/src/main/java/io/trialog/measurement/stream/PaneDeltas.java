package io.trialog.measurement.stream;

import io.trialog.measurement.CellKey;
import io.trialog.measurement.CellSums;
import io.trialog.measurement.PaneRecord;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Deltas not yet written, merged per cell: however many events touch a cell between two
 * checkpoints, one record leaves. Whoever adds the records up has the sums; so it does not matter
 * how many of these stand side by side. Not safe for threads.
 */
final class PaneDeltas {
  private final Map<CellKey, CellSums> cells = new LinkedHashMap<>();
  private final Map<String, Folded> folded = new LinkedHashMap<>();

  private record Folded(long count, long dropped) {
    Folded plus(Folded other) {
      return new Folded(count + other.count, dropped + other.dropped);
    }
  }

  void add(CellKey key, CellSums delta) {
    cells.merge(key, delta, CellSums::plus);
  }

  void folded(String source, boolean dropped) {
    folded.merge(source, new Folded(1, dropped ? 1 : 0), Folded::plus);
  }

  /** Cells that wait, those that became 0 included. */
  int size() {
    return cells.size();
  }

  /**
   * Hands over everything that changes a sum and forgets it. Sums first, counts of records last.
   */
  void drain(long generation, Consumer<PaneRecord> out) {
    cells.forEach((key, delta) -> {
      if (!delta.isZero()) {
        out.accept(new PaneRecord.Cell(generation, key, delta));
      }
    });
    folded.forEach((source, f) ->
        out.accept(new PaneRecord.Folded(generation, source, f.count(), f.dropped())));
    cells.clear();
    folded.clear();
  }
}
