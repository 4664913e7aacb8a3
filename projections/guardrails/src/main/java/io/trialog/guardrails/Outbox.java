package io.trialog.guardrails;

import io.trialog.language.GuardrailReport;
import io.trialog.language.Verdict;
import io.trialog.snapshots.Directory;
import io.trialog.snapshots.Experiment;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what the ledger holds as pending to its topics, verdicts first. Those on experiments that
 * the directory does not know yet wait until it does. One thread.
 */
final class Outbox {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

  private final GuardrailLedger ledger;
  private final Verdicts verdicts;

  Outbox(GuardrailLedger ledger, Verdicts verdicts) {
    this.ledger = ledger;
    this.verdicts = verdicts;
  }

  /**
   * Publishes what is pending, in order, up to the first that fails.
   *
   * @return what failed, or null
   */
  @Nullable String publish(Directory state) {
    @Nullable String failure = publishVerdicts(state);
    return failure == null ? publishReports(state) : failure;
  }

  private @Nullable String publishVerdicts(Directory state) {
    for (Verdict verdict : ledger.pending()) {
      Experiment experiment = state.experiments().get(verdict.experiment());
      String id = verdict.evidence().verdictId();
      if (experiment != null && hasEnded(experiment)) {
        ledger.settle(id);
      } else if (experiment != null) {
        try {
          verdicts.publish(experiment.design().environment(), verdict);
        } catch (RuntimeException e) {
          return pending("verdict " + id, verdict.experiment(), e);
        }
        ledger.markPublished(id);
      }
    }
    return null;
  }

  private @Nullable String publishReports(Directory state) {
    for (GuardrailReport report : ledger.pendingReports()) {
      Experiment experiment = state.experiments().get(report.experiment());
      if (experiment != null && needsNoReports(experiment)) {
        ledger.forgetReports(report.experiment());
      } else if (experiment != null) {
        try {
          verdicts.publish(experiment.design().environment(), report);
        } catch (RuntimeException e) {
          return pending("report " + report.report(), report.experiment(), e);
        }
        ledger.markPublished(report);
      }
    }
    return null;
  }

  private static String pending(String what, String experiment, RuntimeException e) {
    LOG.warn("{} on {} stays pending", what, experiment, e);
    return what + " is pending: " + e.getMessage();
  }

  /** Lets go of what is on the topics about experiments that have ended. */
  void settleEnded(Directory state) {
    for (Verdict verdict : ledger.published()) {
      Experiment experiment = state.experiments().get(verdict.experiment());
      if (experiment != null && hasEnded(experiment)) {
        ledger.settle(verdict.evidence().verdictId());
      }
    }
    ledger.publishedReports().stream()
        .map(GuardrailReport::experiment)
        .distinct()
        .map(key -> state.experiments().get(key))
        .filter(experiment -> experiment != null && needsNoReports(experiment))
        .forEach(experiment -> ledger.forgetReports(experiment.key()));
  }

  private static boolean hasEnded(Experiment experiment) {
    return switch (experiment.status()) {
      case KILLED, CONCLUDED, ARCHIVED -> true;
      case DRAFT, IN_REVIEW, APPROVED, RUNNING, PAUSED -> false;
    };
  }

  /** A killed one may be revived, which its breach must be able to prevent. */
  private static boolean needsNoReports(Experiment experiment) {
    return switch (experiment.status()) {
      case CONCLUDED, ARCHIVED -> true;
      case DRAFT, IN_REVIEW, APPROVED, RUNNING, PAUSED, KILLED -> false;
    };
  }
}
