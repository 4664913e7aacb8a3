package io.trialog.command;

import io.trialog.command.control.ControlReader;
import io.trialog.command.control.ControlRefusal;
import io.trialog.language.Actor;
import io.trialog.language.ExperimentCommand.RecordGuardrailState;
import io.trialog.language.GuardrailRefusal;
import io.trialog.language.GuardrailReport;
import io.trialog.language.Refused;
import io.trialog.language.wire.ControlMessage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a report of a guardrail into the order to write it down, so that ramps and conclusions know
 * of it. The report's id is the idempotency key, so a report that comes twice is written once.
 * Given the signed note of each report in order; throws when it must be tried again.
 */
final class WhenGuardrailReportsThenRecord implements Consumer<byte[]> {
  private static final Logger LOG = LoggerFactory.getLogger(WhenGuardrailReportsThenRecord.class);
  private static final Actor ACTOR = Actor.automation("when-guardrail-reports-then-record");

  private final CommandDesk desk;
  private final ControlReader reader;

  WhenGuardrailReportsThenRecord(CommandDesk desk, ControlReader reader) {
    this.desk = desk;
    this.reader = reader;
  }

  @Override
  public void accept(byte[] note) {
    reader
        .read(
            note,
            ControlMessage.Kind.GUARDRAIL_REPORT,
            GuardrailReport.class,
            report ->
                new ControlReader.Subject(
                    report.experiment(), report.metric(), report.variant(), report.evaluatedAt()))
        .ifPresent(this::write);
  }

  private void write(GuardrailReport report) {
    try {
      CommandDesk.Answer answer = desk.execute(RecordGuardrailState.of(report), order(report));
      LOG.info(
          "guardrail state={} experiment={} metric={} variant={} report={} position={}",
          report.state().word(),
          report.experiment(),
          report.metric(),
          report.variant(),
          report.report(),
          answer.position());
    } catch (Refused e) {
      refused(report, e);
    }
  }

  /** What was refused once is refused again, so nothing waits for it. */
  private void refused(GuardrailReport report, Refused e) {
    if (e.refusal() instanceof GuardrailRefusal.ReadingIsOld) {
      reader.refuse(ControlRefusal.REPLAYED, ControlMessage.Kind.GUARDRAIL_REPORT);
    } else {
      LOG.info("report={} is not written down: {}", report.report(), e.getMessage());
    }
  }

  private static Order order(GuardrailReport report) {
    String reason =
        "Guardrail %s is %s for variant %s at %d and %d subjects."
            .formatted(
                report.metric(),
                report.state().word(),
                report.variant(),
                report.controlSubjects(),
                report.variantSubjects());
    String id = report.report();
    return new Order(ACTOR, reason, id, id, id, id, null);
  }
}
