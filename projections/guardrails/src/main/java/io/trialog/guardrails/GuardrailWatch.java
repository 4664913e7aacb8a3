package io.trialog.guardrails;

import io.trialog.language.ExperimentStatus;
import io.trialog.language.Verdict;
import io.trialog.measurement.store.ExperimentSums;
import io.trialog.snapshots.Directory;
import io.trialog.snapshots.Experiment;
import io.trialog.statistics.GuardrailState;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the guardrails of running and paused experiments, on a thread of its own: at those whose
 * sums changed, and at all of them once per tick. Experiments touched while it is busy are looked
 * at once afterwards, however often they were touched.
 *
 * <p>The first look that says KILL gives a verdict, which is never taken back. It is stored as
 * pending, then published, then marked; a crash in between, or Kafka being away, publishes it again
 * with the same id and the same bytes. After a restart everything is published again whose
 * experiment was not seen ended.
 */
public final class GuardrailWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GuardrailWatch.class);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

  /** Past this many, everything is looked at instead. */
  private static final int MAX_TOUCHED = 10_000;

  /**
   * How often.
   *
   * @param tick between looks at everything
   * @param rest after each round; what is touched meanwhile waits and is looked at once
   * @param retry until a failed publication or look is tried again; doubles with each failure
   */
  public record Settings(Duration tick, Duration rest, Duration retry) {
    private static final int MAX_DOUBLINGS = 20;

    /** Half a minute, a quarter of a second, a second. */
    public static final Settings DEFAULT =
        new Settings(Duration.ofSeconds(30), Duration.ofMillis(250), Duration.ofSeconds(1));

    public Settings {
      if (!tick.isPositive() || rest.isNegative() || !retry.isPositive()) {
        throw new IllegalArgumentException(
            "tick and retry must be positive and rest not negative, found "
                + tick
                + ", "
                + retry
                + " and "
                + rest);
      }
    }

    /** Twice as long after each failure in a row, at most a tick. */
    long pauseNanos(int failures) {
      Duration doubled = retry.multipliedBy(1L << Math.min(failures - 1, MAX_DOUBLINGS));
      return (doubled.compareTo(tick) < 0 ? doubled : tick).toNanos();
    }
  }

  private final Supplier<Directory> directory;
  private final Function<String, ExperimentSums> sums;
  private final GuardrailLedger ledger;
  private final Verdicts verdicts;
  private final Clock clock;
  private final Settings settings;
  private final Thread thread;
  private final AtomicLong looks = new AtomicLong();
  private final Set<String> touched = new LinkedHashSet<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private boolean overflow;
  private volatile @Nullable String trouble = "not started yet";

  private GuardrailWatch(
      Supplier<Directory> directory,
      Function<String, ExperimentSums> sums,
      GuardrailLedger ledger,
      Verdicts verdicts,
      Clock clock,
      Settings settings) {
    this.directory = directory;
    this.sums = sums;
    this.ledger = ledger;
    this.verdicts = verdicts;
    this.clock = clock;
    this.settings = settings;
    this.thread = Thread.ofPlatform().name("guardrail-watch").unstarted(this::run);
  }

  /**
   * Begins to watch, with a look at everything.
   *
   * @param directory the current state of all experiments; start when it has caught up, else
   *     verdicts on experiments that have ended since are published once more, harmlessly
   * @param sums of an experiment, such as {@code MetricsStore::sums}
   * @param ledger with its tables created; nobody else writes to it
   */
  public static GuardrailWatch start(
      Supplier<Directory> directory,
      Function<String, ExperimentSums> sums,
      GuardrailLedger ledger,
      Verdicts verdicts,
      Clock clock,
      Settings settings) {
    var watch = new GuardrailWatch(directory, sums, ledger, verdicts, clock, settings);
    watch.thread.start();
    return watch;
  }

  /** Asks for a look at these soon. Any thread; returns at once; unknown keys are ignored. */
  public synchronized void touched(Collection<String> experiments) {
    if (touched.size() + experiments.size() > MAX_TOUCHED) {
      overflow = true;
      touched.clear();
    } else {
      touched.addAll(experiments);
    }
    notifyAll();
  }

  /** Looks taken at experiments since the start. */
  public long looks() {
    return looks.get();
  }

  /** What kept the last round from succeeding; empty while it is well. */
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  /** Stops, waiting at most 20 s for the look at hand. Idempotent. */
  @Override
  public void close() {
    closing.countDown();
    synchronized (this) {
      notifyAll();
    }
    try {
      if (!thread.join(STOP_LIMIT)) {
        LOG.warn("the guardrail watch did not stop in {} s", STOP_LIMIT.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      watch();
    } catch (InterruptedException e) {
      LOG.warn("the guardrail watch was interrupted and stops");
    }
    trouble = "closed";
  }

  private void watch() throws InterruptedException {
    boolean reopened = false;
    int failures = 0;
    long tickNanos = System.nanoTime();
    while (closing.getCount() > 0) {
      awaitTouch(tickNanos);
      boolean all = takeOverflow() || System.nanoTime() - tickNanos >= 0;
      try {
        if (!reopened) {
          ledger.reopen();
          reopened = true;
        }
        trouble = round(all);
      } catch (RuntimeException e) {
        LOG.warn("guardrails are not being watched; trying again", e);
        trouble = String.valueOf(e);
      }
      failures = trouble == null ? 0 : failures + 1;
      if (failures > 0) {
        tickNanos = System.nanoTime() + settings.pauseNanos(failures);
      } else if (all) {
        tickNanos = System.nanoTime() + settings.tick().toNanos();
      }
      if (closing.await(settings.rest().toNanos(), TimeUnit.NANOSECONDS)) {
        LOG.debug("closing");
      }
    }
  }

  /** Waits until something was touched, it is time for the tick, or the watch is closing. */
  private synchronized void awaitTouch(long tickNanos) throws InterruptedException {
    long left = tickNanos - System.nanoTime();
    while (closing.getCount() > 0 && touched.isEmpty() && !overflow && left > 0) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
      left = tickNanos - System.nanoTime();
    }
  }

  private synchronized boolean takeOverflow() {
    boolean taken = overflow;
    overflow = false;
    return taken;
  }

  private synchronized Set<String> takeTouched() {
    Set<String> taken = new LinkedHashSet<>(touched);
    touched.clear();
    return taken;
  }

  /**
   * Looks, then publishes. What fails here is found again by the next look at everything, which
   * comes soon after trouble.
   *
   * @return what went wrong, or null
   */
  private @Nullable String round(boolean all) {
    Set<String> due = takeTouched();
    Directory state = directory.get();
    if (all) {
      due.addAll(state.experiments().keySet());
      settleEnded(state);
    }
    String found = null;
    for (String key : due) {
      Experiment experiment = state.experiments().get(key);
      if (experiment != null && isWatched(experiment.status())) {
        String failure = tryLook(experiment, state);
        found = found == null ? failure : found;
      }
    }
    String failure = publishPending(state);
    return found == null ? failure : found;
  }

  static boolean isWatched(ExperimentStatus status) {
    return switch (status) {
      case RUNNING, PAUSED -> true;
      case DRAFT, IN_REVIEW, APPROVED, KILLED, CONCLUDED, ARCHIVED -> false;
    };
  }

  /** A damaged experiment must not keep the others from being watched; a lost ledger must. */
  private @Nullable String tryLook(Experiment experiment, Directory state) {
    try {
      look(experiment, state);
      return null;
    } catch (GuardrailLedger.LedgerUnavailable e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.error("the guardrails of {} cannot be looked at", experiment.key(), e);
      return experiment.key() + ": " + e;
    }
  }

  private void look(Experiment experiment, Directory state) {
    ExperimentMemory before = ledger.memory(experiment.key());
    Evaluation evaluation =
        GuardrailEvaluator.evaluate(
            experiment.design(), state.metrics(), sums.apply(experiment.key()), before);
    looks.incrementAndGet();
    Instant now = clock.instant();
    ExperimentMemory after = before.after(evaluation, now);
    List<Verdict> given = new ArrayList<>();
    for (GuardrailLook look : evaluation.looks()) {
      if (look.state() == GuardrailState.KILL && after.of(look.key()).verdict().isEmpty()) {
        Verdict verdict = verdict(experiment.key(), look, after.isSampleRatioAlarm(), now);
        after = after.withVerdict(look.key(), verdict.evidence().verdictId());
        given.add(verdict);
      }
    }
    if (!after.equals(before)) {
      ledger.remember(experiment.key(), after, given);
    }
    given.forEach(GuardrailWatch::tell);
  }

  private static void tell(Verdict verdict) {
    LOG.warn(
        "verdict {}: guardrail {} of {} is breached by {}, log E {} at boundary {}",
        verdict.evidence().verdictId(),
        verdict.evidence().metric(),
        verdict.experiment(),
        verdict.evidence().variant(),
        verdict.evidence().logE(),
        verdict.evidence().boundary());
  }

  private static Verdict verdict(
      String experiment, GuardrailLook look, boolean sampleRatioMismatch, Instant now) {
    String id = verdictId(experiment, look.key());
    return new Verdict(experiment, GuardrailEvidence.of(id, look, sampleRatioMismatch, now));
  }

  /** The same guardrail under the same policy has one verdict, whoever gives it and when. */
  static String verdictId(String experiment, GuardrailKey key) {
    String name =
        String.join(
            "\n",
            "trialog:verdict",
            GuardrailEvaluator.POLICY_VERSION,
            experiment,
            key.metric(),
            key.variant());
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
  }

  /** Those on experiments that the directory does not know yet wait until it does. */
  private @Nullable String publishPending(Directory state) {
    for (Verdict verdict : ledger.pending()) {
      Experiment experiment = state.experiments().get(verdict.experiment());
      String id = verdict.evidence().verdictId();
      if (experiment != null && hasEnded(experiment)) {
        ledger.settle(id);
      } else if (experiment != null) {
        try {
          verdicts.publish(verdict);
        } catch (RuntimeException e) {
          LOG.warn("verdict {} on {} stays pending", id, verdict.experiment(), e);
          return "verdict " + id + " is pending: " + e.getMessage();
        }
        ledger.markPublished(id);
      }
    }
    return null;
  }

  private void settleEnded(Directory state) {
    for (Verdict verdict : ledger.published()) {
      Experiment experiment = state.experiments().get(verdict.experiment());
      if (experiment != null && hasEnded(experiment)) {
        ledger.settle(verdict.evidence().verdictId());
      }
    }
  }

  private static boolean hasEnded(Experiment experiment) {
    return switch (experiment.status()) {
      case KILLED, CONCLUDED, ARCHIVED -> true;
      case DRAFT, IN_REVIEW, APPROVED, RUNNING, PAUSED -> false;
    };
  }
}
