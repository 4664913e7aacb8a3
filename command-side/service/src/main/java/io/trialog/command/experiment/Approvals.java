package io.trialog.command.experiment;

import io.trialog.command.experiment.Governance.Rules;
import io.trialog.language.ApprovalRefusal.AlreadyApproved;
import io.trialog.language.ApprovalRefusal.ApprovalExpired;
import io.trialog.language.ApprovalRefusal.ApprovalRequired;
import io.trialog.language.ApprovalRefusal.ApproverLostRole;
import io.trialog.language.ApprovalRefusal.NotAnApprover;
import io.trialog.language.ChangeKind;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Tally;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The yeses to one proposal: of each person the newest. */
final class Approvals {
  /**
   * A yes to what has this digest. Without a credential nobody can tell whether it still counts.
   */
  record Approval(
      String approver, @Nullable String credential, String digest, @Nullable Instant expiresAt) {}

  private final Map<String, Approval> byPerson = new LinkedHashMap<>();

  void add(Approval approval) {
    byPerson.put(approval.approver(), approval);
  }

  /** Refuses a yes of who wrote it, of who is no approver, and a second one of the same person. */
  void mustAccept(
      String experiment, String actor, Set<String> editors, String digest, Rules rules) {
    if (editors.contains(actor)) {
      throw new Refused(new Refusal.ApproverMustDiffer(experiment, actor));
    }
    if (!rules.policy().admits(actor)) {
      throw new Refused(new NotAnApprover(experiment, actor));
    }
    Approval before = byPerson.get(actor);
    if (before != null && before.digest().equals(digest) && rules.counts(before)) {
      throw new Refused(new AlreadyApproved(experiment, actor));
    }
  }

  /** Where it stands once this person has said yes too. */
  Tally tallyWith(String actor, String digest, Rules rules) {
    long others =
        byPerson.values().stream()
            .filter(each -> !each.approver().equals(actor))
            .filter(each -> each.digest().equals(digest) && rules.counts(each))
            .count();
    return new Tally(
        (int) others + 1, rules.policy().required(), rules.now().plus(rules.policy().ttl()));
  }

  /** Refuses unless enough people's yes to exactly this counts at this moment. */
  void mustCarry(String experiment, ChangeKind change, String digest, Rules rules) {
    int found = 0;
    Refusal why = null;
    for (Approval each : byPerson.values()) {
      if (!each.digest().equals(digest)) {
        continue;
      }
      if (rules.isOver(each)) {
        why = new ApprovalExpired(experiment, change, Objects.requireNonNull(each.expiresAt()));
      } else if (!rules.mayStill(each)) {
        why = new ApproverLostRole(experiment, change, each.approver());
      } else {
        found++;
      }
    }
    int required = rules.policy().required();
    if (found < required) {
      throw new Refused(
          why == null ? new ApprovalRequired(experiment, change, required, found) : why);
    }
  }
}
