package io.trialog.language;

import java.util.List;

/** Facts about access. */
public sealed interface AccessEvent extends TrialogEvent {
  /** A holder has a token; only the hash of its secret is kept. */
  record TokenIssued(String token, String holder, List<Grant> grants, String secretHash)
      implements AccessEvent {
    public TokenIssued {
      Keys.key("token", token);
      Keys.key("holder", holder);
      grants = List.copyOf(Keys.require("grants", grants));
      Keys.text("secret_hash", secretHash);
    }
  }

  /** The token opens nothing any more. */
  record TokenRevoked(String token) implements AccessEvent {}

  /** Somebody asked for {@code operation} without a role that gives it. */
  record AccessDenied(String actor, String operation, String namespace) implements AccessEvent {}
}
