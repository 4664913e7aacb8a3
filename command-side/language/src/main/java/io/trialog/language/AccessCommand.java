package io.trialog.language;

import java.util.List;

/** Orders about access. */
public sealed interface AccessCommand extends TrialogCommand {
  /** Gives a holder a token; {@code secretHash} is the lower-case hex SHA-256 of the secret. */
  record IssueToken(String token, String holder, List<Grant> grants, String secretHash)
      implements AccessCommand {
    public IssueToken {
      Keys.key("token", token);
      Keys.key("holder", holder);
      grants = List.copyOf(Keys.require("roles", grants));
      if (grants.isEmpty() || grants.size() > 50) {
        throw new InvalidValue("roles", "must be 1 to 50");
      }
      Keys.text("secret_hash", secretHash);
    }

    @Override
    public String stream() {
      return Streams.token(token);
    }
  }

  /** Takes a token back, at once and for good. */
  record RevokeToken(String token) implements AccessCommand {
    @Override
    public String stream() {
      return Streams.token(token);
    }
  }

  /** Writes down that somebody asked for what their roles do not give. */
  record RecordDenial(String actor, String operation, String namespace) implements AccessCommand {
    @Override
    public String stream() {
      return Streams.denials(actor);
    }
  }
}
