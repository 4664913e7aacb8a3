package io.trialog.language;

import java.util.List;

/** Facts about namespaces. */
public sealed interface NamespaceEvent extends TrialogEvent {
  /** A namespace exists from here on. */
  record NamespaceCreated(String namespace, String title) implements NamespaceEvent {
    public NamespaceCreated {
      Keys.namespace("namespace", namespace);
      Keys.text("title", title);
    }
  }

  /** Drafts that do not speak of guardrails get these from here on; empty means none. */
  record GuardrailPolicySet(String namespace, List<Design.GuardrailRule> rules)
      implements NamespaceEvent {
    public GuardrailPolicySet {
      Keys.namespace("namespace", namespace);
      rules = List.copyOf(Keys.require("rules", rules));
    }
  }

  /** Somebody asked for this policy; an earlier proposal is void. */
  record ApprovalPolicyProposed(String namespace, ApprovalPolicy policy) implements NamespaceEvent {
    public ApprovalPolicyProposed {
      Keys.namespace("namespace", namespace);
      Keys.require("policy", policy);
    }
  }

  /** Changes of the namespace's experiments are approved by {@code policy} from here on. */
  record ApprovalPolicySet(String namespace, ApprovalPolicy before, ApprovalPolicy policy)
      implements NamespaceEvent {
    public ApprovalPolicySet {
      Keys.namespace("namespace", namespace);
      Keys.require("before", before);
      Keys.require("policy", policy);
    }
  }
}
