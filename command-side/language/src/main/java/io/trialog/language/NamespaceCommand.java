package io.trialog.language;

import java.util.List;

/** Orders about namespaces. */
public sealed interface NamespaceCommand extends TrialogCommand {
  /** Opens a namespace for an org's team. */
  record CreateNamespace(String namespace, String title) implements NamespaceCommand {
    public CreateNamespace {
      Keys.namespace("namespace", namespace);
      Keys.text("title", title);
    }

    @Override
    public String stream() {
      return Streams.namespace(namespace);
    }
  }

  /** Says what guards an experiment whose draft does not say it; replaces what was said before. */
  record SetGuardrailPolicy(String namespace, List<Design.GuardrailRule> rules)
      implements NamespaceCommand {
    public SetGuardrailPolicy {
      Keys.namespace("namespace", namespace);
      rules = Design.guardrails(rules);
    }

    @Override
    public String stream() {
      return Streams.namespace(namespace);
    }
  }

  /** Asks that the namespace approves changes by other rules; another admin has to agree. */
  record ProposeApprovalPolicy(String namespace, ApprovalPolicy policy)
      implements NamespaceCommand {
    public ProposeApprovalPolicy {
      Keys.namespace("namespace", namespace);
      Keys.require("policy", policy);
    }

    @Override
    public String stream() {
      return Streams.namespace(namespace);
    }
  }

  /** Puts the proposed policy in force. */
  record ApproveApprovalPolicy(String namespace) implements NamespaceCommand {
    public ApproveApprovalPolicy {
      Keys.namespace("namespace", namespace);
    }

    @Override
    public String stream() {
      return Streams.namespace(namespace);
    }
  }
}
