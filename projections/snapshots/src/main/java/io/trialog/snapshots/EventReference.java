package io.trialog.snapshots;

import io.trialog.language.Actor;
import io.trialog.language.log.RecordedEvent;
import io.trialog.language.wire.EventType;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Which event it was, who caused it and why; {@code type} is the name in the log. */
public record EventReference(
    String eventId,
    String type,
    long position,
    Instant time,
    Actor actor,
    @Nullable String reason) {

  /** To an event of the log. */
  public static EventReference to(RecordedEvent recorded) {
    return new EventReference(
        recorded.eventId(),
        EventType.ofClass(recorded.event().getClass()).wireName(),
        recorded.position(),
        recorded.time(),
        recorded.metadata().actor(),
        recorded.metadata().reason());
  }
}
