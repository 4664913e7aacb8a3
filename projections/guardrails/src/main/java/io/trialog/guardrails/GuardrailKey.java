package io.trialog.guardrails;

import java.util.Objects;

/** Which guardrail of an experiment: this metric, in this treatment arm. */
public record GuardrailKey(String metric, String variant) {
  public GuardrailKey {
    Objects.requireNonNull(metric);
    Objects.requireNonNull(variant);
  }
}
