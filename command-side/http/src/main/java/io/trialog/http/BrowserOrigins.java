package io.trialog.http;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.DefaultCorsProcessor;
import org.springframework.web.cors.UrlBasedCorsConfigurationSource;
import org.springframework.web.filter.CorsFilter;

/**
 * Which pages may ask from a browser (CORS), and for what: what an SDK or a client of OFREP asks
 * for, and nothing else. A page proves itself by its token; there are no cookies.
 *
 * @param origins such as {@code https://shop.example.com}; empty for none
 */
record BrowserOrigins(List<String> origins) {
  private static final String PROPERTY = "trialog.cors-origins";
  private static final Pattern ORIGIN = Pattern.compile("https?://[a-z0-9.-]+(:[0-9]{1,5})?");
  private static final Duration KEPT = Duration.ofHours(1);
  private static final List<String> ROUTES =
      List.of(
          "/api/v1/snapshots/**",
          "/api/v1/batches",
          "/api/v1/receipts",
          "/api/v1/keys",
          "/ofrep/**",
          "/environments/*/ofrep/**");

  BrowserOrigins {
    origins = List.copyOf(origins);
    for (String origin : origins) {
      if (!ORIGIN.matcher(origin).matches()) {
        throw new IllegalArgumentException(
            "--cors-origins must be origins such as https://shop.example.com; found " + origin);
      }
    }
  }

  /** From the property {@code trialog.cors-origins}, separated by commas. */
  static BrowserOrigins of(Environment environment) {
    return new BrowserOrigins(
        Arrays.stream(environment.getProperty(PROPERTY, "").split(",", -1))
            .map(String::strip)
            .filter(origin -> !origin.isEmpty())
            .toList());
  }

  /** Stands before the authentication: a browser asks whether it may ask without a token. */
  CorsFilter filter() {
    CorsConfiguration browsers = new CorsConfiguration();
    browsers.setAllowedOrigins(origins);
    browsers.setAllowedMethods(List.of("GET", "POST"));
    browsers.setAllowedHeaders(
        List.of(
            HttpHeaders.AUTHORIZATION,
            HttpHeaders.CONTENT_TYPE,
            HttpHeaders.IF_NONE_MATCH,
            "Last-Event-ID",
            ApiKeys.HEADER,
            "X-Trialog-Record",
            Correlation.HEADER));
    browsers.setExposedHeaders(
        List.of(HttpHeaders.ETAG, HttpHeaders.RETRY_AFTER, Correlation.HEADER));
    browsers.setMaxAge(KEPT);
    UrlBasedCorsConfigurationSource routes = new UrlBasedCorsConfigurationSource();
    ROUTES.forEach(route -> routes.registerCorsConfiguration(route, browsers));
    CorsFilter filter = new CorsFilter(routes);
    filter.setCorsProcessor(new Problems());
    return filter;
  }

  /** Refuses as every other route does. */
  private static final class Problems extends DefaultCorsProcessor {
    @Override
    protected void rejectRequest(ServerHttpResponse response) throws IOException {
      Problem problem =
          Problem.of(403, "origin_not_allowed", "Pages of this origin may not ask for this here.");
      response.setStatusCode(HttpStatus.FORBIDDEN);
      response.getHeaders().setContentType(MediaType.APPLICATION_PROBLEM_JSON);
      response.getBody().write(Answers.bytes(problem.toJson()));
      response.flush();
    }
  }
}
