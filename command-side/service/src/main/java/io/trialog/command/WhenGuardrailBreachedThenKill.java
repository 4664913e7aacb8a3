package io.trialog.command;

import io.trialog.command.control.ControlReader;
import io.trialog.command.control.ControlRefusal;
import io.trialog.language.Actor;
import io.trialog.language.ExperimentCommand.KillExperiment;
import io.trialog.language.GuardrailRefusal;
import io.trialog.language.KillEvidence;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Verdict;
import io.trialog.language.wire.ControlMessage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a verdict into the order to kill, with the evidence inside. The verdict's id is the
 * idempotency key, so a verdict that comes twice kills once. Given the signed note of each verdict
 * in order; throws when the kill must be tried again.
 */
final class WhenGuardrailBreachedThenKill implements Consumer<byte[]> {
  private static final Logger LOG = LoggerFactory.getLogger(WhenGuardrailBreachedThenKill.class);
  private static final Actor ACTOR = Actor.automation("when-guardrail-breached-then-kill");

  private final CommandDesk desk;
  private final ControlReader reader;

  WhenGuardrailBreachedThenKill(CommandDesk desk, ControlReader reader) {
    this.desk = desk;
    this.reader = reader;
  }

  @Override
  public void accept(byte[] note) {
    reader
        .read(
            note,
            ControlMessage.Kind.VERDICT,
            Verdict.class,
            verdict ->
                new ControlReader.Subject(
                    verdict.experiment(),
                    verdict.evidence().metric(),
                    verdict.evidence().variant(),
                    verdict.evidence().evaluatedAt()))
        .ifPresent(this::kill);
  }

  private void kill(Verdict verdict) {
    KillEvidence evidence = verdict.evidence();
    try {
      CommandDesk.Answer answer =
          desk.execute(new KillExperiment(verdict.experiment(), evidence), order(evidence));
      LOG.info(
          "killed experiment={} metric={} variant={} verdict={} position={}",
          verdict.experiment(),
          evidence.metric(),
          evidence.variant(),
          evidence.verdictId(),
          answer.position());
    } catch (Refused e) {
      refused(evidence, e);
    }
  }

  private void refused(KillEvidence evidence, Refused e) {
    switch (e.refusal()) {
      case GuardrailRefusal.VerdictIsUsed used ->
          reader.refuse(ControlRefusal.REPLAYED, ControlMessage.Kind.VERDICT);
      case Refusal.StatusForbids late ->
          LOG.info("verdict={} came too late: {}", evidence.verdictId(), e.getMessage());
      case Refusal.NotFound gone ->
          LOG.info("verdict={} is about nothing: {}", evidence.verdictId(), e.getMessage());
      default -> throw e;
    }
  }

  private static Order order(KillEvidence evidence) {
    String reason =
        "Guardrail %s breached by variant %s: lift %s, log E %s at or above %s."
            .formatted(
                evidence.metric(),
                evidence.variant(),
                evidence.lift() == null ? "unknown" : evidence.lift().toPlainString(),
                evidence.logE().toPlainString(),
                evidence.boundary().toPlainString());
    return new Order(
        ACTOR,
        reason,
        evidence.verdictId(),
        evidence.verdictId(),
        evidence.verdictId(),
        evidence.verdictId(),
        null);
  }
}
