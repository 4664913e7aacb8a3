package io.trialog.http;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;

/** What Spring Security carries of an authenticated caller. */
record TokenPrincipal(String token, Caller caller) implements OAuth2AuthenticatedPrincipal {
  @Override
  public Map<String, Object> getAttributes() {
    return Map.of("sub", caller.actor().id());
  }

  @Override
  public Collection<? extends GrantedAuthority> getAuthorities() {
    return List.of();
  }

  @Override
  public String getName() {
    return caller.actor().id();
  }
}
