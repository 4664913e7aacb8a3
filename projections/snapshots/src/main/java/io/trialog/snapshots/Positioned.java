package io.trialog.snapshots;

import io.trialog.language.log.RecordedEvent;
import io.trialog.language.log.StoredEvent;

/** One event of the log, as its bytes and as they are understood. */
public record Positioned(StoredEvent stored, RecordedEvent recorded) {
  /** Its place in the log. */
  public long position() {
    return stored.position();
  }
}
