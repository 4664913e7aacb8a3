package io.trialog.command;

import io.trialog.command.control.TrustedKeys;
import io.trialog.language.GuardrailReport;
import io.trialog.language.GuardrailState;
import io.trialog.language.KillEvidence;
import io.trialog.language.Verdict;
import io.trialog.language.wire.ControlMessage;
import io.trialog.sdk.core.note.NoteException;
import io.trialog.sdk.core.note.NoteSigner;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/** The guardrails of an environment, as the command side hears of them. */
record GuardrailSigner(String environment, NoteSigner signer) {
  static final Instant AT = Instant.parse("2026-11-22T07:00:00Z");

  static GuardrailSigner of(String environment) {
    try {
      return new GuardrailSigner(
          environment, NoteSigner.generate(ControlMessage.signerName(environment)));
    } catch (NoteException e) {
      throw new IllegalStateException(e);
    }
  }

  TrustedKeys trusted() {
    return asked ->
        asked.equals(environment) ? Optional.of(signer.verifierKey()) : Optional.empty();
  }

  byte[] note(Verdict verdict) {
    return note(ControlMessage.of(ControlMessage.Kind.VERDICT, environment, verdict));
  }

  byte[] note(GuardrailReport report) {
    return note(ControlMessage.of(ControlMessage.Kind.GUARDRAIL_REPORT, environment, report));
  }

  byte[] note(ControlMessage message) {
    return signer.sign(message.text()).getBytes(StandardCharsets.UTF_8);
  }

  static GuardrailReport report(
      String experiment, String metric, GuardrailState state, int epoch, Instant at) {
    return new GuardrailReport(
        "report-" + state.word() + "-" + at.toEpochMilli(),
        "guardrail/1",
        experiment,
        metric,
        "green",
        state,
        epoch,
        1_024,
        1_100,
        new BigDecimal("0.05"),
        new BigDecimal("0.01"),
        "none",
        at);
  }

  static KillEvidence evidence(String metric, Instant at) {
    BigDecimal one = BigDecimal.ONE;
    KillEvidence.ArmSums sums = new KillEvidence.ArmSums(1, 1, one, one, one);
    return new KillEvidence(
        "v1",
        "guardrail/1",
        "normal_mixture",
        metric,
        "mean",
        "higher_is_better",
        "green",
        "control",
        sums,
        sums,
        one,
        one,
        one,
        one,
        one,
        one,
        one,
        one,
        one,
        one,
        one,
        false,
        at);
  }
}
