package io.trialog.sdk.core.events;

import io.trialog.sdk.core.json.JsonException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of events that the collector has not acknowledged. Any thread; offering never
 * blocks. When it is full the new event is dropped and counted: the older ones are nearer to being
 * delivered, and an exposure that was not taken is recorded again later.
 *
 * <p>A batch that was taken still counts against the capacity until it is settled, so what is in
 * flight is bounded too. Its events keep their ids however often it is sent.
 */
public final class EventQueue {
  /** Most events of a batch. */
  public static final int MAX_BATCH_EVENTS = 1_000;

  /** Most bytes of a batch; the collector takes 1 MiB. */
  public static final int MAX_BATCH_BYTES = 1_000_000;

  private final int capacity;
  private final Deque<Encoded> waiting = new ArrayDeque<>();
  private int inFlight;
  private long recorded;
  private long droppedFull;
  private long droppedInvalid;

  /**
   * A queue.
   *
   * @param capacity most events waiting and in flight together, at least 1
   */
  public EventQueue(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("expected a capacity of at least 1, found " + capacity);
    }
    this.capacity = capacity;
  }

  /** True when the event was taken; false when it was dropped, and counted. */
  public boolean offer(Exposure exposure) {
    try {
      return add(new Encoded(true, exposure.json()));
    } catch (JsonException e) {
      return invalid();
    }
  }

  /** True when the event was taken; false when it was dropped, and counted. */
  public boolean offer(Outcome outcome) {
    try {
      return add(new Encoded(false, outcome.json()));
    } catch (JsonException e) {
      return invalid();
    }
  }

  private synchronized boolean add(Encoded event) {
    if (waiting.size() + inFlight >= capacity) {
      droppedFull++;
      return false;
    }
    if (event.bytes > MAX_BATCH_BYTES / 2) {
      droppedInvalid++;
      return false;
    }
    recorded++;
    waiting.addLast(event);
    return true;
  }

  /** Counts an event that could not be made: a text without a UTF-8 form, a value out of range. */
  public synchronized boolean invalid() {
    droppedInvalid++;
    return false;
  }

  /** The next batch in the order of the offers, or null when nothing waits. */
  public synchronized @Nullable EventBatch take() {
    if (waiting.isEmpty()) {
      return null;
    }
    EventBatch.Builder batch = new EventBatch.Builder();
    int bytes = 64;
    while (!waiting.isEmpty() && batch.size() < MAX_BATCH_EVENTS) {
      Encoded next = waiting.getFirst();
      bytes += next.bytes + 1;
      if (bytes > MAX_BATCH_BYTES) {
        break;
      }
      batch.add(next.exposure, next.json);
      waiting.removeFirst();
    }
    inFlight += batch.size();
    return batch.build();
  }

  /** The batch was acknowledged, rejected or given up: its room is free again. */
  public synchronized void settle(EventBatch batch) {
    inFlight -= batch.size();
  }

  /** Events waiting or in flight. */
  public synchronized int pending() {
    return waiting.size() + inFlight;
  }

  /** Events waiting for a batch. */
  public synchronized int waiting() {
    return waiting.size();
  }

  /** Events taken into the queue so far. */
  public synchronized long recorded() {
    return recorded;
  }

  /** Events dropped so far because the queue was full. */
  public synchronized long droppedFull() {
    return droppedFull;
  }

  /** Events dropped so far because they could not be encoded. */
  public synchronized long droppedInvalid() {
    return droppedInvalid;
  }

  private static final class Encoded {
    private final boolean exposure;
    private final String json;
    private final int bytes;

    Encoded(boolean exposure, String json) {
      this.exposure = exposure;
      this.json = json;
      this.bytes = json.getBytes(StandardCharsets.UTF_8).length;
    }
  }
}
