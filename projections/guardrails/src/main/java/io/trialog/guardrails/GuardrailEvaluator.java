package io.trialog.guardrails;

import io.trialog.language.Design;
import io.trialog.language.Design.GuardrailRule;
import io.trialog.language.Design.Variant;
import io.trialog.language.MetricDefinition;
import io.trialog.measurement.store.ExperimentSums;
import io.trialog.measurement.store.MetricSums;
import io.trialog.measurement.store.VariantTotals;
import io.trialog.statistics.Arm;
import io.trialog.statistics.Direction;
import io.trialog.statistics.Guardrail;
import io.trialog.statistics.GuardrailPlan;
import io.trialog.statistics.GuardrailReading;
import io.trialog.statistics.KillBudget;
import io.trialog.statistics.Moments;
import io.trialog.statistics.Note;
import io.trialog.statistics.SampleRatio;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks at all guardrails of an experiment. Pure: the same design, definitions, sums and memory
 * give the same evaluation on any machine.
 *
 * <p>The policy, {@value #POLICY_VERSION}: α of a test is {@link KillBudget#standard} of the rules
 * and treatment arms of the design, its cumulative half. Shares are those of the design. V_plan of
 * a mean is N·σ²·(1/π_C + 1/π_T) with the two arms' part of the planned subjects and σ the metric's
 * typical standard deviation. A metric without one gets the pooled standard deviation of the first
 * look past the burn-in, fixed from then on: it is blind to which arm is better, and a wrong V_plan
 * costs time, not validity. Proportions need none of it.
 *
 * <p>Sums of several allocation epochs are added, which is right while the shares of the arms stay
 * what they are; a ramp leaves them so.
 */
public final class GuardrailEvaluator {
  /** Names these rules in verdicts; other rules get another name. */
  public static final String POLICY_VERSION = "guardrail/1";

  /** With it no evidence is ever computed: only arms without any variance fall back to it. */
  private static final double PLACEHOLDER_SD = 1;

  /** Above the limit of {@link SampleRatio#read}, whatever the shares sum to within tolerance. */
  private static final double SMALLEST_SHARE = 2e-9;

  private static final long MOST_SUBJECTS = 1_000_000_000_000L;

  private final Design design;
  private final Map<String, MetricDefinition> metrics;
  private final ExperimentSums sums;
  private final ExperimentMemory memory;
  private final double alpha;

  private GuardrailEvaluator(
      Design design,
      Map<String, MetricDefinition> metrics,
      ExperimentSums sums,
      ExperimentMemory memory) {
    this.design = design;
    this.metrics = metrics;
    this.sums = sums;
    this.memory = memory;
    int rules = Math.max(1, design.guardrails().size());
    this.alpha = KillBudget.standard(rules, design.variants().size() - 1).cumulative();
  }

  /**
   * Looks once. Never throws for data: what cannot be evaluated is UNDECIDED with a note.
   *
   * @param metrics definitions by key
   * @param memory of the looks before this one
   */
  public static Evaluation evaluate(
      Design design,
      Map<String, MetricDefinition> metrics,
      ExperimentSums sums,
      ExperimentMemory memory) {
    var evaluator = new GuardrailEvaluator(design, metrics, sums, memory);
    return new Evaluation(evaluator.looks(), evaluator.sampleRatio());
  }

  private List<GuardrailLook> looks() {
    List<GuardrailLook> looks = new ArrayList<>();
    for (GuardrailRule rule : design.guardrails()) {
      for (Variant variant : design.variants()) {
        if (!variant.key().equals(design.control())) {
          looks.add(look(rule, variant));
        }
      }
    }
    return looks;
  }

  /** A rule, a treatment arm, and the sums of it and of the control. */
  private record Pair(GuardrailRule rule, Variant treatment, Arm control, Arm treated) {
    GuardrailKey key() {
      return new GuardrailKey(rule.metric(), treatment.key());
    }

    /** Of both arms around their common mean; 0 where there is no spread. */
    double pooledSd() {
      return control.moments().plus(treated.moments()).standardDeviation().orElse(0);
    }
  }

  private GuardrailLook look(GuardrailRule rule, Variant treatment) {
    MetricDefinition metric = metrics.get(rule.metric());
    if (metric == null) {
      return without(rule, treatment, GuardrailLook.UNKNOWN_METRIC);
    }
    Pair pair;
    double pooledSd;
    try {
      Arm control = arm(design.control(), rule.metric());
      pair = new Pair(rule, treatment, control, arm(treatment.key(), rule.metric()));
      pooledSd = pair.pooledSd();
    } catch (IllegalArgumentException e) {
      return without(rule, treatment, Note.INCONSISTENT_SUMS.code());
    }
    try {
      return switch (metric.kind()) {
        case MEAN -> ofMean(metric, pair, pooledSd);
        case PROPORTION -> ofProportion(metric, pair);
        case RATIO, QUANTILE -> without(rule, treatment, GuardrailLook.NOT_COMPUTED);
      };
    } catch (IllegalArgumentException e) {
      return without(rule, treatment, GuardrailLook.PLAN_REFUSED);
    }
  }

  private GuardrailLook ofProportion(MetricDefinition metric, Pair pair) {
    GuardrailPlan plan =
        GuardrailPlan.forProportion(
            direction(metric),
            pair.rule().margin().doubleValue(),
            alpha,
            share(design.control()),
            pair.treatment().share().doubleValue());
    return read(pair, plan, SdSource.NOT_NEEDED, null);
  }

  private GuardrailLook ofMean(MetricDefinition metric, Pair pair, double pooledSd) {
    BigDecimal typical = metric.typicalSd();
    if (typical != null) {
      return read(pair, planOfMean(metric, pair, typical), SdSource.TYPICAL, typical);
    }
    Optional<BigDecimal> frozen = memory.of(pair.key()).frozenSd();
    BigDecimal sd = frozen.orElseGet(() -> Exact.decimal(pooledSd > 0 ? pooledSd : PLACEHOLDER_SD));
    GuardrailPlan plan = planOfMean(metric, pair, sd);
    GuardrailLook look = read(pair, plan, SdSource.FROZEN_FROM_LIVE_DATA, sd);
    return frozen.isPresent() || look.counts()
        ? look
        : read(pair, plan, SdSource.NOT_FROZEN_YET, null);
  }

  private GuardrailPlan planOfMean(MetricDefinition metric, Pair pair, BigDecimal sd) {
    double control = share(design.control());
    double treatment = pair.treatment().share().doubleValue();
    return GuardrailPlan.forMean(
        direction(metric),
        pair.rule().margin().doubleValue(),
        alpha,
        control,
        treatment,
        GuardrailPlan.plannedV(
            plannedSubjects(control + treatment), sd.doubleValue(), control, treatment));
  }

  /** The two arms' part of the planned subjects; shares of a design sum to 1. */
  private long plannedSubjects(double bothShares) {
    return Math.max(1, Math.round(design.plannedSubjects() * Math.min(1, bothShares)));
  }

  private GuardrailLook read(
      Pair pair, GuardrailPlan plan, SdSource source, @Nullable BigDecimal sd) {
    GuardrailReading reading = Guardrail.evaluate(plan, pair.control(), pair.treated());
    return new GuardrailLook(
        pair.key(),
        design.control(),
        pair.rule().margin(),
        Optional.of(reading),
        reading.note().code(),
        source,
        Optional.ofNullable(sd));
  }

  private GuardrailLook without(GuardrailRule rule, Variant treatment, String note) {
    return new GuardrailLook(
        new GuardrailKey(rule.metric(), treatment.key()),
        design.control(),
        rule.margin(),
        Optional.empty(),
        note,
        SdSource.NOT_NEEDED,
        Optional.empty());
  }

  /** Sums of a metric in a variant; zeros where nothing is known of either. */
  private Arm arm(String variant, String metric) {
    Arm arm = new Arm(Moments.EMPTY, 0);
    for (VariantTotals totals : sums.variants()) {
      if (totals.variant().equals(variant)) {
        MetricSums of = totals.metric(metric);
        arm =
            new Arm(
                arm.moments().plus(Moments.of(totals.n(), of.s1(), of.s2(), of.s3())),
                arm.withOutcome() + of.withOutcome());
      }
    }
    return arm;
  }

  private double share(String variant) {
    return design.variants().stream()
        .filter(each -> each.key().equals(variant))
        .mapToDouble(each -> each.share().doubleValue())
        .sum();
  }

  private static Direction direction(MetricDefinition metric) {
    return switch (metric.direction()) {
      case HIGHER_IS_BETTER -> Direction.HIGHER_IS_BETTER;
      case LOWER_IS_BETTER -> Direction.LOWER_IS_BETTER;
    };
  }

  private Optional<SampleRatioLook> sampleRatio() {
    List<Variant> variants =
        design.variants().stream()
            .filter(variant -> variant.share().doubleValue() > SMALLEST_SHARE)
            .toList();
    List<Long> observed = variants.stream().map(variant -> subjects(variant.key())).toList();
    if (variants.size() < 2 || observed.stream().anyMatch(n -> n < 0 || n > MOST_SUBJECTS)) {
      return Optional.empty();
    }
    List<SampleRatio.Cell> cells = new ArrayList<>();
    for (int i = 0; i < variants.size(); i++) {
      cells.add(new SampleRatio.Cell(observed.get(i), variants.get(i).share().doubleValue()));
    }
    return Optional.of(
        new SampleRatioLook(
            variants.stream().map(Variant::key).toList(), observed, SampleRatio.read(cells)));
  }

  private long subjects(String variant) {
    return sums.variants().stream()
        .filter(totals -> totals.variant().equals(variant))
        .mapToLong(VariantTotals::n)
        .sum();
  }
}
