package io.trialog.snapshots;

import io.trialog.sdk.core.note.NoteSigner;
import java.time.Instant;

/**
 * A signed snapshot as it goes out.
 *
 * @param position its version, which is its ETag and SSE id too
 * @param time of the event at that position
 * @param note the signed note: one line of canonical JSON, an empty line, a signature line of each
 *     key that signs, each ended by a newline
 */
public record PublishedSnapshot(String environment, long position, Instant time, String note) {
  /** The same text with the signatures of other keys. */
  PublishedSnapshot signedBy(NoteSigner signer) {
    String text = note.substring(0, note.lastIndexOf("\n\n") + 1);
    return new PublishedSnapshot(environment, position, time, signer.sign(text));
  }
}
