package io.trialog.snapshots;

import io.trialog.language.EventMetadata;
import io.trialog.language.TrialogEvent;
import io.trialog.language.log.EventLog;
import io.trialog.language.log.RecordedEvent;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import io.trialog.language.wire.EventType;
import io.trialog.language.wire.JsonCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A log in memory, with gaps between positions as a real one has. Same calls, same bytes. */
public final class FakeEventLog implements EventLog {
  private final List<StoredEvent> events = new ArrayList<>();
  private boolean silent;
  private boolean broken;
  private int reads;

  /** Appends and wakes the readers, unless silent. */
  public synchronized StoredEvent append(
      String stream, Instant time, EventMetadata metadata, TrialogEvent event) {
    EventType type = EventType.ofClass(event.getClass());
    return append(stream, type.wireName(), type.version(), time, JsonCodec.encode(event), metadata);
  }

  /** Appends any bytes, also such that nobody understands. */
  public synchronized StoredEvent append(
      String stream,
      String type,
      int version,
      Instant time,
      byte[] payload,
      EventMetadata metadata) {
    long position = head() + 1 + events.size() % 3;
    String id =
        UUID.nameUUIDFromBytes(("event " + position).getBytes(StandardCharsets.UTF_8)).toString();
    StoredEvent stored =
        new StoredEvent(
            position,
            id,
            stream,
            stream(stream).size(),
            type,
            version,
            time,
            payload,
            JsonCodec.encode(metadata.toMap()));
    events.add(stored);
    if (!silent) {
      notifyAll();
    }
    return stored;
  }

  /** From now on appends wake nobody, like those of another process. */
  public synchronized void silence() {
    silent = true;
  }

  /** From now on reads fail, or work again. */
  public synchronized void breakDown(boolean down) {
    broken = down;
  }

  /** How often it was read. */
  public synchronized int reads() {
    return reads;
  }

  /** All events, understood. */
  public synchronized List<RecordedEvent> recorded() {
    return events.stream().map(EventCodec::decode).toList();
  }

  /** All events, as a follower hands them over. */
  public synchronized List<Positioned> positioned() {
    return events.stream().map(each -> new Positioned(each, EventCodec.decode(each))).toList();
  }

  @Override
  public synchronized List<StoredEvent> read(long after, int limit) {
    reads++;
    if (broken) {
      throw new IllegalStateException("the log is away");
    }
    return events.stream().filter(each -> each.position() > after).limit(limit).toList();
  }

  @Override
  public synchronized List<StoredEvent> before(long position, int limit) {
    return events.reversed().stream()
        .filter(each -> each.position() < position)
        .limit(limit)
        .toList();
  }

  @Override
  public synchronized List<StoredEvent> stream(String stream) {
    return events.stream().filter(each -> each.stream().equals(stream)).toList();
  }

  @Override
  public synchronized long head() {
    return events.isEmpty() ? 0 : events.getLast().position();
  }

  @Override
  public synchronized void await(long after, Duration atMost) throws InterruptedException {
    if (head() <= after && atMost.toMillis() > 0) {
      wait(atMost.toMillis());
    }
  }
}
