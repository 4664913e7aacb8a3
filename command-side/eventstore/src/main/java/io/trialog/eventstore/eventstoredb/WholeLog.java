package io.trialog.eventstore.eventstoredb;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kurrent.dbclient.Position;
import io.kurrent.dbclient.RecordedEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.axonframework.eventsourcing.eventstore.EventStoreException;

/**
 * The server's whole log, read past what is not ours: its own records, snapshots, and other
 * applications' streams, which a read cannot leave out. Thread-safe; blocking.
 *
 * <p>A position is a record's commit position. Order of positions is order of commits, also across
 * streams. A read starts at a record that exists and includes it, so only positions that were read
 * here are asked for.
 *
 * <p>Stretches without anything of ours are remembered ({@value #STRETCHES} of them): a reader that
 * waits at the end does not scan the same foreign records at each look.
 */
final class WholeLog {
  private static final int PAGE = 500;
  private static final int MOST_PAGES = 2_000;
  private static final int STRETCHES = 32;

  private final Calls calls;
  private final Names names;

  /** From a position, exclusive, to one up to which nothing is ours. */
  private final ConcurrentSkipListMap<Long, Long> foreign = new ConcurrentSkipListMap<>();

  WholeLog(Calls calls, Names names) {
    this.calls = calls;
    this.names = names;
  }

  /**
   * Up to {@code limit} of ours above {@code after}, in order. Looks at a million records at most:
   * an answer may then be short, or empty, and the next goes on from there.
   */
  List<RecordedEvent> after(long after, int limit) {
    List<RecordedEvent> found = new ArrayList<>();
    long last = beyondForeign(after);
    boolean more = limit > 0;
    for (int page = 0; page < MOST_PAGES && more; page++) {
      List<RecordedEvent> records = calls.readAll(last, PAGE);
      for (RecordedEvent record : records) {
        if (commit(record) > last && found.size() < limit) {
          last = commit(record);
          addIfOurs(record, found);
        }
      }
      more = records.size() == PAGE && found.size() < limit;
    }
    if (found.isEmpty()) {
      remember(after, last);
    }
    return found;
  }

  /** Ours at exactly this position, which may be one of another log: the server refuses those. */
  Optional<RecordedEvent> at(long position) {
    if (position <= 0) {
      return Optional.empty();
    }
    try {
      return calls.readAll(position, 1).stream()
          .filter(record -> commit(record) == position && names.isOfLog(record))
          .findFirst();
    } catch (StatusRuntimeException e) {
      if (refusesPosition(e.getStatus())) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** The server has no code for it: "Unexpected ReadAllResult: InvalidPosition", older: "Error". */
  private static boolean refusesPosition(Status status) {
    return status.getCode() == Status.Code.INVALID_ARGUMENT
        || (status.getCode() == Status.Code.UNKNOWN
            && String.valueOf(status.getDescription()).contains("ReadAllResult"));
  }

  /** Up to {@code limit} of ours below {@code position}, the newest first. */
  List<RecordedEvent> before(long position, int limit) {
    List<RecordedEvent> found = new ArrayList<>();
    long last = position;
    boolean more = limit > 0 && !foreignFromTheStart(last);
    for (int page = 0; more; page++) {
      refuseToScanOn(page, position);
      List<RecordedEvent> records = calls.readAllBackwards(last, PAGE);
      for (RecordedEvent record : records) {
        if (commit(record) < last && found.size() < limit) {
          last = commit(record);
          addIfOurs(record, found);
        }
      }
      more = records.size() == PAGE && found.size() < limit && !foreignFromTheStart(last);
    }
    return found;
  }

  private void addIfOurs(RecordedEvent record, List<RecordedEvent> found) {
    if (names.isOfLog(record)) {
      position(record);
      found.add(record);
    }
  }

  /** Where one of ours stands. */
  static long position(RecordedEvent record) {
    Position position = record.getPosition();
    if (position.getCommitUnsigned() != position.getPrepareUnsigned()
        || position.getCommitUnsigned() <= 0) {
      throw new EventStoreException(
          "event %d of stream %s stands at %s; expected one number above 0, as each append gets"
              .formatted(record.getRevision(), record.getStreamId(), position));
    }
    return position.getCommitUnsigned();
  }

  private static long commit(RecordedEvent record) {
    return record.getPosition().getCommitUnsigned();
  }

  private static void refuseToScanOn(int page, long position) {
    if (page == MOST_PAGES) {
      throw new EventStoreException(
          "expected events of ours among %d records before position %d, found too few; this server"
                  .formatted(MOST_PAGES * PAGE, position)
              + " is filled by other applications");
    }
  }

  private long beyondForeign(long after) {
    Map.Entry<Long, Long> stretch = foreign.floorEntry(after);
    return stretch == null ? after : Math.max(after, stretch.getValue());
  }

  private boolean foreignFromTheStart(long position) {
    Long end = foreign.get(0L);
    return end != null && position <= end;
  }

  private void remember(long after, long last) {
    Map.Entry<Long, Long> stretch = foreign.floorEntry(after);
    boolean joins = stretch != null && stretch.getValue() >= after;
    long start = joins ? stretch.getKey() : after;
    if (last > start) {
      foreign.merge(start, last, Math::max);
    }
    while (foreign.size() > STRETCHES) {
      foreign.pollFirstEntry();
    }
  }
}
