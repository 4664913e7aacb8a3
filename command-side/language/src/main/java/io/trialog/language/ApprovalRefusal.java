package io.trialog.language;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** Why a change does not take effect, or an approval does not count. The log keeps them. */
public sealed interface ApprovalRefusal extends Refusal {
  @Override
  default boolean recorded() {
    return true;
  }

  /** The change needs more approvals than its proposal has. */
  record ApprovalRequired(String experiment, ChangeKind change, int required, int found)
      implements ApprovalRefusal {
    @Override
    public String code() {
      return "approval_required";
    }

    @Override
    public String sentence() {
      return "To %s experiment \"%s\" needs %d approvals of exactly that; found are %d."
          .formatted(change.word(), experiment, required, found);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(
          Map.of(
              "change", change.word(),
              "required", Integer.toString(required),
              "found", Integer.toString(found)));
    }
  }

  /** It was approved too long ago. */
  record ApprovalExpired(String experiment, ChangeKind change, Instant expiredAt)
      implements ApprovalRefusal {
    @Override
    public String code() {
      return "approval_expired";
    }

    @Override
    public String sentence() {
      return "An approval to %s experiment \"%s\" was good until %s; it must be approved again."
          .formatted(change.word(), experiment, expiredAt);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(Map.of("change", change.word(), "expired_at", expiredAt.toString()));
    }
  }

  /** Who approved may no longer approve. */
  record ApproverLostRole(String experiment, ChangeKind change, String approver)
      implements ApprovalRefusal {
    @Override
    public String code() {
      return "approver_lost_role";
    }

    @Override
    public String sentence() {
      return "\"%s\", who approved to %s experiment \"%s\", may no longer approve; another must."
          .formatted(approver, change.word(), experiment);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(Map.of("change", change.word(), "approver", approver));
    }
  }

  /** The namespace names its approvers, and this is none of them. */
  record NotAnApprover(String experiment, String actor) implements ApprovalRefusal {
    @Override
    public String code() {
      return "not_an_approver";
    }

    @Override
    public String sentence() {
      return "\"%s\" is not among the approvers that the namespace of experiment \"%s\" names."
          .formatted(actor, experiment);
    }
  }

  /** The same person counts once. */
  record AlreadyApproved(String experiment, String actor) implements ApprovalRefusal {
    @Override
    public Kind kind() {
      return Kind.CONFLICT;
    }

    @Override
    public String code() {
      return "already_approved";
    }

    @Override
    public String sentence() {
      return "\"%s\" approved this proposal of experiment \"%s\" before; another person must."
          .formatted(actor, experiment);
    }
  }

  /** What was applied or taken back is over. */
  record ProposalClosed(String experiment, String proposal, String state)
      implements ApprovalRefusal {
    @Override
    public String code() {
      return "proposal_closed";
    }

    @Override
    public String sentence() {
      return "Proposal \"%s\" of experiment \"%s\" was %s before."
          .formatted(proposal, experiment, state);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(Map.of("proposal", proposal, "proposal_state", state));
    }
  }

  /** What is ordered is not what the named proposal says. */
  record ChangeDiffers(String experiment, String proposal, ChangeKind ordered)
      implements ApprovalRefusal {
    @Override
    public String code() {
      return "change_differs";
    }

    @Override
    public String sentence() {
      return "Proposal \"%s\" of experiment \"%s\" says something else than this order to %s it."
          .formatted(proposal, experiment, ordered.word());
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(Map.of("proposal", proposal, "change", ordered.word()));
    }
  }

  /** It was approved to start otherwise. */
  record LaunchDiffers(String experiment, String asked) implements ApprovalRefusal {
    @Override
    public String code() {
      return "launch_differs";
    }

    @Override
    public String sentence() {
      return "Experiment \"%s\" was not approved to start %s; start it as approved, or submit it again."
          .formatted(experiment, asked);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(Map.of("requested", asked));
    }
  }

  /** There is a limit to what waits. */
  record TooManyProposals(String experiment, int limit) implements ApprovalRefusal {
    @Override
    public String code() {
      return "too_many_proposals";
    }

    @Override
    public String sentence() {
      return "Experiment \"%s\" has %d open proposals; withdraw some first."
          .formatted(experiment, limit);
    }
  }

  /** Who broke the glass does not review it. */
  record ReviewerMustDiffer(String experiment, String review, String actor)
      implements ApprovalRefusal {
    @Override
    public String code() {
      return "reviewer_must_differ";
    }

    @Override
    public String sentence() {
      return "\"%s\" broke the glass of review \"%s\" of experiment \"%s\"; another person must close it."
          .formatted(actor, review, experiment);
    }
  }

  /** A review is closed once. */
  record ReviewClosedBefore(String experiment, String review) implements ApprovalRefusal {
    @Override
    public Kind kind() {
      return Kind.CONFLICT;
    }

    @Override
    public String code() {
      return "review_closed_before";
    }

    @Override
    public String sentence() {
      return "Review \"%s\" of experiment \"%s\" is closed already.".formatted(review, experiment);
    }
  }

  /** There is nothing to raise an alarm about. */
  record ReviewNotOverdue(String experiment, String review, Instant dueAt)
      implements ApprovalRefusal {
    @Override
    public boolean recorded() {
      return false;
    }

    @Override
    public String code() {
      return "review_not_overdue";
    }

    @Override
    public String sentence() {
      return "Review \"%s\" of experiment \"%s\" is due at %s, or its alarm was raised before."
          .formatted(review, experiment, dueAt);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(Map.of("review", review, "due_at", dueAt.toString()));
    }
  }
}
