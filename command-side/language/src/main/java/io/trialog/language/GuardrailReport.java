package io.trialog.language;

import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where a guardrail of one treatment arm stands, on its way to becoming a command. Reports of one
 * guardrail follow each other in {@code evaluatedAt}, which never repeats.
 *
 * @param report id; the same content has the same one
 * @param policyVersion names the rules by which it was judged
 * @param state a breach is never taken back
 * @param epoch allocation epoch of the sums, from 0
 * @param controlSubjects exposed subjects of the control at this look, at least 0
 * @param variantSubjects exposed subjects of the treatment at this look, at least 0
 * @param margin tolerated relative harm of the rule
 * @param harmAtMost upper bound of the relative harm, as 0.02 for two percent; absent when the data
 *     give none
 * @param note why the state is not firmer, as a word; never blank
 */
public record GuardrailReport(
    String report,
    String policyVersion,
    String experiment,
    String metric,
    String variant,
    GuardrailState state,
    int epoch,
    long controlSubjects,
    long variantSubjects,
    BigDecimal margin,
    @Nullable BigDecimal harmAtMost,
    String note,
    Instant evaluatedAt) {

  public GuardrailReport {
    Keys.text("report", report);
    Keys.text("policy_version", policyVersion);
    Keys.key("experiment", experiment);
    Keys.key("metric", metric);
    Keys.key("variant", variant);
    Keys.require("state", state);
    count("epoch", epoch);
    count("control_subjects", controlSubjects);
    count("variant_subjects", variantSubjects);
    Keys.require("margin", margin);
    Keys.text("note", note);
    Keys.require("evaluated_at", evaluatedAt);
  }

  private static void count(String field, long found) {
    if (found < 0) {
      throw new InvalidValue(field, "must be at least 0; found " + found);
    }
  }
}
