package io.trialog.language;

/** Facts about audits. */
public sealed interface AuditEvent extends TrialogEvent {
  /** The log was exported for a purpose; who did it stands in the metadata. */
  record AuditExported(String export, String purpose) implements AuditEvent {}
}
