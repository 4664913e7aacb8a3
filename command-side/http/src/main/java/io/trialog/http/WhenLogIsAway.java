package io.trialog.http;

import io.trialog.language.log.LogUnavailable;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;

/** Answers 503 where a token cannot be looked up, since the log that has it does not answer. */
final class WhenLogIsAway extends OncePerRequestFilter {
  private static final Logger LOG = LoggerFactory.getLogger(WhenLogIsAway.class);

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    try {
      chain.doFilter(request, response);
    } catch (RuntimeException | ServletException e) {
      if (response.isCommitted() || LogUnavailable.in(e).isEmpty()) {
        throw e;
      }
      LOG.warn("{} {} found the log away", request.getMethod(), request.getRequestURI());
      answer(response);
    }
  }

  /** What to tell a caller; a retry with the same Idempotency-Key does no harm. */
  static Problem problem() {
    return Problem.of(
        503,
        "event_store_unavailable",
        "The event store does not answer; try again, an order with the same Idempotency-Key.");
  }

  private static void answer(HttpServletResponse response) throws IOException {
    response.reset();
    response.setStatus(problem().status());
    response.setHeader(HttpHeaders.RETRY_AFTER, "1");
    response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
    response.getOutputStream().write(Answers.bytes(problem().toJson()));
  }
}
