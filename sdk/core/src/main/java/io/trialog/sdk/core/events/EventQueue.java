package io.trialog.sdk.core.events;

import io.trialog.sdk.core.json.JsonException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of events that the collector has not acknowledged. Any thread; offering never
 * blocks. When it is full the new event is dropped and counted: the older ones are nearer to being
 * delivered, and an exposure that was not taken is recorded again later.
 *
 * <p>A batch that was taken still counts against the capacity until it is settled, so what is in
 * flight is bounded too. Its events keep their ids however often it is sent.
 *
 * <p>Events are numbered in the order of the offers, from 1, so that a keeper beside the queue can
 * write down what is new with {@link #after} and forget what is over with {@link #settledThrough}.
 */
public final class EventQueue {
  /** Most events of a batch. */
  public static final int MAX_BATCH_EVENTS = 1_000;

  /** Most bytes of a batch; the collector takes 1 MiB. */
  public static final int MAX_BATCH_BYTES = 1_000_000;

  private final int capacity;
  private final Deque<QueuedEvent> waiting = new ArrayDeque<>();
  private final List<EventBatch> flying = new ArrayList<>();
  private int inFlight;
  private long numbered;
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
      return add(true, exposure.json());
    } catch (JsonException e) {
      return invalid();
    }
  }

  /** True when the event was taken; false when it was dropped, and counted. */
  public boolean offer(Outcome outcome) {
    try {
      return add(false, outcome.json());
    } catch (JsonException e) {
      return invalid();
    }
  }

  /**
   * Takes an event that an earlier queue had taken: its JSON, with the id that it was recorded by.
   *
   * @return false when it was dropped, and counted
   */
  public boolean restore(boolean exposure, String json) {
    return add(exposure, json);
  }

  private boolean add(boolean exposure, String json) {
    // Outside of the lock: it is the longest part.
    return add(exposure, json, json.getBytes(StandardCharsets.UTF_8).length);
  }

  private synchronized boolean add(boolean exposure, String json, int bytes) {
    if (waiting.size() + inFlight >= capacity) {
      droppedFull++;
      return false;
    }
    if (bytes > MAX_BATCH_BYTES / 2) {
      droppedInvalid++;
      return false;
    }
    recorded++;
    waiting.addLast(new QueuedEvent(++numbered, exposure, json, bytes));
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
    List<QueuedEvent> events = new ArrayList<>();
    int bytes = 64;
    while (!waiting.isEmpty() && events.size() < MAX_BATCH_EVENTS) {
      QueuedEvent next = waiting.getFirst();
      bytes += next.bytes() + 1;
      if (bytes > MAX_BATCH_BYTES) {
        break;
      }
      events.add(next);
      waiting.removeFirst();
    }
    EventBatch batch = new EventBatch(events);
    flying.add(batch);
    inFlight += batch.size();
    return batch;
  }

  /** The batch was acknowledged, rejected or given up: its room is free again. */
  public synchronized void settle(EventBatch batch) {
    if (flying.remove(batch)) {
      inFlight -= batch.size();
    }
  }

  /**
   * Unsettled events with a greater number, in order, those in flight too.
   *
   * @param most how many at most
   */
  public synchronized List<QueuedEvent> after(long number, int most) {
    List<QueuedEvent> after = new ArrayList<>();
    for (EventBatch batch : flying) {
      collect(batch.events().iterator(), number, most, after);
    }
    // From the end, because what is new stands there and the queue may be long.
    Deque<QueuedEvent> fresh = new ArrayDeque<>();
    for (Iterator<QueuedEvent> last = waiting.descendingIterator(); last.hasNext(); ) {
      QueuedEvent event = last.next();
      if (event.number() <= number) {
        break;
      }
      fresh.addFirst(event);
    }
    collect(fresh.iterator(), number, most, after);
    return after;
  }

  private static void collect(
      Iterator<QueuedEvent> events, long number, int most, List<QueuedEvent> into) {
    while (into.size() < most && events.hasNext()) {
      QueuedEvent event = events.next();
      if (event.number() > number) {
        into.add(event);
      }
    }
  }

  /** The greatest number up to which all events are settled; 0 when none is. */
  public synchronized long settledThrough() {
    long first = waiting.isEmpty() ? numbered + 1 : waiting.getFirst().number();
    for (EventBatch batch : flying) {
      first = Math.min(first, batch.events().get(0).number());
    }
    return first - 1;
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
}
