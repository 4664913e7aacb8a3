package io.trialog.command.exclusion;

import io.trialog.language.ExclusionSetEvent.SlotsReleased;
import io.trialog.language.ExclusionSetEvent.SlotsReserved;
import io.trialog.language.SlotSpan;
import io.trialog.language.Streams;
import io.trialog.language.TrialogEvent;
import io.trialog.language.log.EventLog;
import io.trialog.language.log.RecordedEvent;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who owns which of a set's 10,000 slots: a fold of its events. Ranges of different experiments are
 * disjoint because each is cut from what nobody owns. Not thread-safe.
 */
final class Reservations {
  private static final int SLOTS = 10_000;

  private final TreeMap<String, Reservation> byExperiment = new TreeMap<>();

  /** As the log has them now. */
  static Reservations of(EventLog log, String set) {
    Reservations reservations = new Reservations();
    for (StoredEvent stored : log.stream(Streams.exclusionSet(set))) {
      RecordedEvent recorded = EventCodec.decode(stored);
      reservations.fold(recorded.event(), recorded.sequence());
    }
    return reservations;
  }

  void fold(TrialogEvent event, long sequence) {
    if (event instanceof SlotsReserved reserved) {
      put(reserved, sequence);
    } else if (event instanceof SlotsReleased released) {
      remove(released);
    }
  }

  void put(SlotsReserved fact, long sequence) {
    byExperiment.put(
        fact.experiment(),
        new Reservation(
            fact.experiment(), fact.ranges(), fact.planned(), fact.startBy(), sequence));
  }

  void remove(SlotsReleased fact) {
    byExperiment.remove(fact.experiment());
  }

  @Nullable Reservation of(String experiment) {
    return byExperiment.get(experiment);
  }

  Collection<Reservation> all() {
    return List.copyOf(byExperiment.values());
  }

  int free() {
    return SLOTS - byExperiment.values().stream().mapToInt(Reservation::slots).sum();
  }

  /** The lowest slots that nobody owns; there must be as many. Ascending, as few as possible. */
  List<SlotSpan> lowestFree(int wanted) {
    List<SlotSpan> taken =
        byExperiment.values().stream()
            .flatMap(each -> each.ranges().stream())
            .sorted(Comparator.comparingInt(SlotSpan::from))
            .toList();
    List<SlotSpan> found = new ArrayList<>();
    int missing = wanted;
    int next = 0;
    for (SlotSpan span : taken) {
      missing -= take(found, next, span.from(), missing);
      next = span.to();
    }
    missing -= take(found, next, SLOTS, missing);
    if (missing > 0) {
      throw new IllegalStateException("%d slots are not free".formatted(wanted));
    }
    return found;
  }

  /** Takes up to {@code most} slots of a gap; answers how many. */
  private static int take(List<SlotSpan> found, int from, int to, int most) {
    int slots = Math.min(to - from, most);
    if (slots > 0) {
      found.add(new SlotSpan(from, from + slots));
    }
    return Math.max(0, slots);
  }
}
