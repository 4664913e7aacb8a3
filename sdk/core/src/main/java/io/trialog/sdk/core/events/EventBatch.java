package io.trialog.sdk.core.events;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.StringJoiner;

/** Events of one request to the collector; sent again it is the same bytes. Immutable. */
public final class EventBatch {
  private final List<QueuedEvent> events;
  private final byte[] body;

  EventBatch(List<QueuedEvent> events) {
    this.events = List.copyOf(events);
    String body =
        "{\"exposures\":["
            + joined(events, true)
            + "],\"outcomes\":["
            + joined(events, false)
            + "]}";
    this.body = body.getBytes(StandardCharsets.UTF_8);
  }

  private static StringJoiner joined(List<QueuedEvent> events, boolean exposures) {
    StringJoiner joined = new StringJoiner(",");
    for (QueuedEvent event : events) {
      if (event.exposure() == exposures) {
        joined.add(event.json());
      }
    }
    return joined;
  }

  /** Number of events, 1 to 1,000. */
  public int size() {
    return events.size();
  }

  /** The request's body, UTF-8 JSON; a copy. */
  public byte[] body() {
    return body.clone();
  }

  List<QueuedEvent> events() {
    return events;
  }
}
