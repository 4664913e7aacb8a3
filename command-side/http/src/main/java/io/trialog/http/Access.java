package io.trialog.http;

import io.trialog.language.Grant;
import io.trialog.language.Role;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/** Checks what a caller may do; a refused change is written down. */
public final class Access {
  private final Denials denials;

  public Access(Denials denials) {
    this.denials = denials;
  }

  /** The caller of the running request; there is one on every route under {@code /api}. */
  public static Caller caller() {
    Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
    if (authentication != null
        && authentication.getPrincipal() instanceof TokenPrincipal principal) {
      return principal.caller();
    }
    throw new ProblemException(401, "token_required", "This route needs a bearer token.");
  }

  /** The caller, when one of the roles (or admin) is theirs in the namespace; else 403. */
  public Caller require(HttpServletRequest request, String namespace, Role... anyOf) {
    Caller caller = caller();
    if (!caller.may(Set.of(anyOf), namespace)) {
      throw denied(request, caller, namespace, Set.of(anyOf));
    }
    return caller;
  }

  /** The caller, when one of the roles (or admin) is theirs in any namespace; else 403. */
  public Caller requireAnywhere(HttpServletRequest request, Role... anyOf) {
    Caller caller = caller();
    if (!caller.mayAnywhere(Set.of(anyOf))) {
      throw denied(request, caller, Grant.EVERYWHERE, Set.of(anyOf));
    }
    return caller;
  }

  private ProblemException denied(
      HttpServletRequest request, Caller caller, String namespace, Set<Role> anyOf) {
    String operation = request.getMethod() + " " + request.getRequestURI();
    if (!request.getMethod().equals("GET")) {
      denials.record(caller, operation, namespace);
    }
    String roles = anyOf.stream().map(Role::word).sorted().collect(Collectors.joining(" or "));
    String where = namespace.equals(Grant.EVERYWHERE) ? "" : " in " + namespace;
    return new ProblemException(
        Problem.of(
                403,
                "access_denied",
                "%s needs the role %s%s; \"%s\" does not have it."
                    .formatted(
                        operation,
                        roles.isEmpty() ? "admin" : roles + " or admin",
                        where,
                        caller.actor().id()))
            .with("namespace", namespace));
  }
}
