package io.trialog.measurement.stream;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Ledgers as live objects between two checkpoints, so that a busy subject is decoded and encoded
 * once and not for each of its events. Changed ledgers must be written back before every
 * checkpoint; when the job fails the cache is thrown away with the rest of the operator. Not safe
 * for threads.
 */
final class LedgerCache {
  /** Events held in the cache, over all subjects, beyond which it is emptied (about 30 MB). */
  static final int EVENTS = 200_000;

  /** Subjects held beyond which the cache is emptied; bounds the cost of one write-back. */
  static final int SUBJECTS = 20_000;

  /** The keyed state below. */
  interface Store {
    byte @Nullable [] read(String subject);

    void write(String subject, byte[] ledger);
  }

  private final Store store;
  private final Map<String, SubjectLedger> ledgers = new HashMap<>();
  private long events;

  LedgerCache(Store store) {
    this.store = store;
  }

  /** The ledger of a subject, an empty one if it is new. */
  SubjectLedger of(String subject) {
    SubjectLedger known = ledgers.get(subject);
    if (known != null) {
      events++; // at most one more event than before; the count is an upper bound
      return known;
    }
    byte[] bytes = store.read(subject);
    SubjectLedger ledger = bytes == null ? new SubjectLedger() : LedgerCodec.decode(bytes);
    ledgers.put(subject, ledger);
    events += ledger.events() + 1;
    return ledger;
  }

  /** True when {@link #writeBack} should be called although no checkpoint is due. */
  boolean isFull() {
    return events > EVENTS || ledgers.size() > SUBJECTS;
  }

  /** Writes what changed, and lets go of everything if the cache is full. */
  void writeBack() {
    ledgers.forEach((subject, ledger) -> {
      if (ledger.changed()) {
        store.write(subject, LedgerCodec.encode(ledger));
        ledger.saved();
      }
    });
    if (isFull()) {
      ledgers.clear();
      events = 0;
    }
  }
}
