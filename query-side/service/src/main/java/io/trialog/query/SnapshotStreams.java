package io.trialog.query;

import io.trialog.http.BearerTokens;
import io.trialog.http.ProblemException;
import io.trialog.language.Role;
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
 * Open streams of snapshots, each with a virtual thread that writes the newest snapshot as soon as
 * the last one is out. A slow client holds up nobody and misses what the newest replaces; one that
 * reads nothing is dropped when the server's write timeout is over. With each heartbeat the token
 * is looked at again, so a revocation ends the stream.
 *
 * <p>Streams end before the web server waits for its requests to end, which these would never do.
 */
final class SnapshotStreams implements SmartLifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotStreams.class);

  private static final Set<Role> SDK = Set.of(Role.SDK);

  private final SnapshotPublisher publisher;
  private final BearerTokens tokens;
  private final StreamLimits limits;
  private final Semaphore free;
  private final Set<Subscription> open = ConcurrentHashMap.newKeySet();
  private volatile boolean running;

  SnapshotStreams(SnapshotPublisher publisher, BearerTokens tokens, StreamLimits limits) {
    this.publisher = publisher;
    this.tokens = tokens;
    this.limits = limits;
    this.free = new Semaphore(limits.connections());
  }

  /** Opens a stream of what is above {@code lastSeen}; 503 when there are too many. */
  ResponseBodyEmitter open(String environment, long lastSeen, String bearer) {
    if (!running || !free.tryAcquire()) {
      throw new ProblemException(
          503, "too_many_streams", "There are too many streams open here; try again soon.");
    }
    Subscription subscription = subscribe(environment, lastSeen);
    ResponseBodyEmitter emitter = new ResponseBodyEmitter(0L);
    emitter.onError(e -> subscription.close());
    emitter.onTimeout(subscription::close);
    emitter.onCompletion(subscription::close);
    Thread.ofVirtual()
        .name("trialog-stream-" + environment)
        .start(() -> serve(subscription, emitter, bearer));
    return emitter;
  }

  private Subscription subscribe(String environment, long lastSeen) {
    try {
      Subscription subscription = publisher.subscribe(environment, lastSeen);
      open.add(subscription);
      return subscription;
    } catch (IllegalStateException e) {
      free.release();
      throw new ProblemException(503, "too_many_streams", String.valueOf(e.getMessage()));
    }
  }

  private void serve(Subscription subscription, ResponseBodyEmitter emitter, String bearer) {
    try (subscription) {
      write(subscription, emitter, bearer);
      emitter.complete();
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

  private void write(Subscription subscription, ResponseBodyEmitter emitter, String bearer)
      throws IOException, InterruptedException {
    // At once, so that a client knows that it is connected even when there is nothing new.
    send(emitter, ":\n\n");
    while (running && !subscription.isClosed()) {
      Optional<PublishedSnapshot> next = subscription.next(limits.heartbeat());
      if (next.isEmpty() && !mayStillRead(bearer)) {
        return;
      }
      if (!subscription.isClosed()) {
        send(emitter, next.map(SnapshotStreams::event).orElse(":\n\n"));
      }
    }
  }

  private boolean mayStillRead(String bearer) {
    return tokens.find(bearer).filter(caller -> caller.mayAnywhere(SDK)).isPresent();
  }

  /** One {@code data:} line for each line of the note. */
  private static String event(PublishedSnapshot snapshot) {
    StringBuilder event = new StringBuilder("event: snapshot\nid: ");
    event.append(snapshot.position()).append('\n');
    snapshot.note().lines().forEach(line -> event.append("data: ").append(line).append('\n'));
    return event.append('\n').toString();
  }

  private static void send(ResponseBodyEmitter emitter, String text) throws IOException {
    emitter.send(text.getBytes(StandardCharsets.UTF_8), MediaType.APPLICATION_OCTET_STREAM);
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
