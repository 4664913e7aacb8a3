package io.trialog.eventstore;

import io.trialog.language.log.EventLog;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Promises read from the events themselves, for an engine that shares its transactions with nobody:
 * who asked, under which key and for what stands in the metadata of each event, so that an event
 * and its promise cannot be parted.
 *
 * <p>An index in memory has the promises of the last {@link #KEPT}, at most {@value #MOST} of them,
 * the newest. It is read from the end of the log at start and brought up to the head at each
 * question. Besides, the stream that an order goes to is looked through before its events are
 * stored: another node's events either are seen there, or collide with ours. What remains open is
 * one key used on two nodes within the same moment for two streams; both then are stored.
 */
public final class LogIdempotentRequests implements IdempotentRequests {
  static final int MOST = 200_000;

  private static final Logger LOG = LoggerFactory.getLogger(LogIdempotentRequests.class);
  private static final int PAGE = 500;
  private static final long WAIT_SECONDS = 10;

  private final EventLog log;
  private final Clock clock;
  private final int most;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Key, Promise> index = new LinkedHashMap<>();
  private final Map<Key, CountDownLatch> underWay = new ConcurrentHashMap<>();
  private long seen;

  private record Key(String actor, String key) {}

  private record Promise(Instant time, Answer answer) {}

  private LogIdempotentRequests(EventLog log, Clock clock, int most) {
    this.log = log;
    this.clock = clock;
    this.most = most;
  }

  /** Reads the promises of the last {@link #KEPT} from the log. */
  public static LogIdempotentRequests open(EventLog log, Clock clock) {
    return open(log, clock, MOST);
  }

  static LogIdempotentRequests open(EventLog log, Clock clock, int most) {
    LogIdempotentRequests requests = new LogIdempotentRequests(log, clock, most);
    requests.readBack();
    return requests;
  }

  @Override
  public Optional<Answer> find(String actor, String key, String stream) {
    Key asked = new Key(actor, key);
    Optional<Answer> known = indexed(asked);
    return known.isPresent() ? known : inStream(asked, stream);
  }

  /** {@inheritDoc} Waits up to 10 s for a request with the same key that is under way. */
  @Override
  public void record(String actor, String key, Answer answer) {
    Key mine = new Key(actor, key);
    CountDownLatch ended = new CountDownLatch(1);
    takeTurn(mine, ended);
    CurrentUnitOfWork.get()
        .root()
        .onCleanup(unit -> {
          underWay.remove(mine, ended);
          ended.countDown();
        });
    if (find(actor, key, answer.stream()).isPresent()) {
      throw new AlreadyPromised(actor, key);
    }
  }

  private void takeTurn(Key mine, CountDownLatch ended) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    CountDownLatch other = underWay.putIfAbsent(mine, ended);
    while (other != null) {
      await(other, deadline - System.nanoTime(), mine);
      other = underWay.putIfAbsent(mine, ended);
    }
  }

  private static void await(CountDownLatch other, long nanos, Key mine) {
    try {
      if (!other.await(nanos, TimeUnit.NANOSECONDS)) {
        throw new IllegalStateException(
            "a request with the key %s has been under way for 10 s".formatted(mine.key()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a request with the same key ran", e);
    }
  }

  private Optional<Answer> indexed(Key asked) {
    lock.lock();
    try {
      catchUp();
      return Optional.ofNullable(index.get(asked)).filter(this::holds).map(Promise::answer);
    } finally {
      lock.unlock();
    }
  }

  private Optional<Answer> inStream(Key asked, String stream) {
    Answer found = null;
    for (StoredEvent event : log.stream(stream)) {
      Promised promised = promised(event);
      if (promised != null && asked.equals(promised.key()) && holds(promised.promise())) {
        found = promised.promise().answer();
      }
    }
    return Optional.ofNullable(found);
  }

  /** From the newest event back to the first that is too old, in memory only the promises. */
  private void readBack() {
    List<Promised> promising = new ArrayList<>();
    Instant oldest = clock.instant().minus(KEPT);
    List<StoredEvent> page = log.before(Long.MAX_VALUE, PAGE);
    seen = page.isEmpty() ? 0 : page.getFirst().position();
    while (!page.isEmpty() && promising.size() < most && page.getFirst().time().isAfter(oldest)) {
      for (StoredEvent event : page) {
        Promised promised = promised(event);
        if (promised != null) {
          promising.add(promised);
        }
      }
      page = log.before(page.getLast().position(), PAGE);
    }
    promising.reversed().forEach(this::index);
    LOG.info("{} promises of idempotency keys are known", index.size());
  }

  private void catchUp() {
    List<StoredEvent> page = log.read(seen, PAGE);
    while (!page.isEmpty()) {
      for (StoredEvent event : page) {
        index(promised(event));
      }
      seen = page.getLast().position();
      page = log.read(seen, PAGE);
    }
    forget();
  }

  private void index(@Nullable Promised promised) {
    if (promised != null) {
      index.remove(promised.key());
      index.put(promised.key(), promised.promise());
    }
  }

  /** The index is in the order of the log, so what is to go stands first. */
  private void forget() {
    Iterator<Promise> eldest = index.values().iterator();
    while (eldest.hasNext() && (!holds(eldest.next()) || index.size() > most)) {
      eldest.remove();
    }
  }

  private boolean holds(Promise promise) {
    return promise.time().isAfter(clock.instant().minus(KEPT));
  }

  /** A promise and whose it is. */
  private record Promised(Key key, Promise promise) {}

  /** What an event promises, or null when it promises nothing. */
  private static @Nullable Promised promised(StoredEvent event) {
    Map<String, String> metadata = EventCodec.decodeMetadata(event.metadata());
    String actor = metadata.get("actor_id");
    String key = metadata.get("idempotency_key");
    String digest = metadata.get(REQUEST_DIGEST);
    if (actor == null || key == null || digest == null) {
      return null;
    }
    Answer answer = new Answer(digest, event.stream(), event.sequence());
    return new Promised(new Key(actor, key), new Promise(event.time(), answer));
  }
}
