package io.trialog.publishers;

import org.jspecify.annotations.Nullable;

/** A snapshot could not be brought out. The message is for operators and holds no secret. */
public final class OutletException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public OutletException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
