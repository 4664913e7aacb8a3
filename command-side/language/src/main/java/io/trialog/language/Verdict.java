package io.trialog.language;

/** What a guardrail decided about an experiment, on its way to becoming a command. */
public record Verdict(String experiment, KillEvidence evidence) {
  public Verdict {
    Keys.key("experiment", experiment);
    Keys.require("evidence", evidence);
  }
}
