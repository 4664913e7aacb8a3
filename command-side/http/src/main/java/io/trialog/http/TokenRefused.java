package io.trialog.http;

import org.springframework.security.core.AuthenticationException;

/** A bearer token that opens nothing; says why with a stable code. */
final class TokenRefused extends AuthenticationException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;

  private TokenRefused(int status, String code, String detail) {
    super(detail);
    this.status = status;
    this.code = code;
  }

  /** Unknown, revoked, badly signed, of another issuer: nobody is told which. */
  static TokenRefused unknown() {
    return new TokenRefused(
        401,
        "token_required",
        "This route needs the header Authorization: Bearer <token>, with a token that is"
            + " known and not revoked.");
  }

  /** It was good once. */
  static TokenRefused expired() {
    return new TokenRefused(401, "token_expired", "The token's time has run out; get another.");
  }

  /** The JWT is good, and names nobody whom the log could name. */
  static TokenRefused holderless(String claim) {
    return new TokenRefused(
        401,
        "token_holder_invalid",
        "The claim \"" + claim + "\" must be 1 to 63 of a-z, 0-9, _ and -.");
  }

  /** Nobody can tell whether the JWT is good. */
  static TokenRefused issuerAway() {
    return new TokenRefused(
        503,
        "identity_provider_unavailable",
        "The keys of the identity provider cannot be fetched now; try again soon.");
  }

  Problem problem() {
    return Problem.of(status, code, String.valueOf(getMessage()));
  }

  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
