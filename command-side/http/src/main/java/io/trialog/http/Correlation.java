package io.trialog.http;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.web.filter.OncePerRequestFilter;

/** Gives every request a correlation id: the caller's, when well formed, else a new one. */
public final class Correlation extends OncePerRequestFilter {
  /** The header, in and out. */
  public static final String HEADER = "X-Correlation-Id";

  private static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  /** The id of a request. */
  public static String of(HttpServletRequest request) {
    return request.getAttribute(HEADER) instanceof String id ? id : UUID.randomUUID().toString();
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String asked = request.getHeader(HEADER);
    String id =
        asked != null && SHAPE.matcher(asked).matches() ? asked : UUID.randomUUID().toString();
    request.setAttribute(HEADER, id);
    response.setHeader(HEADER, id);
    chain.doFilter(request, response);
  }
}
