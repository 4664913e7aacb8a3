package io.trialog.measurement.stream;

import io.trialog.measurement.CellKey;
import io.trialog.measurement.CellSums;
import io.trialog.measurement.EventJson;
import io.trialog.measurement.Exposure;
import io.trialog.measurement.FieldRefused;
import io.trialog.measurement.Outcome;
import io.trialog.measurement.kafka.Topics;
import io.trialog.measurement.stream.SubjectLedger.CohortKey;
import io.trialog.measurement.stream.SubjectLedger.Fate;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * Folds one input record into the ledger of its subject: the whole step of the job, without Flink.
 * Never throws for what a record holds.
 */
final class Folder {
  private final PaneDeltas deltas;
  private final LateWatch late;
  private final LedgerCache ledgers;

  Folder(LedgerCache ledgers, PaneDeltas deltas, LateWatch late) {
    this.ledgers = ledgers;
    this.deltas = deltas;
    this.late = late;
  }

  /**
   * Folds one record. Exactly one record is counted for its source, whatever becomes of it.
   *
   * @param source topic and partition, {@code trialog.outcomes-0}
   * @param key of the record, the subject
   * @param refusals told why the record is no event of ours
   */
  void fold(String source, String key, byte[] value, Consumer<FieldRefused> refusals) {
    Fate fate = Fate.DROPPED;
    boolean refused = false;
    try {
      fate =
          source.startsWith(Topics.EXPOSURES)
              ? fold(key, EventJson.readExposure(value))
              : fold(key, EventJson.readOutcome(value));
    } catch (FieldRefused e) {
      refused = true;
      refusals.accept(e);
    }
    deltas.folded(source, fate == Fate.DROPPED && !refused);
  }

  private Fate fold(String key, Exposure e) throws FieldRefused {
    mustMatch(key, e.subject());
    Fate fate = ledgers.of(key).fold(e, deltas);
    if (fate == Fate.FOLDED && late.isLate(LateWatch.Kind.EXPOSURE, e.experiment(), e.time())) {
      late(new CohortKey(e.experiment(), e.epoch()), e.variant(), e.time());
    }
    return fate;
  }

  private Fate fold(String key, Outcome o) throws FieldRefused {
    mustMatch(key, o.subject());
    SubjectLedger ledger = ledgers.of(key);
    Fate fate = ledger.fold(o, deltas);
    if (fate == Fate.FOLDED) {
      for (CohortKey cohort : ledger.cohortKeys()) {
        if (late.isLate(LateWatch.Kind.OUTCOME, cohort.experiment(), o.time())) {
          late(cohort, "", o.time());
        }
      }
    }
    return fate;
  }

  private void late(CohortKey cohort, String variant, Instant time) {
    var key =
        new CellKey(cohort.experiment(), cohort.epoch(), variant, "", "", CellKey.paneOf(time));
    deltas.add(key, CellSums.health(0, 0, 0, 1));
  }

  private static void mustMatch(String key, String subject) throws FieldRefused {
    if (!key.equals(subject)) {
      throw new FieldRefused("invalid_key", "subject", "differs from the key of the record");
    }
  }
}
