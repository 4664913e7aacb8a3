package io.trialog.http;

/** Ends a request with a {@link Problem}; not a failure, so it has no stack trace. */
public final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  public ProblemException(Problem problem) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
  }

  /** A problem without further facts. */
  public ProblemException(int status, String code, String detail) {
    this(Problem.of(status, code, detail));
  }

  /** What to answer. */
  public Problem problem() {
    return problem;
  }
}
