package io.trialog.language;

import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a guardrail saw when it stopped an experiment: enough to compute the decision again from
 * this record alone. Decimals are exact text of the numbers that were used.
 *
 * <p>{@code logE} and {@code boundary} are natural logarithms; the rule fired because logE was at
 * or above boundary and lift was harmful by at least {@code gate}. {@code vPlan} and {@code v} are
 * in squared units of the metric. {@code lift} is absent when the control's mean is 0, where harm
 * has no relative size.
 */
public record KillEvidence(
    String verdictId,
    String policyVersion,
    String method,
    String metric,
    String kind,
    String direction,
    String variant,
    String control,
    ArmSums controlSums,
    ArmSums variantSums,
    BigDecimal controlShare,
    BigDecimal variantShare,
    BigDecimal margin,
    BigDecimal gate,
    BigDecimal alpha,
    BigDecimal z,
    BigDecimal v,
    BigDecimal vPlan,
    BigDecimal logE,
    BigDecimal boundary,
    @Nullable BigDecimal lift,
    boolean sampleRatioMismatch,
    Instant evaluatedAt) {
  /** Sums over the subjects of one arm: count, subjects with an outcome, Σy, Σy², Σy³. */
  public record ArmSums(
      long n, long withOutcome, BigDecimal sum, BigDecimal sumSquares, BigDecimal sumCubes) {
    public ArmSums {
      Keys.require("sum", sum);
      Keys.require("sum_squares", sumSquares);
      Keys.require("sum_cubes", sumCubes);
    }
  }

  public KillEvidence {
    Keys.text("verdict_id", verdictId);
    Keys.text("policy_version", policyVersion);
    Keys.text("method", method);
    Keys.key("metric", metric);
    Keys.key("variant", variant);
    Keys.key("control", control);
    Keys.require("control_sums", controlSums);
    Keys.require("variant_sums", variantSums);
    Keys.require("log_e", logE);
    Keys.require("boundary", boundary);
    Keys.require("evaluated_at", evaluatedAt);
  }
}
