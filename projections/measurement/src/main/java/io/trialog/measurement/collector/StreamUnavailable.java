package io.trialog.measurement.collector;

/**
 * Kafka did not confirm the batch in time (503, code {@code stream_unavailable}). Parts of it may
 * be written; sent again with the same ids it counts once.
 */
public final class StreamUnavailable extends Exception {
  /** Seconds after which a client may try again. */
  public static final int RETRY_AFTER_SECONDS = 2;

  public StreamUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
