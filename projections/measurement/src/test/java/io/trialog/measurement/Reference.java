package io.trialog.measurement;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The sums by brute force, written from the definition and sharing nothing with the job: everything
 * is sorted, walked once, and added up. Late events are not counted here; they depend on the order.
 */
public final class Reference {
  private final Map<CellKey, CellSums> cells = new HashMap<>();

  private Reference() {}

  /** Sums by cell of all deliveries, repeated ones included. */
  public static Map<CellKey, CellSums> of(List<Exposure> exposures, List<Outcome> outcomes) {
    var reference = new Reference();
    var bySubject = outcomes.stream().collect(Collectors.groupingBy(Outcome::subject));
    exposures.stream()
        .collect(Collectors.groupingBy(Exposure::subject))
        .forEach((s, list) -> reference.subject(list, bySubject.getOrDefault(s, List.of())));
    reference.cells.values().removeIf(CellSums::isZero);
    return normal(reference.cells);
  }

  /** Decimals without trailing zeros, so that maps of sums can be compared. */
  public static Map<CellKey, CellSums> normal(Map<CellKey, CellSums> cells) {
    var result = new HashMap<CellKey, CellSums>();
    cells.forEach((k, s) -> result.put(k, normal(s)));
    return result;
  }

  /** Decimals without trailing zeros. */
  public static CellSums normal(CellSums s) {
    return new CellSums(
        s.n(),
        s.withOutcome(),
        s.s1().stripTrailingZeros(),
        s.s2().stripTrailingZeros(),
        s.s3().stripTrailingZeros(),
        s.u1().stripTrailingZeros(),
        s.u2().stripTrailingZeros(),
        s.twoArms(),
        s.dupExposures(),
        s.dupOutcomes(),
        s.late());
  }

  /** Sums without panes: key with pane 0. */
  public static Map<CellKey, CellSums> totals(Map<CellKey, CellSums> cells) {
    var result = new HashMap<CellKey, CellSums>();
    cells.forEach((k, s) ->
        result.merge(
            new CellKey(k.experiment(), k.epoch(), k.variant(), k.segment(), k.metric(), 0),
            s,
            CellSums::plus));
    result.values().removeIf(CellSums::isZero);
    return normal(result);
  }

  private void add(
      Exposure first, String variant, String segment, String metric, long pane, CellSums sums) {
    var key = new CellKey(first.experiment(), first.epoch(), variant, segment, metric, pane);
    cells.merge(key, sums, CellSums::plus);
  }

  private void subject(List<Exposure> exposures, List<Outcome> outcomes) {
    exposures.stream()
        .collect(Collectors.groupingBy(e -> e.experiment() + "#" + e.epoch()))
        .values()
        .forEach(cohort -> cohort(cohort, outcomes));
  }

  private void cohort(List<Exposure> deliveries, List<Outcome> outcomeDeliveries) {
    var unique = new LinkedHashMap<UUID, Exposure>();
    for (Exposure e : deliveries) {
      if (unique.put(e.id(), e) != null) {
        add(e, e.variant(), "", "", pane(e.time().getEpochSecond()), CellSums.health(0, 1, 0, 0));
      }
    }
    Exposure first =
        unique.values().stream()
            .min(Comparator.comparing(Exposure::time).thenComparing(e -> e.id().toString()))
            .orElseThrow();
    long firstPane = pane(first.time().getEpochSecond());
    var uniqueOutcomes = new LinkedHashMap<UUID, Outcome>();
    for (Outcome o : outcomeDeliveries) {
      if (uniqueOutcomes.put(o.id(), o) != null) {
        add(first, "", "", "", pane(o.time().getEpochSecond()), CellSums.health(0, 0, 1, 0));
      }
    }
    if (unique.values().stream().map(Exposure::variant).distinct().count() > 1) {
      add(first, "", "", "", firstPane, CellSums.health(1, 0, 0, 0));
      return;
    }
    var segments = new ArrayList<String>(List.of(""));
    first.segments().forEach((k, v) -> segments.add(k + "=" + v));
    segments.forEach(s -> add(first, first.variant(), s, "", firstPane, CellSums.subjects(1)));
    var byMetric = new TreeMap<String, List<Outcome>>();
    uniqueOutcomes.values().stream()
        .filter(o -> o.time().compareTo(first.time()) >= 0)
        .sorted(Comparator.comparing(Outcome::time).thenComparing(o -> o.id().toString()))
        .forEach(o -> byMetric.computeIfAbsent(o.metric(), m -> new ArrayList<>()).add(o));
    byMetric.forEach((metric, list) -> metric(first, segments, metric, list));
  }

  private void metric(Exposure first, List<String> segments, String metric, List<Outcome> list) {
    for (int i = 0; i < list.size(); i++) {
      BigDecimal u = total(list.subList(0, i + 1));
      BigDecimal uBefore = total(list.subList(0, i));
      BigDecimal y = list.get(i).cap().map(u::min).orElse(u);
      BigDecimal yBefore =
          i == 0 ? BigDecimal.ZERO : list.get(i - 1).cap().map(uBefore::min).orElse(uBefore);
      var gain =
          CellSums.metric(
              (u.signum() != 0 ? 1 : 0) - (uBefore.signum() != 0 ? 1 : 0),
              y.subtract(yBefore),
              y.pow(2).subtract(yBefore.pow(2)),
              y.pow(3).subtract(yBefore.pow(3)),
              u.subtract(uBefore),
              u.pow(2).subtract(uBefore.pow(2)));
      long pane = pane(list.get(i).time().getEpochSecond());
      segments.forEach(s -> add(first, first.variant(), s, metric, pane, gain));
    }
  }

  private static BigDecimal total(List<Outcome> list) {
    if (list.isEmpty()) {
      return BigDecimal.ZERO;
    }
    return switch (list.getLast().kind()) {
      case MEAN -> list.stream().map(Outcome::value).reduce(BigDecimal.ZERO, BigDecimal::add);
      case PROPORTION ->
          list.stream().anyMatch(o -> o.value().signum() != 0) ? BigDecimal.ONE : BigDecimal.ZERO;
    };
  }

  private static long pane(long second) {
    return second - Math.floorMod(second, 10);
  }
}
