package io.trialog.sdk;

/**
 * How fresh a client's answers are (protocol clause 7.5).
 *
 * <p>INITIALIZING goes to READY with the first snapshot of the server, to STALE with one from disk,
 * to OFFLINE when a request fails. OFFLINE goes to READY. READY and STALE follow each other as the
 * server falls silent and answers. Every state goes to CLOSED, and CLOSED to none.
 */
public enum ClientState {
  /** No snapshot yet and nothing has failed: answers are fallbacks, NOT_READY. */
  INITIALIZING,
  /** A snapshot that the server confirmed recently. */
  READY,
  /** A snapshot that nobody has confirmed for longer than the limit; answers go on from it. */
  STALE,
  /** No snapshot, and the server cannot be reached or trusted: answers are fallbacks, NOT_READY. */
  OFFLINE,
  /** Closed: answers are fallbacks, NOT_READY; nothing is recorded any more. */
  CLOSED
}
