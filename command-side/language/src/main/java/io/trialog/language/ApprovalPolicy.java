package io.trialog.language;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a namespace asks before a change of an experiment takes effect: {@code required} different
 * people of {@code approvers} (empty: whoever has the role) within {@code ttlHours}. {@code
 * reviewHours} is how soon a break-glass is to be reviewed. A start and a revive are always among
 * {@code approvalsFor}. Lists are kept sorted, each element once.
 */
public record ApprovalPolicy(
    int required,
    List<String> approvers,
    int ttlHours,
    int reviewHours,
    List<ChangeKind> approvalsFor) {
  /** Where a namespace has said nothing: one person, three days, review within a day. */
  public static final ApprovalPolicy DEFAULT =
      new ApprovalPolicy(1, List.of(), 72, 24, List.of(ChangeKind.RETARGET, ChangeKind.REALLOCATE));

  private static final int MAX_APPROVERS = 50;
  private static final int MAX_HOURS = 8_760;

  public ApprovalPolicy {
    within("required", required, 10);
    approvers = List.copyOf(new TreeSet<>(Keys.require("approvers", approvers)));
    if (approvers.size() > MAX_APPROVERS) {
      throw new InvalidValue("approvers", "must be at most 50; found " + approvers.size());
    }
    approvers.forEach(holder -> Keys.key("approvers", holder));
    if (!approvers.isEmpty() && approvers.size() < required) {
      throw new InvalidValue("approvers", "must be none, or at least as many as are required");
    }
    within("ttl_hours", ttlHours, MAX_HOURS);
    within("review_hours", reviewHours, MAX_HOURS);
    Set<ChangeKind> kinds = EnumSet.of(ChangeKind.START, ChangeKind.REVIVE);
    kinds.addAll(Keys.require("approvals_for", approvalsFor));
    approvalsFor = List.copyOf(kinds);
  }

  /** Whether a change of this kind needs approvals. */
  public boolean asksFor(ChangeKind kind) {
    return approvalsFor.contains(kind);
  }

  /** Whether this person's yes counts, provided they have the role. */
  public boolean admits(String holder) {
    return approvers.isEmpty() || approvers.contains(holder);
  }

  /** How long a yes is good. */
  public Duration ttl() {
    return Duration.ofHours(ttlHours);
  }

  /** How soon a break-glass is to be reviewed. */
  public Duration reviewWithin() {
    return Duration.ofHours(reviewHours);
  }

  private static void within(String field, int value, int most) {
    if (value < 1 || value > most) {
      throw new InvalidValue(field, "must be within 1 and " + most + "; found " + value);
    }
  }
}
