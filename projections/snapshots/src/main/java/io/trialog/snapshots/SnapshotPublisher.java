package io.trialog.snapshots;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/**
 * Keeps the newest snapshot of each environment in memory and tells those who subscribed. A
 * snapshot is signed when the first reader takes it, so what nobody reads costs nothing.
 *
 * <p>Of a batch only the last position is published, except for a kill of an experiment, a flag or
 * a whole environment, which goes out at its own position at once. While it catches up with the log
 * after a start it publishes nothing, so that nobody is given a state older than one that went out
 * before. Readers on any thread.
 */
public final class SnapshotPublisher implements Projection, AutoCloseable {
  /** Environments that have a snapshot even when no experiment names them. */
  public static final Set<String> STANDING_ENVIRONMENTS = Set.of("production", "staging");

  /** Most subscriptions at one time. */
  public static final int SUBSCRIPTION_LIMIT = 20_000;

  private static final Logger LOG = System.getLogger(SnapshotPublisher.class.getName());
  private static final Duration LISTENER_POLL = Duration.ofSeconds(30);

  private final SnapshotKeys keys;
  private final long publishFrom;
  private final Map<String, Edition> newest = new ConcurrentSkipListMap<>();
  private final Set<Subscription> subscriptions = ConcurrentHashMap.newKeySet();
  private volatile Directory directory = Directory.EMPTY;
  private volatile boolean closed;

  /**
   * Publishes the empty state at once when {@code publishFrom} is 0.
   *
   * @param publishFrom position from which on snapshots go out: the head of the log at the start
   */
  public SnapshotPublisher(SnapshotKeys keys, long publishFrom) {
    this.keys = keys;
    this.publishFrom = publishFrom;
    publishAll(directory);
  }

  /** The state up to {@link #position()}. */
  public Directory directory() {
    return directory;
  }

  /** Whether it has caught up with the log of the start, so that there are snapshots. */
  public boolean isReady() {
    return !newest.isEmpty();
  }

  /** The newest snapshot; empty while catching up, and for an environment that does not exist. */
  public Optional<PublishedSnapshot> newest(String environment) {
    return Optional.ofNullable(newest.get(environment)).map(Edition::snapshot);
  }

  /** Environments that have a snapshot. */
  public Set<String> environments() {
    return Set.copyOf(newest.keySet());
  }

  /** Environments that have a snapshot, with the newest of each. */
  public SortedMap<String, PublishedSnapshot> newest() {
    SortedMap<String, PublishedSnapshot> snapshots = new TreeMap<>();
    newest.forEach((environment, edition) -> snapshots.put(environment, edition.snapshot()));
    return Collections.unmodifiableSortedMap(snapshots);
  }

  /** The signed statements about the keys of an environment, in their order. */
  public List<String> keyStatements(String environment) {
    return keys.statements(environment);
  }

  /**
   * Begins to deliver snapshots above {@code lastSeen}, the newest at once if it is above; the
   * reader pulls. An environment that does not exist yet delivers once it does.
   *
   * @throws IllegalStateException at {@value #SUBSCRIPTION_LIMIT} subscriptions, or when closed
   */
  public Subscription subscribe(String environment, long lastSeen) {
    if (closed || subscriptions.size() >= SUBSCRIPTION_LIMIT) {
      throw new IllegalStateException(
          closed ? "the publisher is closed" : "there are too many subscriptions");
    }
    Subscription subscription = new Subscription(this, environment, lastSeen);
    subscriptions.add(subscription);
    Optional.ofNullable(newest.get(environment)).ifPresent(subscription::offer);
    if (closed) {
      subscription.close();
    }
    return subscription;
  }

  /**
   * Like {@link #subscribe(String, long)}, but calls {@code listener} on a virtual thread of its
   * own, one snapshot after the other, until the subscription is closed or the listener throws.
   */
  public Subscription subscribe(
      String environment, long lastSeen, Consumer<PublishedSnapshot> listener) {
    Subscription subscription = subscribe(environment, lastSeen);
    Thread.ofVirtual()
        .name("trialog-snapshots-" + environment)
        .start(() -> deliver(subscription, listener));
    return subscription;
  }

  private static void deliver(Subscription subscription, Consumer<PublishedSnapshot> listener) {
    try (subscription) {
      while (!subscription.isClosed()) {
        subscription.next(LISTENER_POLL).ifPresent(listener);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.log(Level.INFO, "A listener to snapshots ended its subscription: {0}", e.toString());
    }
  }

  void forget(Subscription subscription) {
    subscriptions.remove(subscription);
  }

  int subscriptions() {
    return subscriptions.size();
  }

  @Override
  public String name() {
    return "snapshots";
  }

  @Override
  public long position() {
    return directory.position();
  }

  @Override
  public void apply(List<Positioned> batch) {
    Directory next = directory;
    for (Positioned event : batch) {
      Stop stop = Stop.of(next, event.recorded().event());
      next = next.apply(event.recorded());
      if (stop != null && stop.begins()) {
        publish(next, stop.environment());
      }
    }
    publishAll(next);
    directory = next;
  }

  /** Whether an environment has a snapshot in this state. */
  static boolean isServed(Directory state, String environment) {
    return STANDING_ENVIRONMENTS.contains(environment)
        || state.environmentNames().contains(environment);
  }

  private void publishAll(Directory state) {
    SortedSet<String> environments = new TreeSet<>(STANDING_ENVIRONMENTS);
    environments.addAll(state.environmentNames());
    environments.forEach(environment -> publish(state, environment));
  }

  /** Does nothing for a position that went out already, which a retried batch meets again. */
  private void publish(Directory state, String environment) {
    Edition before = newest.get(environment);
    if (state.position() < publishFrom
        || (before != null && before.position() >= state.position())) {
      return;
    }
    Edition edition = new Edition(state, environment, () -> keys.signer(environment));
    newest.put(environment, edition);
    for (Subscription subscription : subscriptions) {
      if (subscription.environment().equals(environment)) {
        subscription.offer(edition);
      }
    }
  }

  /** Closes every subscription, so that open streams end. Idempotent. */
  @Override
  public void close() {
    closed = true;
    List.copyOf(subscriptions).forEach(Subscription::close);
  }
}
