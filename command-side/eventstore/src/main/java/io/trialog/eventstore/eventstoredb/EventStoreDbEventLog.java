package io.trialog.eventstore.eventstoredb;

import io.kurrent.dbclient.RecordedEvent;
import io.trialog.eventstore.Commits;
import io.trialog.language.log.EventLog;
import io.trialog.language.log.LogUnavailable;
import io.trialog.language.log.StoredEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.axonframework.eventsourcing.eventstore.EventStoreException;

/**
 * The log as EventStoreDB keeps it: the events of all streams of one prefix. Thread-safe. {@link
 * #committed()} wakes waiting readers of this process; events of others are found by polling every
 * 100 ms. Positions are the server's: ask only for 0 and for positions that the log gave out.
 *
 * <p>Any method may throw {@link LogUnavailable}, after three deadlines at most.
 */
public final class EventStoreDbEventLog implements EventLog {
  private static final int PAGE = 500;
  private static final int STREAM_LIMIT = 100_000;

  private final Calls calls;
  private final Names names;
  private final WholeLog whole;
  private final AtomicLong newest = new AtomicLong();
  private final Commits commits = new Commits();

  EventStoreDbEventLog(Calls calls, Names names, WholeLog whole) {
    this.calls = calls;
    this.names = names;
    this.whole = whole;
  }

  @Override
  public List<StoredEvent> read(long after, int limit) {
    return whole.after(after, limit).stream().map(this::event).toList();
  }

  @Override
  public List<StoredEvent> before(long position, int limit) {
    return whole.before(position, limit).stream().map(this::event).toList();
  }

  @Override
  public Optional<StoredEvent> at(long position) {
    return whole.at(position).map(this::event);
  }

  /** {@inheritDoc} A stream of more than 100,000 events is a defect. */
  @Override
  public List<StoredEvent> stream(String stream) {
    List<StoredEvent> events = new ArrayList<>();
    boolean more = true;
    while (more) {
      List<RecordedEvent> page = calls.readStream(names.stream(stream), events.size(), PAGE);
      page.forEach(event -> events.add(event(event)));
      more = page.size() == PAGE;
      if (events.size() > STREAM_LIMIT) {
        throw new IllegalStateException("stream " + stream + " has over 100000 events");
      }
    }
    return events;
  }

  @Override
  public Optional<StoredEvent> eventAt(String stream, long sequence) {
    return calls.readStream(names.stream(stream), sequence, 1).stream()
        .filter(event -> event.getRevision() == sequence)
        .map(this::event)
        .findFirst();
  }

  /** {@inheritDoc} The first call scans from the end, later ones go on from what is known. */
  @Override
  public long head() {
    long known = newest.get();
    if (known == 0 && !whole.after(0, 1).isEmpty()) {
      known = WholeLog.position(whole.before(Long.MAX_VALUE, 1).getFirst());
    }
    if (known > 0) {
      List<RecordedEvent> page = whole.after(known, PAGE);
      while (!page.isEmpty()) {
        known = WholeLog.position(page.getLast());
        page = whole.after(known, PAGE);
      }
    }
    return newest.accumulateAndGet(known, Math::max);
  }

  @Override
  public void await(long after, Duration atMost) throws InterruptedException {
    commits.await(() -> !whole.after(after, 1).isEmpty(), atMost);
  }

  /** Wakes the readers that wait; called after each append of this process. */
  void committed() {
    commits.committed();
  }

  private StoredEvent event(RecordedEvent record) {
    StoredForm form = StoredForm.from(record);
    if (form.sequence() != record.getRevision() || form.version() == null) {
      throw new EventStoreException(
          "event %d of stream %s: expected message.sequence %d and a version, found %d and %s"
              .formatted(
                  record.getRevision(),
                  record.getStreamId(),
                  record.getRevision(),
                  form.sequence(),
                  form.version()));
    }
    return new StoredEvent(
        WholeLog.position(record),
        form.id(),
        names.aggregate(record),
        record.getRevision(),
        form.type(),
        Integer.parseInt(form.version()),
        Instant.parse(form.time()),
        form.payload(),
        form.metadata());
  }
}
