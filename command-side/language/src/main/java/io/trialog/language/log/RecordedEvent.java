package io.trialog.language.log;

import io.trialog.language.EventMetadata;
import io.trialog.language.TrialogEvent;
import java.time.Instant;

/** One event of the log, understood: its place, its time, who and why, and the fact itself. */
public record RecordedEvent(
    long position,
    String eventId,
    String stream,
    long sequence,
    Instant time,
    EventMetadata metadata,
    TrialogEvent event) {}
