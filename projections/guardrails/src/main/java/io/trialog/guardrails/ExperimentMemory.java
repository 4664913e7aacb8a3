package io.trialog.guardrails;

import io.trialog.language.GuardrailReport;
import io.trialog.statistics.SampleRatio;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * What is remembered of an experiment from look to look. Immutable.
 *
 * @param guardrails those that had a look that counted or was reported
 * @param sampleRatioMinP lowest sequential p of the sample ratio so far, 1 before any look; below
 *     {@link SampleRatio#ALARM_BELOW} it is an alarm that stays
 */
public record ExperimentMemory(
    Map<GuardrailKey, GuardrailMemory> guardrails, double sampleRatioMinP) {
  /** Before the first look. */
  public static final ExperimentMemory EMPTY = new ExperimentMemory(Map.of(), 1);

  public ExperimentMemory {
    guardrails = Map.copyOf(guardrails);
  }

  /** Of one guardrail, {@link GuardrailMemory#EMPTY} before its first look. */
  public GuardrailMemory of(GuardrailKey key) {
    return guardrails.getOrDefault(key, GuardrailMemory.EMPTY);
  }

  /** Whether the sizes of the arms were, at any look, not those promised. */
  public boolean isSampleRatioAlarm() {
    return sampleRatioMinP < SampleRatio.ALARM_BELOW;
  }

  /** After one more look. */
  public ExperimentMemory after(Evaluation evaluation, Instant now) {
    Map<GuardrailKey, GuardrailMemory> next = new HashMap<>(guardrails);
    for (GuardrailLook look : evaluation.looks()) {
      GuardrailMemory memory = of(look.key()).after(look, now);
      if (!memory.equals(GuardrailMemory.EMPTY)) {
        next.put(look.key(), memory);
      }
    }
    double p = evaluation.sampleRatio().map(look -> look.reading().sequentialP()).orElse(1.0);
    return new ExperimentMemory(next, Math.min(sampleRatioMinP, p));
  }

  ExperimentMemory withVerdict(GuardrailKey key, String id) {
    return with(key, of(key).withVerdict(id));
  }

  ExperimentMemory reported(GuardrailKey key, GuardrailReport report) {
    return with(key, of(key).reported(report));
  }

  private ExperimentMemory with(GuardrailKey key, GuardrailMemory memory) {
    Map<GuardrailKey, GuardrailMemory> next = new HashMap<>(guardrails);
    next.put(key, memory);
    return new ExperimentMemory(next, sampleRatioMinP);
  }
}
