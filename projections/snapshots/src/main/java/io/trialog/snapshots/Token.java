package io.trialog.snapshots;

import io.trialog.language.Grant;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An access token: who holds it and what it opens; {@code secretHash} is as in the log.
 *
 * @param expiresAt from when on it opens nothing; null for never
 * @param last the event that issued or revoked it
 */
public record Token(
    String token,
    String holder,
    List<Grant> grants,
    String secretHash,
    @Nullable Instant expiresAt,
    boolean revoked,
    EventReference last) {

  public Token {
    grants = List.copyOf(grants);
  }

  Token revoked(EventReference by) {
    return new Token(token, holder, grants, secretHash, expiresAt, true, by);
  }
}
