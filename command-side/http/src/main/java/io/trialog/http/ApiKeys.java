package io.trialog.http;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;
import org.springframework.security.oauth2.server.resource.web.DefaultBearerTokenResolver;

/**
 * Where a request carries its token: in {@code Authorization: Bearer}, and on the routes of OFREP
 * also in {@code X-API-Key}, which that protocol lets its clients choose.
 */
final class ApiKeys implements BearerTokenResolver {
  static final String HEADER = "X-API-Key";

  private final BearerTokenResolver bearer = new DefaultBearerTokenResolver();

  @Override
  public @Nullable String resolve(HttpServletRequest request) {
    String token = bearer.resolve(request);
    if (token != null || !OfrepRoutes.has(request)) {
      return token;
    }
    String key = request.getHeader(HEADER);
    return key == null || key.isBlank() ? null : key.strip();
  }
}
