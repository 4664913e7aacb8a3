package io.trialog.query.ofrep;

import io.trialog.query.Members;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.Evaluator;
import io.trialog.sdk.core.Experiment;
import io.trialog.sdk.core.Flag;
import io.trialog.sdk.core.FlagDecision;
import io.trialog.sdk.core.FlagReason;
import io.trialog.sdk.core.Reason;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.openfeature.DecidedValue;
import io.trialog.sdk.core.openfeature.StandardReason;
import io.trialog.sdk.core.openfeature.TargetingKey;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One answer of OFREP: of the flag with a key, else of the experiment.
 *
 * @param exposure the decision when it assigned a subject
 */
record Evaluation(JsonObject json, Optional<Decision> exposure) {
  private static final String NO_VALUE = "null";

  /**
   * Evaluates.
   *
   * @throws OfrepRefused when the snapshot has no such key or the context no such unit
   */
  static Evaluation of(Snapshot snapshot, String key, OfrepQuestion question) {
    Flag flag = snapshot.flag(key);
    if (flag != null) {
      return of(snapshot, flag, question);
    }
    Experiment experiment = snapshot.experiment(key);
    if (experiment != null) {
      return of(snapshot, experiment, question);
    }
    throw new OfrepRefused(
        404,
        ErrorCode.FLAG_NOT_FOUND,
        "Neither a flag nor an experiment of %s has this key at position %d."
            .formatted(snapshot.environment(), snapshot.position()));
  }

  /** Of a flag; see {@link #of(Snapshot, String, OfrepQuestion)}. */
  static Evaluation of(Snapshot snapshot, Flag flag, OfrepQuestion question) {
    Context context = context(question, flag.unit());
    FlagDecision decision = Evaluator.evaluateFlag(snapshot, flag.key(), context, NO_VALUE);
    if (decision.reason() == FlagReason.UNIT_MISSING) {
      throw unitMissing(flag.unit());
    }
    if (decision.reason() == FlagReason.ERROR) {
      throw broken(flag.key());
    }
    JsonObjectBuilder metadata =
        metadata("flag", decision.reason().name(), snapshot).add("flag", flag.key());
    JsonObjectBuilder answer =
        answer(
            flag.key(),
            StandardReason.of(decision, flag),
            decision.variant().orElseThrow(),
            DecidedValue.of(decision));
    return new Evaluation(answer.add("metadata", metadata).build(), Optional.empty());
  }

  /** Of an experiment; see {@link #of(Snapshot, String, OfrepQuestion)}. */
  static Evaluation of(Snapshot snapshot, Experiment experiment, OfrepQuestion question) {
    Context context = context(question, experiment.unit());
    Decision decision =
        Evaluator.evaluate(snapshot, experiment.key(), context, experiment.control());
    if (decision.reason() == Reason.UNIT_MISSING) {
      throw unitMissing(experiment.unit());
    }
    if (decision.reason() == Reason.ERROR) {
      throw broken(experiment.key());
    }
    JsonObjectBuilder metadata =
        metadata("experiment", decision.reason().name(), snapshot)
            .add("experiment", experiment.key())
            .add("epoch", experiment.epoch());
    JsonObjectBuilder answer =
        answer(
            experiment.key(),
            StandardReason.of(decision.reason()),
            decision.variant(),
            DecidedValue.of(decision));
    return new Evaluation(
        answer.add("metadata", metadata).build(),
        decision.assigned() ? Optional.of(decision) : Optional.empty());
  }

  private static Context context(OfrepQuestion question, String unit) {
    return TargetingKey.standIn(question.context(), question.targetingKey(), unit);
  }

  private static JsonObjectBuilder metadata(String kind, String reason, Snapshot snapshot) {
    return Members.JSON
        .createObjectBuilder()
        .add("kind", kind)
        .add("reason", reason)
        .add("environment", snapshot.environment())
        .add("position", snapshot.position());
  }

  private static JsonObjectBuilder answer(
      String key, StandardReason reason, String variant, @Nullable Object value) {
    JsonObjectBuilder json =
        Members.JSON
            .createObjectBuilder()
            .add("key", key)
            .add("reason", reason.name())
            .add("variant", variant);
    return value == null ? json : json.add("value", Values.json(value));
  }

  private static OfrepRefused unitMissing(String unit) {
    return OfrepRefused.badRequest(
        ErrorCode.TARGETING_KEY_MISSING,
        "The context needs a targetingKey, or the attribute \"" + unit + "\".");
  }

  private static OfrepRefused broken(String key) {
    return new OfrepRefused(500, ErrorCode.GENERAL, "The evaluation of " + key + " broke.");
  }
}
