package io.trialog.replay;

/**
 * The replay cannot go on; the message is for the person at the terminal and names what to change.
 */
final class ReplayFailure extends Exception {

  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private ReplayFailure(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /** The person asked for something that cannot be meant: exit code 2. */
  static ReplayFailure usage(String message) {
    return new ReplayFailure(Replay.EXIT_USAGE, message);
  }

  /** The file or the platform does not allow it: exit code 1. */
  static ReplayFailure failed(String message) {
    return new ReplayFailure(Replay.EXIT_FAILED, message);
  }

  int exitCode() {
    return exitCode;
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
