package io.trialog.standalone;

/** The platform cannot start here; the message says why and what to do. */
public final class StartRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StartRefused(String message, Throwable cause) {
    super(message, cause);
  }

  StartRefused(String message) {
    super(message);
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
