package io.trialog.language;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Orders about access. */
public sealed interface AccessCommand extends TrialogCommand {
  /** How long a token may be good at most. */
  Duration LONGEST_LIFE = Duration.ofDays(365);

  /**
   * Gives a holder a token; {@code secretHash} is the lower-case hex SHA-256 of the secret. Without
   * {@code expiresAt} it is good until it is revoked.
   */
  record IssueToken(
      String token,
      String holder,
      List<Grant> grants,
      String secretHash,
      @Nullable Instant expiresAt)
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

    /** A token that is good until it is revoked. */
    public IssueToken(String token, String holder, List<Grant> grants, String secretHash) {
      this(token, holder, grants, secretHash, null);
    }

    @Override
    public String stream() {
      return Streams.token(token);
    }
  }

  /** A second administrator lets a proposed token open what it was proposed for. */
  record ApproveToken(String token) implements AccessCommand {
    public ApproveToken {
      Keys.key("token", token);
    }

    @Override
    public String stream() {
      return Streams.token(token);
    }
  }

  /** Takes a token back, at once and for good. */
  record RevokeToken(String token) implements AccessCommand {
    public RevokeToken {
      Keys.key("token", token);
    }

    @Override
    public String stream() {
      return Streams.token(token);
    }
  }

  /** Gives a member a role. */
  record GrantRole(String holder, Grant grant) implements AccessCommand {
    public GrantRole {
      Keys.key("holder", holder);
      Keys.require("grant", grant);
    }

    @Override
    public String stream() {
      return Streams.member(holder);
    }
  }

  /** A second administrator lets a proposed role count. */
  record ApproveRole(String holder, Grant grant) implements AccessCommand {
    public ApproveRole {
      Keys.key("holder", holder);
      Keys.require("grant", grant);
    }

    @Override
    public String stream() {
      return Streams.member(holder);
    }
  }

  /** Takes a role from a member, at once. */
  record WithdrawRole(String holder, Grant grant) implements AccessCommand {
    public WithdrawRole {
      Keys.key("holder", holder);
      Keys.require("grant", grant);
    }

    @Override
    public String stream() {
      return Streams.member(holder);
    }
  }

  /** Says what the platform asks of its administrators and approvers. */
  record ChangePlatformPolicy(PlatformPolicy policy) implements AccessCommand {
    public ChangePlatformPolicy {
      Keys.require("policy", policy);
    }

    @Override
    public String stream() {
      return Streams.configuration(Streams.PLATFORM);
    }
  }

  /** A second administrator lets a proposed policy count. */
  record ApprovePlatformPolicy() implements AccessCommand {
    @Override
    public String stream() {
      return Streams.configuration(Streams.PLATFORM);
    }
  }

  /** Writes down with which settings a node runs, when they differ from the last ones. */
  record RecordConfiguration(String node, SortedMap<String, String> settings)
      implements AccessCommand {
    public RecordConfiguration {
      Keys.key("node", node);
      if (node.equals(Streams.PLATFORM)) {
        throw new InvalidValue("node", "must not be \"" + Streams.PLATFORM + "\"");
      }
      settings =
          Collections.unmodifiableSortedMap(new TreeMap<>(Keys.require("settings", settings)));
    }

    @Override
    public String stream() {
      return Streams.configuration(node);
    }
  }

  /** Writes down that somebody asked for what their roles do not give. */
  record RecordDenial(String actor, String operation, String namespace) implements AccessCommand {
    @Override
    public String stream() {
      return Streams.denials(actor);
    }
  }

  /** Writes down that a rule refused what somebody asked for. */
  record RecordRefusal(
      String actor, String operation, @Nullable String namespace, String subject, String code)
      implements AccessCommand {
    public RecordRefusal {
      Keys.text("actor", actor);
      Keys.text("operation", operation);
      Keys.text("subject", subject);
      Keys.text("code", code);
    }

    @Override
    public String stream() {
      return Streams.denials(actor);
    }
  }
}
