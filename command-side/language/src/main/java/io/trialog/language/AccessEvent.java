package io.trialog.language;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Facts about access. */
public sealed interface AccessEvent extends TrialogEvent {
  /** A token waits for a second administrator; it opens nothing yet. */
  record TokenProposed(
      String token,
      String holder,
      List<Grant> grants,
      String secretHash,
      @Nullable Instant expiresAt)
      implements AccessEvent {
    public TokenProposed {
      Keys.key("token", token);
      Keys.key("holder", holder);
      grants = List.copyOf(Keys.require("grants", grants));
      Keys.text("secret_hash", secretHash);
    }
  }

  /** A holder has a token; only the hash of its secret is kept. */
  record TokenIssued(
      String token,
      String holder,
      List<Grant> grants,
      String secretHash,
      @Nullable Instant expiresAt)
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

  /** A role of a member waits for a second administrator; it counts for nothing yet. */
  record RoleProposed(String holder, Grant grant) implements AccessEvent {
    public RoleProposed {
      Keys.key("holder", holder);
      Keys.require("grant", grant);
    }
  }

  /** A member has a role. */
  record RoleGranted(String holder, Grant grant) implements AccessEvent {
    public RoleGranted {
      Keys.key("holder", holder);
      Keys.require("grant", grant);
    }
  }

  /** A member has a role no more. */
  record RoleWithdrawn(String holder, Grant grant) implements AccessEvent {
    public RoleWithdrawn {
      Keys.key("holder", holder);
      Keys.require("grant", grant);
    }
  }

  /** A policy waits for a second administrator. */
  record PlatformPolicyProposed(PlatformPolicy policy) implements AccessEvent {
    public PlatformPolicyProposed {
      Keys.require("policy", policy);
    }
  }

  /** What the platform asks of its administrators and approvers from here on. */
  record PlatformPolicyChanged(PlatformPolicy before, PlatformPolicy policy)
      implements AccessEvent {
    public PlatformPolicyChanged {
      Keys.require("before", before);
      Keys.require("policy", policy);
    }
  }

  /** A node runs with settings that differ from those it ran with before. */
  record ConfigurationRecorded(
      String node, SortedMap<String, String> before, SortedMap<String, String> settings)
      implements AccessEvent {
    public ConfigurationRecorded {
      Keys.key("node", node);
      before = Collections.unmodifiableSortedMap(new TreeMap<>(Keys.require("before", before)));
      settings =
          Collections.unmodifiableSortedMap(new TreeMap<>(Keys.require("settings", settings)));
    }
  }

  /** Somebody asked for {@code operation} without a role that gives it. */
  record AccessDenied(String actor, String operation, String namespace) implements AccessEvent {}

  /**
   * A rule with this code refused what somebody asked for; {@code subject} is the stream that it
   * was about, {@code namespace} that of the subject when it is in one.
   */
  record CommandRefused(
      String actor, String operation, @Nullable String namespace, String subject, String code)
      implements AccessEvent {
    public CommandRefused {
      Keys.text("actor", actor);
      Keys.text("operation", operation);
      Keys.text("subject", subject);
      Keys.text("code", code);
    }
  }
}
