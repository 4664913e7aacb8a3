package io.trialog.language;

import java.time.Instant;

/**
 * Where the approvals of a proposal stand with this one: {@code approvals} of {@code required}
 * different people; this one is good until {@code expiresAt}.
 */
public record Tally(int approvals, int required, Instant expiresAt) {
  public Tally {
    Keys.require("expires_at", expiresAt);
  }

  /** Whether enough people said yes. */
  public boolean isComplete() {
    return approvals >= required;
  }
}
