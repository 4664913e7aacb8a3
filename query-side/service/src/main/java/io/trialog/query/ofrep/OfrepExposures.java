package io.trialog.query.ofrep;

import io.trialog.measurement.collector.BatchRefused;
import io.trialog.measurement.collector.Receipt;
import io.trialog.measurement.collector.StreamUnavailable;
import io.trialog.projections.PartSource;
import io.trialog.projections.PartStatus;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.events.EventBatch;
import io.trialog.sdk.core.events.EventQueue;
import io.trialog.sdk.core.events.Exposure;
import io.trialog.sdk.core.events.ExposureFilter;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Exposures of those who were assigned by OFREP, on their way into the stream. As in an SDK: once a
 * subject, experiment, variant and epoch as far as the memory goes; bounded, and what does not fit
 * is dropped and counted; sent by one thread, again and again while Kafka is away. Recording never
 * waits and never fails. Raw subjects are kept in memory only.
 */
final class OfrepExposures implements SmartLifecycle, PartSource {
  private static final Logger LOG = LoggerFactory.getLogger(OfrepExposures.class);

  /**
   * How many of them there may be and how often they are sent.
   *
   * @param queued most exposures that wait
   * @param remembered how many to remember in order not to repeat them
   * @param interval between two looks at what waits
   * @param lastSend how long the last send may take when the server stops
   */
  record Limits(int queued, int remembered, Duration interval, Duration lastSend) {
    static final Limits DEFAULT =
        new Limits(50_000, 200_000, Duration.ofMillis(200), Duration.ofSeconds(5));
  }

  /** The way into the stream; empty while there is none. */
  @FunctionalInterface
  interface Way {
    Optional<Receipt> accept(byte[] batch) throws BatchRefused, StreamUnavailable;
  }

  private final Way way;
  private final Limits limits;
  private final Clock clock;
  private final EventQueue queue;
  private final ExposureFilter filter;
  private final LongAdder accepted = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicReference<@Nullable Thread> sender = new AtomicReference<>();

  /** The sender's alone. */
  private @Nullable EventBatch unsettled;

  OfrepExposures(Way way, Limits limits, Clock clock) {
    this.way = way;
    this.limits = limits;
    this.clock = clock;
    this.queue = new EventQueue(limits.queued());
    this.filter = new ExposureFilter(limits.remembered());
  }

  /** Takes the exposure of a decision that assigned a subject, unless it did before. */
  void record(Decision decision) {
    try {
      if (filter.pass(decision)
          && !queue.offer(Exposure.of(decision, clock.instant(), "", Map.of()))) {
        filter.forget(decision);
      }
    } catch (RuntimeException e) {
      queue.invalid();
      LOG.warn("an exposure of {} was not recorded", decision.experiment(), e);
    }
  }

  private void run() {
    try {
      while (!closing.await(limits.interval().toMillis(), TimeUnit.MILLISECONDS)) {
        sendAll();
      }
      sendAll();
    } catch (InterruptedException e) {
      LOG.warn("exposures were cut off: {} are lost", queue.pending());
    }
  }

  private void sendAll() {
    EventBatch batch = unsettled == null ? queue.take() : unsettled;
    while (batch != null) {
      unsettled = batch;
      if (!isSettled(batch)) {
        return;
      }
      queue.settle(batch);
      unsettled = null;
      batch = queue.take();
    }
  }

  private boolean isSettled(EventBatch batch) {
    try {
      Optional<Receipt> receipt = way.accept(batch.body());
      receipt.ifPresent(this::count);
      return receipt.isPresent();
    } catch (StreamUnavailable e) {
      LOG.debug("exposures wait for Kafka", e);
      return false;
    } catch (BatchRefused | RuntimeException e) {
      LOG.error("a batch of {} exposures is given up", batch.size(), e);
      rejected.add(batch.size());
      return true;
    }
  }

  private void count(Receipt receipt) {
    accepted.add(receipt.accepted());
    rejected.add(receipt.rejected().size());
  }

  @Override
  public Map<String, PartStatus> parts() {
    return Map.of();
  }

  @Override
  public Map<String, Long> counters() {
    Map<String, Long> counters = new TreeMap<>();
    counters.put("ofrep_exposures_recorded", queue.recorded());
    counters.put("ofrep_exposures_accepted", accepted.sum());
    counters.put("ofrep_exposures_rejected", rejected.sum());
    counters.put("ofrep_exposures_dropped", queue.droppedFull() + queue.droppedInvalid());
    counters.put("ofrep_exposures_pending", (long) queue.pending());
    return counters;
  }

  @Override
  public void start() {
    Thread thread =
        Thread.ofPlatform().daemon().name("trialog-ofrep-exposures").unstarted(this::run);
    if (sender.compareAndSet(null, thread)) {
      thread.start();
    }
  }

  /** Sends what waits, for at most the time that the limits give. */
  @Override
  public void stop() {
    closing.countDown();
    Thread thread = sender.get();
    try {
      if (thread != null && !thread.join(limits.lastSend())) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isRunning() {
    return sender.get() != null && closing.getCount() > 0;
  }
}
