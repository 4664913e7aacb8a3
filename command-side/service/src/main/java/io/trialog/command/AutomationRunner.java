package io.trialog.command;

import io.trialog.command.Automation.Due;
import io.trialog.http.ProblemException;
import io.trialog.language.Actor;
import io.trialog.language.Refused;
import io.trialog.language.log.EventLog;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import io.trialog.language.wire.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the log and gives the orders that automations find due, on one thread. Reads the whole
 * log before its first order, so that none is given for what was done long ago.
 *
 * <p>An order that a rule refuses is asked again after a minute, one that fails after five seconds,
 * of the clock given; idempotency keys make one that was carried out twice harmless.
 */
public final class AutomationRunner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AutomationRunner.class);
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration AFTER_REFUSAL = Duration.ofMinutes(1);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);
  private static final Duration CLOSE = Duration.ofSeconds(10);
  private static final int BATCH = 1_000;

  private final EventLog log;
  private final CommandDesk desk;
  private final Clock clock;
  private final Duration tick;
  private final List<Automation> automations;
  private final Map<String, Instant> waiting = new HashMap<>();
  private final Thread thread;
  private volatile boolean closed;
  private long position;

  AutomationRunner(EventLog log, CommandDesk desk, Clock clock, List<Automation> automations) {
    this(log, desk, clock, TICK, automations);
  }

  /** Begins at once; {@code tick} is the most that an order waits beyond its time. */
  AutomationRunner(
      EventLog log, CommandDesk desk, Clock clock, Duration tick, List<Automation> automations) {
    this.log = log;
    this.desk = desk;
    this.clock = clock;
    this.tick = tick;
    this.automations = List.copyOf(automations);
    thread = Thread.ofPlatform().daemon().name("trialog-automations").start(this::run);
  }

  private void run() {
    try {
      while (!closed) {
        roundOrWait();
      }
    } catch (InterruptedException e) {
      LOG.debug("automations stop");
    }
  }

  /**
   * Trouble with the log passes; a thread that ended because of it would leave everything undone.
   */
  private void roundOrWait() throws InterruptedException {
    try {
      if (readOn()) {
        giveOrders();
        log.await(position, tick);
      }
    } catch (RuntimeException e) {
      LOG.error("automations try again at position={}", position, e);
      Thread.sleep(tick);
    }
  }

  /** Reads a batch; true when there was nothing more. */
  private boolean readOn() {
    List<StoredEvent> events = log.read(position, BATCH);
    for (StoredEvent stored : events) {
      var event = EventCodec.decode(stored);
      automations.forEach(automation -> automation.on(event));
      position = stored.position();
    }
    return events.size() < BATCH;
  }

  private void giveOrders() {
    Instant now = clock.instant();
    waiting.values().removeIf(until -> !until.isAfter(now));
    for (Automation automation : automations) {
      for (Due due : due(automation, now)) {
        if (!closed && !waiting.containsKey(key(automation, due))) {
          give(automation, due, now);
        }
      }
    }
  }

  /** One automation that breaks must not keep the others from their work. */
  private static List<Due> due(Automation automation, Instant now) {
    try {
      return automation.due(now);
    } catch (RuntimeException e) {
      LOG.error("{} does not say what is due", automation.name(), e);
      return List.of();
    }
  }

  private void give(Automation automation, Due due, Instant now) {
    String key = key(automation, due);
    try {
      CommandDesk.Answer answer = desk.execute(due.command(), order(automation, due));
      LOG.info("{} {} position={}", automation.name(), due.command(), answer.position());
      waiting.put(key, now.plus(AFTER_FAILURE));
    } catch (Refused e) {
      LOG.info("{} refused: {}", automation.name(), e.getMessage());
      waiting.put(key, now.plus(AFTER_REFUSAL));
    } catch (ProblemException e) {
      LOG.info("{} was not the first: {}", automation.name(), e.getMessage());
      waiting.put(key, now.plus(AFTER_FAILURE));
    } catch (RuntimeException e) {
      LOG.error("{} failed: {}", automation.name(), due.command(), e);
      waiting.put(key, now.plus(AFTER_FAILURE));
    }
  }

  private static Order order(Automation automation, Due due) {
    return new Order(
        Actor.automation(automation.name()),
        due.reason(),
        due.idempotencyKey(),
        due.causationId(),
        due.idempotencyKey(),
        Sha256.hex(due.idempotencyKey().getBytes(StandardCharsets.UTF_8)),
        null);
  }

  private static String key(Automation automation, Due due) {
    return automation.name() + " " + due.idempotencyKey();
  }

  /** Whether orders are being given. */
  public boolean isAlive() {
    return thread.isAlive() && !closed;
  }

  /** Waits at most 10 s for the order at hand; never interrupts, which would close H2's file. */
  @Override
  public void close() {
    closed = true;
    try {
      if (!thread.join(CLOSE)) {
        LOG.warn("automations did not end within {}", CLOSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
