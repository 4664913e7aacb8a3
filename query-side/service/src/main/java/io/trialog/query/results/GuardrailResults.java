package io.trialog.query.results;

import io.trialog.guardrails.Evaluation;
import io.trialog.guardrails.ExperimentMemory;
import io.trialog.guardrails.GuardrailKey;
import io.trialog.guardrails.GuardrailLook;
import io.trialog.guardrails.GuardrailMemory;
import io.trialog.guardrails.SampleRatioLook;
import io.trialog.language.ExperimentStatus;
import io.trialog.language.KillEvidence;
import io.trialog.snapshots.Experiment;
import io.trialog.statistics.GuardrailReading;
import io.trialog.statistics.GuardrailState;
import io.trialog.statistics.HarmBounds;
import io.trialog.statistics.SampleRatio;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.OptionalDouble;

/** The guardrails and the sample ratio of an experiment. */
final class GuardrailResults {
  private static final String NO_NOTE = "none";

  private final Experiment experiment;
  private final Evaluation evaluation;
  private final ExperimentMemory memory;

  GuardrailResults(Experiment experiment, Evaluation evaluation, ExperimentMemory memory) {
    this.experiment = experiment;
    this.evaluation = evaluation;
    this.memory = memory;
  }

  JsonArrayBuilder guardrails() {
    JsonArrayBuilder guardrails = Values.array();
    evaluation.looks().forEach(look -> guardrails.add(guardrail(look)));
    return guardrails;
  }

  private JsonObjectBuilder guardrail(GuardrailLook look) {
    Optional<GuardrailReading> reading = look.reading();
    GuardrailMemory remembered = memory.of(look.key());
    HarmBounds harm =
        reading
            .map(GuardrailReading::harm)
            .orElse(new HarmBounds(OptionalDouble.empty(), OptionalDouble.empty()));
    return Values.object()
        .add("metric", look.key().metric())
        .add("variant", look.key().variant())
        .add("against", look.control())
        .add("state", state(look).name())
        .add("note", look.note().equals(NO_NOTE) ? JsonValue.NULL : Values.text(look.note()))
        .add("log_e", number(reading.map(GuardrailReading::logE)))
        .add("boundary", reading.map(r -> Values.number(r.boundary())).orElse(JsonValue.NULL))
        .add("max_log_e", Values.number(remembered.maxLogE()))
        .add("lift", number(reading.map(GuardrailReading::lift)))
        .add("harm_at_least", Values.number(harm.atLeast()))
        .add("harm_at_most", Values.number(harm.atMost()))
        .add("detectable_lift", number(reading.map(GuardrailReading::detectableLift)))
        .add("margin", Values.number(look.margin()))
        .add("alpha", reading.map(r -> Values.number(r.plan().alpha())).orElse(JsonValue.NULL))
        .add("gate", reading.map(r -> Values.number(r.plan().gate())).orElse(JsonValue.NULL))
        .add("method", Values.text(reading.map(r -> r.plan().method()).orElse(null)))
        .add("sd", look.sd().map(Values::number).orElse(JsonValue.NULL))
        .add("sd_source", look.sdSource().word())
        .add("crossed_at", Values.text(remembered.crossedAt().orElse(null)))
        .add("verdict", Values.text(remembered.verdict().orElse(null)));
  }

  private static JsonValue number(Optional<OptionalDouble> value) {
    return Values.number(value.orElse(OptionalDouble.empty()));
  }

  /** A verdict stands, whatever later data say. */
  private GuardrailState state(GuardrailLook look) {
    boolean given = memory.of(look.key()).verdict().isPresent() || isKilledBy(look.key());
    return given ? GuardrailState.KILL : look.state();
  }

  private boolean isKilledBy(GuardrailKey key) {
    Experiment.Kill kill = experiment.kill();
    KillEvidence evidence = kill == null ? null : kill.evidence();
    return evidence != null
        && evidence.metric().equals(key.metric())
        && evidence.variant().equals(key.variant());
  }

  /**
   * The sequential p is the lowest of all looks. The χ² test is for one look, so it raises the
   * alarm only where the experiment has ended.
   */
  JsonObjectBuilder sampleRatio() {
    return evaluation.sampleRatio().map(this::sampleRatio).orElseGet(this::noSampleRatio);
  }

  private JsonObjectBuilder sampleRatio(SampleRatioLook look) {
    SampleRatio.Reading reading = look.reading();
    double sequentialP = Math.min(memory.sampleRatioMinP(), reading.sequentialP());
    boolean alarm =
        sequentialP < SampleRatio.ALARM_BELOW
            || (hasEnded() && reading.chiSquareP() < SampleRatio.ALARM_BELOW);
    JsonObjectBuilder expected = Values.object();
    JsonObjectBuilder observed = Values.object();
    for (int i = 0; i < look.variants().size(); i++) {
      expected.add(look.variants().get(i), Values.number(tenths(reading.expected().get(i))));
      observed.add(look.variants().get(i), look.observed().get(i));
    }
    return Values.object()
        .add("p", Values.number(reading.chiSquareP()))
        .add("sequential_p", Values.number(sequentialP))
        .add("alarm", alarm)
        .add("expected", expected)
        .add("observed", observed);
  }

  /** Subjects that do not exist need no sixteen digits. */
  private static BigDecimal tenths(double subjects) {
    return BigDecimal.valueOf(subjects).setScale(1, RoundingMode.HALF_EVEN);
  }

  private JsonObjectBuilder noSampleRatio() {
    return Values.object()
        .add("p", JsonValue.NULL)
        .add("sequential_p", Values.number(memory.sampleRatioMinP()))
        .add("alarm", memory.isSampleRatioAlarm())
        .add("expected", Values.object())
        .add("observed", Values.object())
        .add("note", "inconsistent_sums");
  }

  private boolean hasEnded() {
    ExperimentStatus status = experiment.status();
    return switch (status) {
      case KILLED, CONCLUDED, ARCHIVED -> true;
      case DRAFT, IN_REVIEW, APPROVED, RUNNING, PAUSED -> false;
    };
  }
}
