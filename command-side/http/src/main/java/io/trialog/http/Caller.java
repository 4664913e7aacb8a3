package io.trialog.http;

import io.trialog.language.Actor;
import io.trialog.language.Grant;
import io.trialog.language.Role;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * Who is calling, how they were recognised, and what that gives.
 *
 * @param credential {@code token:<id>} or {@code oidc}
 * @param authenticatedAt when the holder last proved who they are: a token's time of issue, {@code
 *     auth_time} of an OIDC caller, else the time at which their JWT was made
 * @param authenticationProven false when that time is only of the JWT, which a refresh renews
 *     without asking anybody
 */
public record Caller(
    Actor actor,
    List<Grant> grants,
    String credential,
    Instant authenticatedAt,
    boolean authenticationProven) {
  /** The credential of every OIDC caller. */
  public static final String OIDC = "oidc";

  /** What the credential of an access token begins with. */
  public static final String TOKEN_PREFIX = "token:";

  public Caller {
    grants = List.copyOf(grants);
  }

  /** Whether they came with a JWT of an identity provider. */
  public boolean isFederated() {
    return credential.equals(OIDC);
  }

  /** Whether one of the roles is given in the namespace; an admin of it may what anyone may. */
  public boolean may(Set<Role> anyOf, String namespace) {
    return covers(grants, anyOf, namespace);
  }

  /** Whether one of the roles is given in any namespace at all. */
  public boolean mayAnywhere(Set<Role> anyOf) {
    return grants.stream()
        .anyMatch(grant -> grant.role() == Role.ADMIN || anyOf.contains(grant.role()));
  }

  /** Whether the grants give one of the roles, or admin, in the namespace. */
  static boolean covers(List<Grant> grants, Set<Role> anyOf, String namespace) {
    return grants.stream()
        .anyMatch(grant ->
            grant.covers(Role.ADMIN, namespace)
                || anyOf.stream().anyMatch(role -> grant.covers(role, namespace)));
  }
}
