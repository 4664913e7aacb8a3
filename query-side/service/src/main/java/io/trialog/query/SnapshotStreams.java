package io.trialog.query;

import io.trialog.http.BearerTokens;
import io.trialog.http.ProblemException;
import io.trialog.language.Role;
import io.trialog.query.delivery.RecentSnapshots;
import io.trialog.snapshots.PublishedSnapshot;
import io.trialog.snapshots.SnapshotPublisher;
import io.trialog.snapshots.Subscription;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;

/**
 * Open streams of snapshots, each with a virtual thread that writes the newest snapshot, or what
 * makes it of the last one written, as soon as that one is out. A slow client holds up nobody and
 * misses what the newest replaces; one that reads nothing is dropped when the server's write
 * timeout is over. With each heartbeat the token is looked at again, so a revocation ends the
 * stream.
 *
 * <p>Streams end before the web server waits for its requests to end, which these would never do.
 */
final class SnapshotStreams implements SmartLifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotStreams.class);

  private static final Set<Role> SDK = Set.of(Role.SDK);
  private static final byte[] HEARTBEAT = ":\n\n".getBytes(StandardCharsets.UTF_8);

  /**
   * What a stream delivers.
   *
   * @param lastSeen only what is above
   * @param deltas whether the reader takes deltas, and has the snapshot at {@code lastSeen}
   */
  record Wish(String environment, long lastSeen, boolean deltas) {}

  private final SnapshotPublisher publisher;
  private final RecentSnapshots recent;
  private final BearerTokens tokens;
  private final StreamLimits limits;
  private final Semaphore free;
  private final Set<Subscription> open = ConcurrentHashMap.newKeySet();
  private volatile boolean running;

  SnapshotStreams(
      SnapshotPublisher publisher,
      RecentSnapshots recent,
      BearerTokens tokens,
      StreamLimits limits) {
    this.publisher = publisher;
    this.recent = recent;
    this.tokens = tokens;
    this.limits = limits;
    this.free = new Semaphore(limits.connections());
  }

  /** Opens a stream; 503 when there are too many. */
  ResponseBodyEmitter open(Wish wish, String bearer) {
    if (!running || !free.tryAcquire()) {
      throw new ProblemException(
          503, "too_many_streams", "There are too many streams open here; try again soon.");
    }
    Subscription subscription = subscribe(wish);
    ResponseBodyEmitter emitter = new ResponseBodyEmitter(0L);
    emitter.onError(e -> subscription.close());
    emitter.onTimeout(subscription::close);
    emitter.onCompletion(subscription::close);
    Thread.ofVirtual()
        .name("trialog-stream-" + wish.environment())
        .start(() -> serve(wish, subscription, emitter, bearer));
    return emitter;
  }

  private Subscription subscribe(Wish wish) {
    try {
      Subscription subscription = publisher.subscribe(wish.environment(), wish.lastSeen());
      open.add(subscription);
      return subscription;
    } catch (IllegalStateException e) {
      free.release();
      throw new ProblemException(503, "too_many_streams", String.valueOf(e.getMessage()));
    }
  }

  private void serve(
      Wish wish, Subscription subscription, ResponseBodyEmitter emitter, String bearer) {
    try (subscription) {
      write(wish, subscription, emitter, bearer);
      // A request that the web server has ended it completes itself. When both do, it may count the
      // request as open for ever, which holds up its shutdown.
      if (!running || !subscription.isClosed()) {
        emitter.complete();
      }
    } catch (IOException | IllegalStateException e) {
      LOG.debug("a stream of {} ended: {}", subscription.environment(), e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.warn("a stream of {} broke", subscription.environment(), e);
      emitter.completeWithError(e);
    } finally {
      open.remove(subscription);
      free.release();
    }
  }

  private void write(
      Wish wish, Subscription subscription, ResponseBodyEmitter emitter, String bearer)
      throws IOException, InterruptedException {
    // At once, so that a client knows that it is connected even when there is nothing new.
    send(emitter, HEARTBEAT);
    long sent = wish.lastSeen();
    while (running && !subscription.isClosed()) {
      Optional<PublishedSnapshot> next = subscription.next(limits.heartbeat());
      if (next.isEmpty() && !mayStillRead(bearer)) {
        return;
      }
      if (subscription.isClosed()) {
        return;
      }
      if (next.isEmpty()) {
        send(emitter, HEARTBEAT);
      } else {
        send(emitter, event(wish, sent, next.get()));
        sent = next.get().position();
      }
    }
  }

  private boolean mayStillRead(String bearer) {
    return tokens.find(bearer).filter(caller -> caller.mayAnywhere(SDK)).isPresent();
  }

  private byte[] event(Wish wish, long sent, PublishedSnapshot snapshot) {
    return wish.deltas() ? recent.from(sent, snapshot) : recent.whole(snapshot);
  }

  private static void send(ResponseBodyEmitter emitter, byte[] bytes) throws IOException {
    emitter.send(bytes, MediaType.APPLICATION_OCTET_STREAM);
  }

  /** Streams open now. */
  int count() {
    return open.size();
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    open.forEach(Subscription::close);
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** The highest phase stops first: before the web server's own, lower, one. */
  @Override
  public int getPhase() {
    return Integer.MAX_VALUE;
  }
}
