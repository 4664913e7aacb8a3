package io.trialog.sdk.core.events;

/** An event in the JSON of the collector's batch, and its place in a queue. Immutable. */
public final class QueuedEvent {
  private final long number;
  private final boolean exposure;
  private final String json;
  private final int bytes;

  QueuedEvent(long number, boolean exposure, String json, int bytes) {
    this.number = number;
    this.exposure = exposure;
    this.json = json;
    this.bytes = bytes;
  }

  /** Its place in the order of the queue's offers, from 1. */
  public long number() {
    return number;
  }

  /** An exposure, else an outcome. */
  public boolean exposure() {
    return exposure;
  }

  /** One JSON object. */
  public String json() {
    return json;
  }

  /** Length of the JSON in UTF-8. */
  int bytes() {
    return bytes;
  }
}
