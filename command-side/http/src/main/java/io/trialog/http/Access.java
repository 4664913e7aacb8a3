package io.trialog.http;

import io.trialog.language.Grant;
import io.trialog.language.Role;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/** Checks what a caller may do; a refused change is written down. */
public final class Access {
  /** How old an authentication may be for an approval. */
  public static final Duration FRESH = Duration.ofMinutes(5);

  private final Denials denials;
  private final AccessRegister register;
  private final Clock clock;

  public Access(Denials denials, AccessRegister register, Clock clock) {
    this.denials = denials;
    this.register = register;
    this.clock = clock;
  }

  /** The caller of the running request; there is one on every route under {@code /api}. */
  public static Caller caller() {
    Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
    if (authentication != null && authentication.getPrincipal() instanceof Caller caller) {
      return caller;
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

  /**
   * Ends with 401 when the caller last proved who they are longer ago than this, so that an open
   * session approves nothing (RFC 9470). Always asked of OIDC callers, of holders of access tokens
   * when the platform's policy says so.
   */
  public void requireFresh(Caller caller, Duration maxAge) {
    if (!caller.isFederated() && !register.policy().freshAuthentication()) {
      return;
    }
    Duration age = Duration.between(caller.authenticatedAt(), clock.instant());
    if (!caller.authenticationProven() || age.compareTo(maxAge) > 0) {
      throw new ProblemException(
          Problem.of(
              401,
              "fresh_authentication_required",
              "This needs an authentication of the last %d seconds; authenticate again."
                  .formatted(maxAge.toSeconds())),
          Map.of(
              HttpHeaders.WWW_AUTHENTICATE,
              "Bearer error=\"insufficient_user_authentication\", max_age=" + maxAge.toSeconds()));
    }
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
