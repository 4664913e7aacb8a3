package io.trialog.replay;

import jakarta.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Delivers batches with a bounded number in flight and writes down, after each acknowledgement, the
 * longest prefix of the file without a gap. One thread submits; the deliveries run on threads of
 * their own.
 */
final class Courier implements AutoCloseable {

  /** Rejections for which the collector may only be behind the commands of the set-up. */
  private static final Set<String> NOT_YET =
      Set.of("unknown_experiment", "unknown_variant", "unknown_metric", "experiment_not_started");

  private static final Duration SETTLING = Duration.ofSeconds(15);
  private static final Duration SETTLING_PAUSE = Duration.ofMillis(250);

  /** Longer than one delivery can take: patience, requests at its edges, settling. */
  private static final Duration LONGEST_DELIVERY = Duration.ofMinutes(5);

  private static final Duration LONGEST_STOP = Duration.ofSeconds(3);
  private static final int SHOWN_REJECTIONS = 5;
  private static final int UNPROCESSABLE = 422;

  private final Platform platform;
  private final Plan plan;
  private final ProgressFile file;
  private final Display display;
  private final Waits waits;
  private final long totalRows;
  private final Instant settled;
  private final Semaphore free;
  private final ExecutorService deliveries = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private final TreeMap<Long, Acknowledged> ahead = new TreeMap<>();
  private Progress progress;
  private int shownRejections;

  private record Acknowledged(long endRow, long rejectedRows) {}

  private record Rejection(int index, String kind, String code, String detail) {}

  Courier(
      Platform platform,
      Plan plan,
      ProgressFile file,
      Progress progress,
      long totalRows,
      Display display,
      Waits waits) {
    this.platform = platform;
    this.plan = plan;
    this.file = file;
    this.progress = progress;
    this.totalRows = totalRows;
    this.display = display;
    this.waits = waits;
    settled = waits.now().plus(SETTLING);
    free = new Semaphore(plan.concurrency());
  }

  /** Hands over the next batch; blocks while as many as allowed are in flight. */
  void submit(Batch batch) throws ReplayFailure, InterruptedException {
    acquire(1);
    deliveries.execute(() -> deliverAndRelease(batch));
  }

  /** Blocks until everything that was submitted is acknowledged. */
  void finish() throws ReplayFailure, InterruptedException {
    acquire(plan.concurrency());
    free.release(plan.concurrency());
  }

  synchronized Progress progress() {
    return progress;
  }

  @Override
  public void close() {
    deliveries.shutdownNow();
    try {
      deliveries.awaitTermination(LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void acquire(int permits) throws ReplayFailure, InterruptedException {
    boolean acquired = free.tryAcquire(permits, LONGEST_DELIVERY.toMillis(), TimeUnit.MILLISECONDS);
    Exception failed = failure.get();
    if (failed instanceof ReplayFailure known) {
      throw known;
    }
    if (failed != null) {
      throw new IllegalStateException("a delivery broke", failed);
    }
    if (!acquired) {
      throw ReplayFailure.failed(
          "a batch was not acknowledged within %d min".formatted(LONGEST_DELIVERY.toMinutes()));
    }
  }

  private void deliverAndRelease(Batch batch) {
    try {
      deliver(batch);
    } catch (ReplayFailure | RuntimeException e) {
      failure.compareAndSet(null, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      free.release();
    }
  }

  private void deliver(Batch batch) throws ReplayFailure, InterruptedException {
    if (batch.events().isEmpty()) {
      acknowledge(batch, Set.of(), Map.of());
      return;
    }
    byte[] body = batch.json(plan.target().experiment(), plan.target().metric());
    Platform.Answer answer = platform.post("/api/v1/batches", body);
    while (onlyNotYet(answer) && waits.now().isBefore(settled)) {
      waits.pause(SETTLING_PAUSE);
      answer = platform.post("/api/v1/batches", body);
    }
    List<Rejection> rejections = rejections(answer);
    boolean allRejected = answer.status() == UNPROCESSABLE && !rejections.isEmpty();
    if (!answer.ok() && !allRejected) {
      throw ReplayFailure.failed(
          "rows %,d to %,d were refused: %s"
              .formatted(batch.firstRow() + 1, batch.endRow(), answer.problem()));
    }
    Set<Integer> rejectedRows = new TreeSet<>();
    rejections.forEach(rejection -> rejectedRows.add(rejection.index()));
    tell(batch, rejections);
    acknowledge(batch, rejectedRows, Progress.offsets(Json.object(answer.body(), "receipt")));
  }

  private static boolean onlyNotYet(Platform.Answer answer) {
    List<Rejection> rejections = rejections(answer);
    return !rejections.isEmpty()
        && rejections.stream().allMatch(rejection -> NOT_YET.contains(rejection.code()));
  }

  private static List<Rejection> rejections(Platform.Answer answer) {
    return Json.objects(answer.body(), "rejected").stream().map(Courier::rejection).toList();
  }

  private static Rejection rejection(JsonObject json) {
    return new Rejection(
        (int) Json.count(json, "index"),
        Json.text(json, "kind").orElse("item"),
        Json.text(json, "code").orElse("rejected"),
        Json.text(json, "detail").orElse(""));
  }

  private synchronized void tell(Batch batch, List<Rejection> rejections) {
    for (Rejection rejection : rejections) {
      if (shownRejections++ < SHOWN_REJECTIONS) {
        boolean known = rejection.index() >= 0 && rejection.index() < batch.events().size();
        display.note(
            "line %s: %s rejected, %s%s"
                .formatted(
                    known ? batch.events().get(rejection.index()).line() : "?",
                    rejection.kind(),
                    rejection.code(),
                    rejection.detail().isEmpty() ? "" : ": " + rejection.detail()));
      }
    }
  }

  private synchronized void acknowledge(
      Batch batch, Set<Integer> rejectedRows, Map<String, Long> receipt) throws ReplayFailure {
    ahead.put(batch.firstRow(), new Acknowledged(batch.endRow(), rejectedRows.size()));
    progress = progress.withReceipt(receipt);
    Acknowledged next = ahead.remove(progress.rows());
    while (next != null) {
      progress = progress.plus(next.endRow() - progress.rows(), next.rejectedRows());
      next = ahead.remove(progress.rows());
    }
    file.write(progress);
    display.progress(progress.rows(), totalRows);
  }
}
