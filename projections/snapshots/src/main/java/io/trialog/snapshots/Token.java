package io.trialog.snapshots;

import io.trialog.language.Grant;
import java.util.List;

/**
 * An access token: who holds it and what it opens; {@code secretHash} is as in the log.
 *
 * @param last the event that issued or revoked it
 */
public record Token(
    String token,
    String holder,
    List<Grant> grants,
    String secretHash,
    boolean revoked,
    EventReference last) {

  public Token {
    grants = List.copyOf(grants);
  }

  Token revoked(EventReference by) {
    return new Token(token, holder, grants, secretHash, true, by);
  }
}
