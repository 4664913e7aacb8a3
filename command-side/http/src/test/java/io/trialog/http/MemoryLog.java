package io.trialog.http;

import io.trialog.language.Actor;
import io.trialog.language.EventMetadata;
import io.trialog.language.TrialogEvent;
import io.trialog.language.log.EventLog;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventType;
import io.trialog.language.wire.JsonCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A log in memory, which counts what is asked of it. */
final class MemoryLog implements EventLog {
  private final List<StoredEvent> events = new ArrayList<>();
  int streamsRead;

  void append(String stream, TrialogEvent event) {
    EventType type = EventType.ofClass(event.getClass());
    events.add(
        new StoredEvent(
            events.size() + 1L,
            "e" + events.size(),
            stream,
            events.stream().filter(e -> e.stream().equals(stream)).count(),
            type.wireName(),
            type.version(),
            Instant.EPOCH,
            JsonCodec.encode(event),
            JsonCodec.encode(
                new EventMetadata(Actor.human("root"), null, "c", null, null, null).toMap())));
  }

  @Override
  public List<StoredEvent> read(long after, int limit) {
    return events.stream().filter(e -> e.position() > after).limit(limit).toList();
  }

  @Override
  public List<StoredEvent> before(long position, int limit) {
    return events.reversed().stream().filter(e -> e.position() < position).limit(limit).toList();
  }

  @Override
  public List<StoredEvent> stream(String stream) {
    streamsRead++;
    return events.stream().filter(e -> e.stream().equals(stream)).toList();
  }

  @Override
  public long head() {
    return events.size();
  }

  @Override
  public void await(long after, Duration atMost) {}
}
