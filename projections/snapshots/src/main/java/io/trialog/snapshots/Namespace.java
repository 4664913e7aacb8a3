package io.trialog.snapshots;

import io.trialog.language.ApprovalPolicy;
import io.trialog.language.Design.GuardrailRule;
import io.trialog.language.NamespaceEvent;
import io.trialog.language.NamespaceEvent.ApprovalPolicyProposed;
import io.trialog.language.NamespaceEvent.ApprovalPolicySet;
import io.trialog.language.NamespaceEvent.GuardrailPolicySet;
import io.trialog.language.NamespaceEvent.NamespaceCreated;
import io.trialog.language.log.RecordedEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A namespace as its events left it. Immutable.
 *
 * @param approvalPolicy absent while the default is in force
 * @param proposedPolicy absent unless one waits for a yes
 * @param guardrailPolicy absent while nobody set one
 */
public record Namespace(
    String namespace,
    String title,
    @Nullable Stated<ApprovalPolicy> approvalPolicy,
    @Nullable Stated<ApprovalPolicy> proposedPolicy,
    @Nullable Stated<List<GuardrailRule>> guardrailPolicy,
    EventReference created) {

  /** What was said, and the event that said it. */
  public record Stated<T>(T value, EventReference by) {}

  static Namespace created(RecordedEvent recorded, NamespaceCreated fact) {
    return new Namespace(
        fact.namespace(), fact.title(), null, null, null, EventReference.to(recorded));
  }

  /** The state after one more of its events. */
  Namespace apply(RecordedEvent recorded, NamespaceEvent fact) {
    EventReference by = EventReference.to(recorded);
    return switch (fact) {
      case NamespaceCreated e -> created(recorded, e);
      case ApprovalPolicyProposed e ->
          with(approvalPolicy, new Stated<>(e.policy(), by), guardrailPolicy);
      case ApprovalPolicySet e -> with(new Stated<>(e.policy(), by), null, guardrailPolicy);
      case GuardrailPolicySet e ->
          with(approvalPolicy, proposedPolicy, new Stated<>(e.rules(), by));
    };
  }

  private Namespace with(
      @Nullable Stated<ApprovalPolicy> approval,
      @Nullable Stated<ApprovalPolicy> proposed,
      @Nullable Stated<List<GuardrailRule>> guardrails) {
    return new Namespace(namespace, title, approval, proposed, guardrails, created);
  }
}
