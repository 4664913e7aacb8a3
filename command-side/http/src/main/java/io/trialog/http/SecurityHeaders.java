package io.trialog.http;

import java.util.Map;

/** What every answer tells a browser, should one ever show it. */
final class SecurityHeaders {
  /** An answer of this API is no page: nothing in it may run, load, or be framed. */
  static final String CONTENT_POLICY =
      "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

  static final Map<String, String> ALWAYS =
      Map.of(
          "Content-Security-Policy", CONTENT_POLICY,
          "X-Content-Type-Options", "nosniff",
          "X-Frame-Options", "DENY",
          "Referrer-Policy", "no-referrer",
          "Cross-Origin-Resource-Policy", "same-origin",
          "Cache-Control", "no-store");

  private SecurityHeaders() {}
}
