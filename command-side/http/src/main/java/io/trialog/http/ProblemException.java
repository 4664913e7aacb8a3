package io.trialog.http;

import java.util.Map;

/** Ends a request with a {@link Problem}; not a failure, so it has no stack trace. */
public final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;
  private final transient Map<String, String> headers;

  /** A problem that is answered with headers of its own. */
  public ProblemException(Problem problem, Map<String, String> headers) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
    this.headers = Map.copyOf(headers);
  }

  public ProblemException(Problem problem) {
    this(problem, Map.of());
  }

  /** A problem without further facts. */
  public ProblemException(int status, String code, String detail) {
    this(Problem.of(status, code, detail));
  }

  /** What to answer. */
  public Problem problem() {
    return problem;
  }

  /** The headers of the answer. */
  public Map<String, String> headers() {
    return headers;
  }
}
