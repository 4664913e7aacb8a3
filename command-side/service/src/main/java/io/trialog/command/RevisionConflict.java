package io.trialog.command;

/** Someone was first: the order was made for another revision. */
final class RevisionConflict extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long found;

  RevisionConflict(String stream, long expected, long found) {
    super(
        "%s is at revision %d; the order was made for %d.".formatted(stream, found, expected),
        null,
        false,
        false);
    this.found = found;
  }

  long found() {
    return found;
  }
}
