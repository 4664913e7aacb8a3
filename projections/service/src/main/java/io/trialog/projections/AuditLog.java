package io.trialog.projections;

import io.trialog.audit.log.Sequencer;
import io.trialog.audit.log.SourceEvent;
import io.trialog.language.log.StoredEvent;
import io.trialog.snapshots.Positioned;
import io.trialog.snapshots.Projection;
import java.util.List;

/** Follows the log into the signed one: each stored event becomes a leaf, byte for byte. */
final class AuditLog implements Projection {
  private final Sequencer sequencer;
  private volatile long position;

  AuditLog(Sequencer sequencer) {
    this.sequencer = sequencer;
    this.position = sequencer.head().position();
  }

  @Override
  public String name() {
    return "audit-log";
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void apply(List<Positioned> batch) {
    List<SourceEvent> events =
        batch.stream().map(Positioned::stored).map(AuditLog::source).toList();
    position = sequencer.append(events).position();
  }

  private static SourceEvent source(StoredEvent stored) {
    return new SourceEvent(
        stored.position(),
        stored.eventId(),
        stored.stream(),
        stored.sequence(),
        stored.type(),
        stored.version(),
        stored.time(),
        stored.payload(),
        stored.metadata());
  }
}
