package io.trialog.audit.cli;

/** Ends the command with one line for the person who typed it. */
final class Failure extends RuntimeException {

  /** It could not be done. */
  static final int FAILED = 1;

  /** It was asked for in a way that cannot be done. */
  static final int USAGE = 2;

  private final int exitCode;

  private Failure(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  static Failure failed(String message) {
    return new Failure(FAILED, message);
  }

  static Failure usage(String message) {
    return new Failure(USAGE, message);
  }

  int exitCode() {
    return exitCode;
  }
}
