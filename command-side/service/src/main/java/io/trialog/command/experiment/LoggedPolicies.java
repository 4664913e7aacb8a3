package io.trialog.command.experiment;

import io.trialog.language.ApprovalPolicy;
import io.trialog.language.NamespaceEvent.ApprovalPolicySet;
import io.trialog.language.Streams;
import io.trialog.language.log.EventLog;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import java.util.List;

/** Asks the stream of the namespace. */
public final class LoggedPolicies implements Policies {
  private final EventLog log;

  public LoggedPolicies(EventLog log) {
    this.log = log;
  }

  @Override
  public ApprovalPolicy of(String namespace) {
    List<StoredEvent> events = log.stream(Streams.namespace(namespace));
    for (StoredEvent stored : events.reversed()) {
      if (EventCodec.decode(stored).event() instanceof ApprovalPolicySet set) {
        return set.policy();
      }
    }
    return ApprovalPolicy.DEFAULT;
  }
}
