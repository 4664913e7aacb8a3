package io.trialog.http;

import io.trialog.http.TokenBuckets.Taken;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * How much one holder may ask for: commands by a narrow limit; what SDKs and readers do by one that
 * is ten times as wide; receipts by another of that width, so that a kill that all clients
 * acknowledge at once costs nobody a snapshot; failed authentications by the address they come
 * from. Stands behind the authentication.
 */
final class RateLimits extends OncePerRequestFilter {
  private static final Set<String> WIDE = Set.of("/api/v1/batches", "/api/v1/audit/as-of");
  private static final String RECEIPTS = "/api/v1/receipts";
  private static final int WIDER = 10;
  private static final int FAILURES_PER_SECOND = 20;
  private static final int FAILURES_AT_ONCE = 200;

  private final boolean on;
  private final TokenBuckets commands;
  private final TokenBuckets others;
  private final TokenBuckets receipts;
  private final TokenBuckets failures;

  RateLimits(int perSecond) {
    this.on = perSecond > 0;
    this.commands = new TokenBuckets(perSecond, perSecond * 2, System::nanoTime);
    this.others = new TokenBuckets(perSecond * WIDER, perSecond * 2 * WIDER, System::nanoTime);
    this.receipts = new TokenBuckets(perSecond * WIDER, perSecond * 2 * WIDER, System::nanoTime);
    this.failures = new TokenBuckets(FAILURES_PER_SECOND, FAILURES_AT_ONCE, System::nanoTime);
  }

  /** Whether another failed authentication of this address is answered as such. */
  boolean admitsFailure(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Taken taken = failures.take(String.valueOf(request.getRemoteAddr()));
    if (on && !taken.admitted()) {
      refuse(response, taken);
      return false;
    }
    return true;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
    if (!on
        || authentication == null
        || !(authentication.getPrincipal() instanceof Caller caller)) {
      chain.doFilter(request, response);
      return;
    }
    Taken taken = buckets(request).take(caller.credential() + " " + caller.actor().id());
    response.setIntHeader("RateLimit-Limit", taken.limit());
    response.setIntHeader("RateLimit-Remaining", taken.remaining());
    response.setHeader("RateLimit-Reset", seconds(taken.retryAfter()));
    if (taken.admitted()) {
      chain.doFilter(request, response);
    } else {
      refuse(response, taken);
    }
  }

  private TokenBuckets buckets(HttpServletRequest request) {
    if (request.getRequestURI().equals(RECEIPTS)) {
      return receipts;
    }
    boolean command =
        !request.getMethod().equals("GET")
            && !WIDE.contains(request.getRequestURI())
            && !OfrepRoutes.has(request);
    return command ? commands : others;
  }

  private static void refuse(HttpServletResponse response, Taken taken) throws IOException {
    response.setHeader(HttpHeaders.RETRY_AFTER, seconds(taken.retryAfter()));
    Answers.write(
        response,
        Problem.of(
            429,
            "rate_limited",
            "There were too many requests; the next one may come in %s seconds."
                .formatted(seconds(taken.retryAfter()))));
  }

  private static String seconds(Duration wait) {
    return Long.toString(wait.isZero() ? 0 : wait.toSeconds() + 1);
  }
}
