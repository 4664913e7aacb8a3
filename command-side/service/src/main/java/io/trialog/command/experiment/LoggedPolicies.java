package io.trialog.command.experiment;

import io.trialog.language.ApprovalPolicy;
import io.trialog.language.log.EventLog;

/** Asks the stream of the namespace. */
public final class LoggedPolicies implements Policies {
  private final EventLog log;

  public LoggedPolicies(EventLog log) {
    this.log = log;
  }

  @Override
  public ApprovalPolicy of(String namespace) {
    return ApprovalPolicy.DEFAULT;
  }
}
