package io.trialog.command.experiment;

import io.trialog.language.ApprovalPolicy;

/** What namespaces ask for approvals, as the log has it now. Thread-safe; may block. */
@FunctionalInterface
public interface Policies {
  /** The policy in force; the default where a namespace has said nothing. */
  ApprovalPolicy of(String namespace);
}
