package io.trialog.language.wire;

import io.trialog.language.ApprovalPolicy;
import io.trialog.language.ChangeKind;
import io.trialog.language.Keys;
import jakarta.json.bind.adapter.JsonbAdapter;
import java.util.List;

/** An approval policy as JSON: the kinds of changes as words, which JSON-B does not do in lists. */
public final class ApprovalPolicyJson {
  private ApprovalPolicyJson() {}

  /** The policy in plain values. */
  public record Flat(
      int required,
      List<String> approvers,
      int ttlHours,
      int reviewHours,
      List<String> approvalsFor) {}

  /** For JSON-B. */
  public static final class Adapter implements JsonbAdapter<ApprovalPolicy, Flat> {
    @Override
    public Flat adaptToJson(ApprovalPolicy policy) {
      return new Flat(
          policy.required(),
          policy.approvers(),
          policy.ttlHours(),
          policy.reviewHours(),
          policy.approvalsFor().stream().map(ChangeKind::word).toList());
    }

    @Override
    public ApprovalPolicy adaptFromJson(Flat flat) {
      return new ApprovalPolicy(
          flat.required(),
          flat.approvers(),
          flat.ttlHours(),
          flat.reviewHours(),
          Keys.require("approvals_for", flat.approvalsFor()).stream()
              .map(word -> JsonCodec.Words.parse(ChangeKind.class, "approvals_for", word))
              .toList());
    }
  }
}
