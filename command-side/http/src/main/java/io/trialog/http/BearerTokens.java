package io.trialog.http;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;

/** Recognises callers: {@code trl_…} is a token of ours, anything else a JWT where configured. */
public final class BearerTokens implements AuthenticationManager {
  private final AccessTokens tokens;
  private final @Nullable OidcTokens oidc;

  BearerTokens(AccessTokens tokens, @Nullable OidcTokens oidc) {
    this.tokens = tokens;
    this.oidc = oidc;
  }

  @Override
  public Authentication authenticate(Authentication authentication) {
    if (authentication instanceof BearerTokenAuthenticationToken bearer) {
      return new Recognised(caller(bearer.getToken()));
    }
    throw TokenRefused.unknown();
  }

  /** Who comes with this bearer token, when it is good at this moment. */
  public Optional<Caller> find(String bearer) {
    try {
      return Optional.of(caller(bearer));
    } catch (TokenRefused e) {
      return Optional.empty();
    }
  }

  private Caller caller(String bearer) {
    if (oidc != null && !bearer.startsWith(AccessTokens.PREFIX)) {
      return oidc.caller(bearer);
    }
    return tokens.caller(bearer).orElseThrow(() -> refused(bearer));
  }

  private TokenRefused refused(String bearer) {
    return tokens.isExpired(bearer) ? TokenRefused.expired() : TokenRefused.unknown();
  }

  /** What Spring Security carries of a caller. */
  static final class Recognised extends AbstractAuthenticationToken {
    private static final long serialVersionUID = 1L;

    private final transient Caller caller;

    Recognised(Caller caller) {
      super(List.of());
      this.caller = caller;
      setAuthenticated(true);
    }

    @Override
    public Caller getPrincipal() {
      return caller;
    }

    @Override
    public Object getCredentials() {
      return "";
    }

    @Override
    public String getName() {
      return caller.actor().id();
    }
  }
}
