package io.trialog.measurement.stream;

import io.trialog.measurement.CellKey;
import io.trialog.measurement.CellSums;
import io.trialog.measurement.Exposure;
import io.trialog.measurement.MetricKind;
import io.trialog.measurement.Outcome;
import io.trialog.measurement.stream.Series.Total;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;

/**
 * All that is known of one subject, and what it adds to the sums.
 *
 * <p>The contribution of a subject is a pure function of the <em>set</em> of its events, so any
 * order of arrival and any number of repeated deliveries give the same sums. {@code fold} adds one
 * event and hands out the difference between the new contribution and the old one.
 *
 * <p>The function, for each cohort (experiment and allocation epoch):
 *
 * <ol>
 *   <li>The first exposure, by time and then id, fixes variant, segments and pane, and counts n =
 *       1.
 *   <li>An exposure in another variant takes the subject out of the cohort: it then adds only
 *       two_arms = 1, for the experiment as a whole, in the pane of the first exposure.
 *   <li>Outcomes at or after the first exposure are walked per metric by time and then id. The
 *       total after each of them (mean: sum; proportion: 1 as soon as a value is not 0) is capped;
 *       what y, y², y³ (capped) and u, u² (uncapped) gain by it belongs to the pane of that
 *       outcome.
 *   <li>All of this once for everybody and once for each segment of the first exposure; the counts
 *       of health (two_arms, dup_*) only for everybody.
 *   <li>Each repeated outcome counts as dup_outcomes in each cohort; each repeated exposure as
 *       dup_exposures of its variant.
 * </ol>
 *
 * <p>Bounds: {@link #EVENTS} events are remembered; past them outcomes and new cohorts are dropped
 * (and counted), so the order of arrival decides which. Of one cohort {@link #EXPOSURE_IDS}
 * exposures are remembered; a further one still moves the first exposure and still finds a second
 * arm, but repeats of it are not counted as such. An event delivered again under its id but with
 * other content is a repetition: the first delivery stands.
 *
 * <p>An outcome costs one step of arithmetic for itself and one for each later outcome of its
 * metric; for events in order that is one. Not safe for threads.
 */
final class SubjectLedger {
  /** Events remembered per subject. */
  static final int EVENTS = 10_000;

  /** Ids of exposures remembered per cohort. */
  static final int EXPOSURE_IDS = 1_000;

  /** What became of an event. */
  enum Fate {
    FOLDED,
    REPEATED,
    DROPPED
  }

  /** An experiment in one allocation epoch. */
  record CohortKey(String experiment, int epoch) {}

  /** The exposure that fixes a subject's arm. */
  record First(UUID id, Instant time, String variant, SortedMap<String, String> segments) {}

  /** An outcome as remembered; {@code repeats} counts its further deliveries. */
  record Entry(
      UUID id,
      Instant time,
      MetricKind kind,
      Optional<BigDecimal> cap,
      BigDecimal value,
      int repeats) {
    Entry repeated() {
      return new Entry(id, time, kind, cap, value, repeats + 1);
    }
  }

  /** Where a remembered outcome is to be found. */
  private record Known(String metric, Instant time) {}

  static final class Cohort {
    First first;
    boolean twoArms;
    final Set<UUID> ids = new HashSet<>();

    Cohort(First first) {
      this.first = first;
    }
  }

  final Map<CohortKey, Cohort> cohorts = new HashMap<>();
  final Map<String, Series> outcomes = new HashMap<>();
  private final Map<UUID, Known> known = new HashMap<>();
  private int events;
  private boolean changed;

  /** Events remembered so far. */
  int events() {
    return events;
  }

  /** Experiments and epochs the subject was exposed in. */
  Collection<CohortKey> cohortKeys() {
    return cohorts.keySet();
  }

  /** True if an event was folded or repeated since the ledger was read or {@link #saved}. */
  boolean changed() {
    return changed;
  }

  void saved() {
    changed = false;
  }

  // --- for the codec

  void restore(CohortKey key, Cohort cohort) {
    cohorts.put(key, cohort);
    events += cohort.ids.size();
  }

  void restore(String metric, Series series) {
    outcomes.put(metric, series);
    series.entries().forEach(e -> known.put(e.id(), new Known(metric, e.time())));
    events += series.size();
  }

  // --- exposures

  Fate fold(Exposure e, PaneDeltas out) {
    var key = new CohortKey(e.experiment(), e.epoch());
    Cohort cohort = cohorts.get(key);
    if (cohort == null) {
      return open(key, e, out);
    }
    if (cohort.ids.contains(e.id())) {
      out.add(cell(key, e.variant(), "", "", e.time()), CellSums.health(0, 1, 0, 0));
      return Fate.REPEATED;
    }
    changed = true;
    remember(cohort, e.id());
    join(key, cohort, e, out);
    return Fate.FOLDED;
  }

  private Fate open(CohortKey key, Exposure e, PaneDeltas out) {
    if (events >= EVENTS) {
      return Fate.DROPPED;
    }
    changed = true;
    var cohort = new Cohort(first(e));
    cohorts.put(key, cohort);
    remember(cohort, e.id());
    contribute(key, cohort, 1, out);
    repeats(key, out);
    return Fate.FOLDED;
  }

  private void join(CohortKey key, Cohort cohort, Exposure e, PaneDeltas out) {
    boolean earlier = earlier(e.time(), e.id(), cohort.first.time(), cohort.first.id());
    boolean twoArms = cohort.twoArms || !e.variant().equals(cohort.first.variant());
    if (!earlier && twoArms == cohort.twoArms) {
      return;
    }
    contribute(key, cohort, -1, out);
    cohort.twoArms = twoArms;
    if (earlier) {
      cohort.first = first(e);
    }
    contribute(key, cohort, 1, out);
  }

  private void remember(Cohort cohort, UUID id) {
    if (cohort.ids.size() < EXPOSURE_IDS && events < EVENTS) {
      cohort.ids.add(id);
      events++;
    }
  }

  private static First first(Exposure e) {
    return new First(e.id(), e.time(), e.variant(), e.segments());
  }

  // --- outcomes

  Fate fold(Outcome o, PaneDeltas out) {
    Known before = known.get(o.id());
    if (before != null) {
      changed = true;
      repeat(before, o.id(), out);
      return Fate.REPEATED;
    }
    if (events >= EVENTS) {
      return Fate.DROPPED;
    }
    changed = true;
    events++;
    known.put(o.id(), new Known(o.metric(), o.time()));
    insert(o, out);
    return Fate.FOLDED;
  }

  private void insert(Outcome o, PaneDeltas out) {
    Series series = outcomes.computeIfAbsent(o.metric(), m -> new Series());
    int place = series.place(o.time(), o.id());
    cohorts.forEach((key, c) -> outcomes(key, c, o.metric(), place, -1, out));
    series.insert(place, new Entry(o.id(), o.time(), o.kind(), o.cap(), o.value(), 0));
    cohorts.forEach((key, c) -> outcomes(key, c, o.metric(), place, 1, out));
  }

  private void repeat(Known before, UUID id, PaneDeltas out) {
    Series series = outcomes.get(before.metric());
    if (series != null) {
      Entry entry = series.repeat(before.time(), id);
      cohorts.keySet().forEach(key -> repeats(key, entry.time(), 1, out));
    }
  }

  /** Repetitions that came before the subject was known to be in this cohort. */
  private void repeats(CohortKey key, PaneDeltas out) {
    for (Series series : outcomes.values()) {
      for (Entry entry : series.entries()) {
        if (entry.repeats() > 0) {
          repeats(key, entry.time(), entry.repeats(), out);
        }
      }
    }
  }

  private static void repeats(CohortKey key, Instant time, int count, PaneDeltas out) {
    out.add(cell(key, "", "", "", time), CellSums.health(0, 0, count, 0));
  }

  // --- contributions

  private void contribute(CohortKey key, Cohort cohort, int sign, PaneDeltas out) {
    First first = cohort.first;
    if (cohort.twoArms) {
      out.add(cell(key, "", "", "", first.time()), CellSums.health(sign, 0, 0, 0));
      return;
    }
    out.add(cell(key, first.variant(), "", "", first.time()), CellSums.subjects(sign));
    first
        .segments()
        .forEach((name, value) ->
            out.add(
                cell(key, first.variant(), name + "=" + value, "", first.time()),
                CellSums.subjects(sign)));
    outcomes.keySet().forEach(metric -> outcomes(key, cohort, metric, 0, sign, out));
  }

  /** Adds, or for sign -1 takes back, what the outcomes from a place on gain for a cohort. */
  private void outcomes(
      CohortKey key, Cohort cohort, String metric, int place, int sign, PaneDeltas out) {
    Series series = outcomes.get(metric);
    if (cohort.twoArms || series == null || place >= series.size()) {
      return;
    }
    int start = series.place(cohort.first.time());
    for (int i = Math.max(start, place); i < series.size(); i++) {
      CellSums gain = gain(series.total(start, i - 1), series.total(start, i), sign);
      emit(key, cohort.first, metric, series.entries().get(i).time(), gain, out);
    }
  }

  private static CellSums gain(Total before, Total after, int sign) {
    BigDecimal y = after.capped();
    BigDecimal yBefore = before.capped();
    BigDecimal y2 = y.multiply(y);
    BigDecimal y2Before = yBefore.multiply(yBefore);
    BigDecimal u = after.uncapped();
    BigDecimal uBefore = before.uncapped();
    return CellSums.metric(
        (long) sign * (Math.abs(u.signum()) - Math.abs(uBefore.signum())),
        signed(y.subtract(yBefore), sign),
        signed(y2.subtract(y2Before), sign),
        signed(y2.multiply(y).subtract(y2Before.multiply(yBefore)), sign),
        signed(u.subtract(uBefore), sign),
        signed(u.multiply(u).subtract(uBefore.multiply(uBefore)), sign));
  }

  private static BigDecimal signed(BigDecimal number, int sign) {
    return sign < 0 ? number.negate() : number;
  }

  private static void emit(
      CohortKey key, First first, String metric, Instant time, CellSums gain, PaneDeltas out) {
    if (gain.isZero()) {
      return;
    }
    out.add(cell(key, first.variant(), "", metric, time), gain);
    first
        .segments()
        .forEach((name, value) ->
            out.add(cell(key, first.variant(), name + "=" + value, metric, time), gain));
  }

  private static CellKey cell(
      CohortKey key, String variant, String segment, String metric, Instant time) {
    return new CellKey(
        key.experiment(), key.epoch(), variant, segment, metric, CellKey.paneOf(time));
  }

  // --- order

  /** Ids in the order of their text, so that other languages find the same order. */
  static final Comparator<UUID> BY_TEXT =
      (a, b) -> {
        int high = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
        return high != 0
            ? high
            : Long.compareUnsigned(a.getLeastSignificantBits(), b.getLeastSignificantBits());
      };

  /** Before all others in that order. */
  static final UUID LOWEST_ID = new UUID(0, 0);

  static boolean earlier(Instant time, UUID id, Instant otherTime, UUID otherId) {
    int order = time.compareTo(otherTime);
    return order != 0 ? order < 0 : BY_TEXT.compare(id, otherId) < 0;
  }
}
