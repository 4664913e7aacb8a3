package io.trialog.command.experiment;

import io.trialog.language.ApprovalRefusal.ProposalClosed;
import io.trialog.language.ApprovalRefusal.TooManyProposals;
import io.trialog.language.Basis;
import io.trialog.language.Change;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The changes that were proposed for one experiment; each is applied once. */
final class ChangeProposals {
  /** Most that are open at one time. */
  static final int LIMIT = 50;

  private static final String OPEN = "open";

  /** A proposed change; {@code state} is open, applied or withdrawn. */
  record Proposal(
      String key,
      Change change,
      String digest,
      String proposer,
      Approvals approvals,
      String state) {
    Proposal in(String next) {
      return new Proposal(key, change, digest, proposer, approvals, next);
    }
  }

  private final String experiment;
  private final Map<String, Proposal> proposals = new LinkedHashMap<>();

  ChangeProposals(String experiment) {
    this.experiment = experiment;
  }

  void mustBeNew(String key) {
    if (proposals.containsKey(key)) {
      throw new Refused(new Refusal.AlreadyExists("proposal", key));
    }
    if (proposals.values().stream().filter(each -> each.state().equals(OPEN)).count() >= LIMIT) {
      throw new Refused(new TooManyProposals(experiment, LIMIT));
    }
  }

  /** One that is neither applied nor withdrawn; refuses others. */
  Proposal open(String key) {
    Proposal proposal = proposals.get(key);
    if (proposal == null) {
      throw new Refused(new Refusal.NotFound("proposal", key));
    }
    if (!proposal.state().equals(OPEN)) {
      throw new Refused(new ProposalClosed(experiment, key, proposal.state()));
    }
    return proposal;
  }

  /** The open ones that say exactly this. */
  List<Proposal> saying(String digest) {
    return proposals.values().stream()
        .filter(each -> each.state().equals(OPEN) && each.digest().equals(digest))
        .toList();
  }

  void proposed(String key, Change change, String digest, String proposer) {
    proposals.put(key, new Proposal(key, change, digest, proposer, new Approvals(), OPEN));
  }

  void approved(String key, Approvals.Approval approval) {
    proposals.computeIfPresent(
        key,
        (same, each) -> {
          each.approvals().add(approval);
          return each;
        });
  }

  void withdrawn(String key) {
    proposals.computeIfPresent(key, (same, each) -> each.in("withdrawn"));
  }

  /** Who proposed what the change rests on; null when it rests on no proposal. */
  @Nullable String applied(@Nullable Basis basis) {
    if (basis == null || basis.proposal() == null) {
      return null;
    }
    Proposal proposal =
        proposals.computeIfPresent(basis.proposal(), (same, each) -> each.in("applied"));
    return proposal == null ? null : proposal.proposer();
  }
}
