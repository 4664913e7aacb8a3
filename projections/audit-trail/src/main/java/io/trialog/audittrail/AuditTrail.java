package io.trialog.audittrail;

import java.util.Optional;

/**
 * All events of the log, searchable. Any thread; blocking for as long as a search takes. It shows
 * the log up to some position, which follows the head within a second or so.
 */
public interface AuditTrail {
  /** One page, newest first. Words are whatever a person typed: no text makes it fail. */
  AuditPage search(AuditQuery query);

  /** The entry of the event at this position; empty when there is none, or none yet. */
  Optional<AuditEntry> byPosition(long position);
}
