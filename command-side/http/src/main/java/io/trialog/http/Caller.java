package io.trialog.http;

import io.trialog.language.Actor;
import io.trialog.language.Grant;
import io.trialog.language.Role;
import java.util.List;
import java.util.Set;

/** Who is calling, and what their token gives. */
public record Caller(Actor actor, List<Grant> grants) {
  public Caller {
    grants = List.copyOf(grants);
  }

  /** Whether one of the roles is given in the namespace; an admin of it may what anyone may. */
  public boolean may(Set<Role> anyOf, String namespace) {
    return grants.stream()
        .anyMatch(grant ->
            grant.covers(Role.ADMIN, namespace)
                || anyOf.stream().anyMatch(role -> grant.covers(role, namespace)));
  }

  /** Whether one of the roles is given in any namespace at all. */
  public boolean mayAnywhere(Set<Role> anyOf) {
    return grants.stream()
        .anyMatch(grant -> grant.role() == Role.ADMIN || anyOf.contains(grant.role()));
  }
}
