package io.trialog.query.results;

import io.trialog.measurement.store.MetricSums;
import io.trialog.measurement.store.VariantTotals;
import io.trialog.statistics.Moments;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/** One variant in one metric, its allocation epochs added. */
record ArmTotals(String variant, long n, MetricSums sums) {

  /** Zeros where nothing is known of the variant or of the metric. */
  static ArmTotals of(String variant, String metric, List<VariantTotals> totals) {
    ArmTotals sum = new ArmTotals(variant, 0, MetricSums.ZERO);
    for (VariantTotals each : totals) {
      if (each.variant().equals(variant)) {
        sum = new ArmTotals(variant, sum.n + each.n(), plus(sum.sums, each.metric(metric)));
      }
    }
    return sum;
  }

  private static MetricSums plus(MetricSums a, MetricSums b) {
    return new MetricSums(
        a.withOutcome() + b.withOutcome(),
        a.s1().add(b.s1()),
        a.s2().add(b.s2()),
        a.s3().add(b.s3()),
        a.u1().add(b.u1()),
        a.u2().add(b.u2()));
  }

  /** Of the capped totals; empty for sums that are none, such as a count below 0. */
  Optional<Moments> moments() {
    return moments(sums.s1(), sums.s2(), sums.s3());
  }

  /** Of the uncapped totals, whose cubes nobody sums. */
  Optional<Moments> uncapped() {
    return moments(sums.u1(), sums.u2(), BigDecimal.ZERO);
  }

  private Optional<Moments> moments(BigDecimal one, BigDecimal two, BigDecimal three) {
    try {
      return Optional.of(Moments.of(n, one, two, three));
    } catch (IllegalArgumentException e) {
      // Beyond the limits of Moments: the only judge of what sums can be.
      return Optional.empty();
    }
  }
}
