package io.trialog.query.catalogue;

import io.trialog.language.ApprovalPolicy;
import io.trialog.language.ChangeKind;
import io.trialog.language.Design.GuardrailRule;
import io.trialog.query.DesignJson;
import io.trialog.query.EventJson;
import io.trialog.query.Members;
import io.trialog.snapshots.Directory;
import io.trialog.snapshots.Experiment;
import io.trialog.snapshots.Namespace;
import io.trialog.snapshots.Namespace.Stated;
import io.trialog.snapshots.Oversight.Proposal;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.List;

/** Namespaces as REST answers. */
final class NamespaceJson {
  private NamespaceJson() {}

  /** One line of a list. */
  static JsonObject summary(Namespace namespace) {
    return begun(namespace).build();
  }

  private static JsonObjectBuilder begun(Namespace namespace) {
    return Members.JSON
        .createObjectBuilder()
        .add("namespace", namespace.namespace())
        .add("title", namespace.title())
        .add("created_at", namespace.created().time().toString());
  }

  /** With its policies and all that waits for a yes in it. */
  static JsonObject detail(Namespace namespace, Directory directory) {
    Stated<ApprovalPolicy> approval = namespace.approvalPolicy();
    JsonObjectBuilder json = begun(namespace);
    json.add(
        "approval_policy", approval == null ? policy(ApprovalPolicy.DEFAULT) : policy(approval));
    Stated<ApprovalPolicy> proposed = namespace.proposedPolicy();
    if (proposed != null) {
      json.add("proposed_approval_policy", policy(proposed));
    }
    Stated<List<GuardrailRule>> guardrails = namespace.guardrailPolicy();
    if (guardrails != null) {
      json.add(
          "guardrail_policy",
          Members.JSON
              .createObjectBuilder()
              .add("guardrails", DesignJson.guardrails(guardrails.value()))
              .add("set", EventJson.of(guardrails.by())));
    }
    return json.add("pending_proposals", pending(namespace.namespace(), directory))
        .add("position", directory.position())
        .build();
  }

  private static JsonObjectBuilder policy(Stated<ApprovalPolicy> stated) {
    return policy(stated.value()).add("set", EventJson.of(stated.by()));
  }

  private static JsonObjectBuilder policy(ApprovalPolicy policy) {
    return Members.JSON
        .createObjectBuilder()
        .add("required", policy.required())
        .add("approvers", Members.texts(policy.approvers()))
        .add("ttl_hours", policy.ttlHours())
        .add("review_hours", policy.reviewHours())
        .add(
            "approvals_for",
            Members.texts(policy.approvalsFor().stream().map(ChangeKind::word).toList()));
  }

  private static JsonArrayBuilder pending(String namespace, Directory directory) {
    JsonArrayBuilder array = Members.JSON.createArrayBuilder();
    for (Experiment experiment : directory.experiments().values()) {
      if (experiment.design().namespace().equals(namespace)) {
        experiment.oversight().proposals().values().stream()
            .filter(each -> each.state().equals("open"))
            .forEach(each -> array.add(pending(experiment, each)));
      }
    }
    return array;
  }

  private static JsonObjectBuilder pending(Experiment experiment, Proposal proposal) {
    return Members.JSON
        .createObjectBuilder()
        .add("experiment", experiment.key())
        .add("proposal", proposal.proposal())
        .add("kind", proposal.change().kind().word())
        .add("proposal_digest", proposal.digest())
        .add("approvals", proposal.approvals())
        .add("required", proposal.required())
        .add("proposed", EventJson.of(proposal.proposed()));
  }
}
