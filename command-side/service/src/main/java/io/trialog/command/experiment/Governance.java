package io.trialog.command.experiment;

import io.trialog.command.Standing;
import io.trialog.command.experiment.Approvals.Approval;
import io.trialog.language.ApprovalPolicy;
import io.trialog.language.Role;
import java.time.Clock;
import java.time.Instant;

/** Who may say yes, and for how long it counts; command handlers take it as a parameter. */
public final class Governance {
  private final Policies policies;
  private final Standing standing;
  private final Clock clock;

  public Governance(Policies policies, Standing standing, Clock clock) {
    this.policies = policies;
    this.standing = standing;
    this.clock = clock;
  }

  Instant now() {
    return clock.instant();
  }

  /** The rules of a namespace at this moment. */
  Rules in(String namespace) {
    return new Rules(namespace, policies.of(namespace), clock.instant(), standing);
  }

  /** The rules of one namespace at one moment. */
  record Rules(String namespace, ApprovalPolicy policy, Instant now, Standing standing) {
    boolean isOver(Approval approval) {
      return approval.expiresAt() != null && !approval.expiresAt().isAfter(now);
    }

    boolean mayStill(Approval approval) {
      return policy.admits(approval.approver())
          && approval.credential() != null
          && standing.holds(approval.credential(), approval.approver(), Role.APPROVER, namespace);
    }

    boolean counts(Approval approval) {
      return !isOver(approval) && mayStill(approval);
    }
  }
}
