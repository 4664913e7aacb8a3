package io.trialog.snapshots;

import io.trialog.language.log.EventLog;
import io.trialog.language.log.RecordedEvent;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The state of everything at any past place of the log. Thread-safe; blocking: it reads the log.
 *
 * <p>Every so many events the fold leaves a checkpoint in memory, so that a later question need not
 * start from the first event. There are at most {@value #CHECKPOINT_LIMIT}; when they are all
 * taken, every other one is dropped and the distance doubles, so memory is bounded and the whole
 * log stays covered. The last few answers are kept too, for whoever goes through the log in small
 * steps. States share their parts, so that a checkpoint costs what has changed since the one
 * before.
 */
public final class History {
  private static final int BATCH = 500;
  private static final int CHECKPOINT_LIMIT = 64;
  private static final int FIRST_DISTANCE = 1_000;
  private static final int ANSWERS_KEPT = 8;

  private final EventLog log;
  private final List<Checkpoint> checkpoints = new ArrayList<>();
  private final Deque<Checkpoint> answers = new ArrayDeque<>();
  private long distance;

  /** {@code latest} is the latest time of all events folded, which clocks may set back after. */
  private record Checkpoint(long events, Instant latest, Directory directory) {
    static final Checkpoint START = new Checkpoint(0, Instant.MIN, Directory.EMPTY);

    Checkpoint apply(RecordedEvent event) {
      Instant time = event.time().isAfter(latest) ? event.time() : latest;
      return new Checkpoint(events + 1, time, directory.apply(event));
    }
  }

  public History(EventLog log) {
    this(log, FIRST_DISTANCE);
  }

  History(EventLog log, int distance) {
    this.log = log;
    this.distance = distance;
  }

  /**
   * The state after all events up to and with this position; one beyond the head means the head.
   */
  public Directory atPosition(long position) {
    return fold(
        nearest(checkpoint -> checkpoint.directory().position() <= position),
        event -> event.position() <= position);
  }

  /**
   * The state at this instant: the events before the first one that is later than it. Servers'
   * clocks may differ a little, so an event behind that one may carry an earlier time; it is not
   * part of the answer, because the state always is one that the log has had.
   */
  public Directory at(Instant instant) {
    return fold(
        nearest(checkpoint -> !checkpoint.latest().isAfter(instant)),
        event -> !event.time().isAfter(instant));
  }

  private Directory fold(Checkpoint from, Predicate<StoredEvent> included) {
    Checkpoint state = from;
    while (true) {
      List<StoredEvent> batch = log.read(state.directory().position(), BATCH);
      for (StoredEvent stored : batch) {
        if (!included.test(stored)) {
          return answered(state);
        }
        state = state.apply(EventCodec.decode(stored));
        keep(state);
      }
      if (batch.isEmpty()) {
        return answered(state);
      }
    }
  }

  private synchronized Directory answered(Checkpoint state) {
    answers.addLast(state);
    if (answers.size() > ANSWERS_KEPT) {
      answers.removeFirst();
    }
    return state.directory();
  }

  private synchronized Checkpoint nearest(Predicate<Checkpoint> usable) {
    return Stream.concat(checkpoints.stream(), answers.stream())
        .filter(usable)
        .max(Comparator.comparingLong(Checkpoint::events))
        .orElse(Checkpoint.START);
  }

  private synchronized void keep(Checkpoint state) {
    if (state.events() % distance != 0
        || checkpoints.stream().anyMatch(each -> each.events() == state.events())) {
      return;
    }
    checkpoints.add(state);
    if (checkpoints.size() >= CHECKPOINT_LIMIT) {
      distance *= 2;
      checkpoints.removeIf(each -> each.events() % distance != 0);
    }
  }

  synchronized int checkpoints() {
    return checkpoints.size();
  }
}
