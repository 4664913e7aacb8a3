package io.trialog.language;

/**
 * What the whole platform asks of people with power.
 *
 * @param requireSecondAdministrator roles that decide (approver, auditor, admin) count only when a
 *     second administrator agrees
 * @param freshAuthentication approvals with an access token of the platform need one that is at
 *     most five minutes old
 */
public record PlatformPolicy(boolean requireSecondAdministrator, boolean freshAuthentication) {
  /** As long as nobody said otherwise. */
  public static final PlatformPolicy FIRST = new PlatformPolicy(false, false);

  /** Whether {@code next} asks for everything that this asks for. */
  public boolean isKeptBy(PlatformPolicy next) {
    return (next.requireSecondAdministrator || !requireSecondAdministrator)
        && (next.freshAuthentication || !freshAuthentication);
  }

  /** Whether a grant needs a second administrator. */
  public boolean asksForTwo(Grant grant) {
    return requireSecondAdministrator && grant.role().isDeciding();
  }
}
