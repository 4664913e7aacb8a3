package io.trialog.audit.log;

/**
 * The audit log is not what it must be, so nothing is signed and nothing is exported. The message
 * says what was expected, what was found, and where. Stop the unit of work and alert.
 */
public final class AuditDefect extends IllegalStateException {

  AuditDefect(String message) {
    super(message);
  }
}
