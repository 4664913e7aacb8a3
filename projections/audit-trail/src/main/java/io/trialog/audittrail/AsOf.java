package io.trialog.audittrail;

import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.Evaluator;
import io.trialog.sdk.core.Reason;
import io.trialog.sdk.core.Snapshot;
import io.trialog.snapshots.Directory;
import io.trialog.snapshots.Experiment;
import io.trialog.snapshots.History;
import io.trialog.snapshots.Snapshots;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What did this subject get at that instant: the snapshot of then, and the evaluator that the SDKs
 * run. Thread-safe; blocking: it reads the log. Keeps nothing of the context.
 */
public final class AsOf {
  private final History history;

  public AsOf(History history) {
    this.history = history;
  }

  /**
   * The answer at an instant.
   *
   * @param context units and attributes as the application gave them: of the same types
   */
  public AsOfAnswer answer(String experiment, Instant at, Context context) {
    return answer(experiment, at, history.at(at), context);
  }

  /**
   * The answer by the snapshot at a position, such as an exposure carries: what the device was
   * told. The answer's instant is the time of that position's event.
   */
  public AsOfAnswer answerAtPosition(String experiment, long position, Context context) {
    Directory then = history.atPosition(position);
    return answer(experiment, then.time(), then, context);
  }

  private static AsOfAnswer answer(String experiment, Instant at, Directory then, Context context) {
    Experiment known = then.experiments().get(experiment);
    return known == null ? unknown(experiment, at, then) : evaluated(known, at, then, context);
  }

  private static AsOfAnswer unknown(String experiment, Instant at, Directory then) {
    return new AsOfAnswer(
        experiment,
        at,
        null,
        null,
        null,
        Reason.UNKNOWN_EXPERIMENT.name(),
        null,
        null,
        null,
        then.position(),
        then.time().truncatedTo(ChronoUnit.MILLIS),
        null,
        List.of());
  }

  private static AsOfAnswer evaluated(
      Experiment experiment, Instant at, Directory then, Context context) {
    String environment = experiment.design().environment();
    Snapshot snapshot = Snapshots.of(then, environment);
    String control = experiment.design().control();
    Decision decision = Evaluator.evaluate(snapshot, experiment.key(), context, control);
    return new AsOfAnswer(
        experiment.key(),
        at,
        environment,
        experiment.status().word(),
        snapshot.experiment(experiment.key()) == null ? null : decision.variant(),
        decision.reason().name(),
        boxed(decision.slot()),
        decision.unit().orElse(null),
        decision.hashedSubject().orElse(null),
        snapshot.position(),
        snapshot.time(),
        experiment.last(),
        experiment.review().approvals());
  }

  private static @Nullable Integer boxed(OptionalInt slot) {
    return slot.isPresent() ? slot.getAsInt() : null;
  }
}
