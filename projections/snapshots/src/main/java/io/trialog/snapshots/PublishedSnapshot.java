package io.trialog.snapshots;

import java.time.Instant;

/**
 * A signed snapshot as it goes out.
 *
 * @param position its version, which is its ETag and SSE id too
 * @param time of the event at that position
 * @param note the signed note: one line of canonical JSON, an empty line, a signature line, each
 *     ended by a newline
 */
public record PublishedSnapshot(String environment, long position, Instant time, String note) {}
