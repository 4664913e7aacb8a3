package io.trialog.http;

import jakarta.servlet.http.HttpServletRequest;

/** The routes of the OpenFeature Remote Evaluation Protocol. */
final class OfrepRoutes {
  /** For all that need a token. */
  static final String[] PATTERNS = {"/ofrep/**", "/environments/*/ofrep/**"};

  private OfrepRoutes() {}

  /** Whether the request asks one of them; says nothing about whether there is an answer. */
  static boolean has(HttpServletRequest request) {
    String path = request.getRequestURI();
    return path.startsWith("/ofrep/")
        || (path.startsWith("/environments/") && path.contains("/ofrep/"));
  }
}
