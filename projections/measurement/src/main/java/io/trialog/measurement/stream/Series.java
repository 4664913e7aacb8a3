package io.trialog.measurement.stream;

import io.trialog.measurement.MetricKind;
import io.trialog.measurement.stream.SubjectLedger.Entry;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The outcomes of one subject in one metric, by time and then id, with running sums: the total
 * between any two places is one subtraction. An event in order costs one step; an event put in
 * before others costs one addition for each of them.
 */
final class Series {
  private final List<Entry> entries = new ArrayList<>(4);

  /** Sum of the values up to and with each entry. */
  private final List<BigDecimal> sums = new ArrayList<>(4);

  /** How many values up to and with each entry are not 0. */
  private final List<Integer> marks = new ArrayList<>(4);

  /** A subject's total after an outcome. */
  record Total(BigDecimal uncapped, BigDecimal capped) {
    static final Total NONE = new Total(BigDecimal.ZERO, BigDecimal.ZERO);
  }

  List<Entry> entries() {
    return entries;
  }

  int size() {
    return entries.size();
  }

  /** The place an outcome would take. */
  int place(Instant time, UUID id) {
    int low = 0;
    int high = entries.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      Entry entry = entries.get(middle);
      if (SubjectLedger.earlier(entry.time(), entry.id(), time, id)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The place of the first outcome at or after a moment. */
  int place(Instant time) {
    return place(time, SubjectLedger.LOWEST_ID);
  }

  void insert(int place, Entry entry) {
    entries.add(place, entry);
    sums.add(place, BigDecimal.ZERO);
    marks.add(place, 0);
    for (int i = place; i < entries.size(); i++) {
      BigDecimal value = entries.get(i).value();
      sums.set(i, (i == 0 ? BigDecimal.ZERO : sums.get(i - 1)).add(value));
      marks.set(i, (i == 0 ? 0 : marks.get(i - 1)) + Math.abs(value.signum()));
    }
  }

  /** Notes one more delivery and answers the entry. */
  Entry repeat(Instant time, UUID id) {
    int place = place(time, id);
    Entry entry = entries.get(place).repeated();
    entries.set(place, entry);
    return entry;
  }

  /**
   * The total of the outcomes from one place up to and with another; nothing if that is before it.
   */
  Total total(int from, int last) {
    if (last < from) {
      return Total.NONE;
    }
    Entry entry = entries.get(last);
    BigDecimal uncapped =
        entry.kind() == MetricKind.MEAN
            ? sums.get(last).subtract(from == 0 ? BigDecimal.ZERO : sums.get(from - 1))
            : BigDecimal.valueOf(marks.get(last) > (from == 0 ? 0 : marks.get(from - 1)) ? 1 : 0);
    return new Total(uncapped, entry.cap().map(uncapped::min).orElse(uncapped));
  }
}
