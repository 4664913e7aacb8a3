package io.trialog.guardrails;

import io.trialog.language.GuardrailReport;
import io.trialog.language.GuardrailState;
import java.time.Instant;

/**
 * What was last reported of a guardrail.
 *
 * @param epoch of the sums; what was said of another one says nothing now
 * @param stateSince when a report last changed the state, to the millisecond; 1970 before any did
 * @param subjects of the smaller arm
 * @param reportedAt of the report itself; the next one is later
 */
public record LastReport(
    GuardrailState state, int epoch, Instant stateSince, long subjects, Instant reportedAt) {
  /** After one more report. */
  LastReport followedBy(GuardrailReport report) {
    return new LastReport(
        report.state(),
        report.epoch(),
        report.state() == state && report.epoch() == epoch ? stateSince : report.evaluatedAt(),
        Reporting.smallerArm(report),
        report.evaluatedAt());
  }

  /** A first WATCH changes nothing, so what follows it need not wait. */
  static LastReport first(GuardrailReport report) {
    Instant since = report.state() == GuardrailState.WATCH ? Instant.EPOCH : report.evaluatedAt();
    return new LastReport(
        report.state(), report.epoch(), since, Reporting.smallerArm(report), report.evaluatedAt());
  }
}
