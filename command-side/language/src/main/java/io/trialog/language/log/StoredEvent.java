package io.trialog.language.log;

import java.time.Instant;

/**
 * One event as the store has it: bytes, not yet understood.
 *
 * @param position place in the whole log, above 0, strictly increasing in order of commit, with
 *     gaps
 * @param stream {@code kind/key}
 * @param sequence place in the stream, dense from 0
 * @param version version of the event type, from 1
 * @param payload JSON bytes exactly as stored
 * @param metadata JSON bytes exactly as stored, a flat object of texts
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are handed over, not compared
public record StoredEvent(
    long position,
    String eventId,
    String stream,
    long sequence,
    String type,
    int version,
    Instant time,
    byte[] payload,
    byte[] metadata) {}
