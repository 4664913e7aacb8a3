package io.trialog.sdk.openfeature;

import dev.openfeature.sdk.ErrorCode;
import dev.openfeature.sdk.EvaluationContext;
import dev.openfeature.sdk.ImmutableMetadata;
import dev.openfeature.sdk.ProviderEvaluation;
import io.trialog.sdk.ClientState;
import io.trialog.sdk.TrialogClient;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.Experiment;
import io.trialog.sdk.core.Flag;
import io.trialog.sdk.core.FlagDecision;
import io.trialog.sdk.core.Reason;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.openfeature.DecidedValue;
import io.trialog.sdk.core.openfeature.StandardReason;
import io.trialog.sdk.core.openfeature.TargetingKey;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One evaluation: of the flag with a key, else of the experiment (protocol clause 14).
 *
 * <p>An experiment is looked at first and evaluated only when its value has the type that was asked
 * for: whoever gets the code's default was not exposed.
 */
record Resolution<T>(
    TrialogClient client, Snapshot snapshot, String key, T defaultValue, Conversion<T> conversion) {
  private static final String NO_VALUE = "null";

  ProviderEvaluation<T> of(EvaluationContext given) {
    Context context = Contexts.of(given);
    String targetingKey = Contexts.targetingKey(given);
    Flag flag = snapshot.flag(key);
    if (flag != null) {
      return flag(flag, TargetingKey.standIn(context, targetingKey, flag.unit()));
    }
    Experiment experiment = snapshot.experiment(key);
    return experiment == null
        ? unknown()
        : experiment(experiment, TargetingKey.standIn(context, targetingKey, experiment.unit()));
  }

  private ProviderEvaluation<T> flag(Flag flag, Context context) {
    FlagDecision decision = client.evaluateFlag(key, context, NO_VALUE);
    return switch (decision.reason()) {
      case NOT_READY -> notReady();
      case UNKNOWN_FLAG -> unknown();
      case UNIT_MISSING -> unitMissing(flag.unit());
      case ERROR -> broken();
      case KILLED, DISABLED, PREREQUISITE_FAILED, RULE_MATCH, DEFAULT ->
          typed(
              DecidedValue.of(decision),
              decision.variant().orElseThrow(),
              StandardReason.of(decision, flag),
              metadata("flag", decision.reason().name(), decision.position()).build());
    };
  }

  private ProviderEvaluation<T> experiment(Experiment experiment, Context context) {
    Decision seen = client.peek(key, context, experiment.control());
    if (seen.assigned() && isOfType(DecidedValue.of(seen))) {
      return answer(experiment, client.evaluate(key, context, experiment.control()));
    }
    return answer(experiment, seen);
  }

  private boolean isOfType(@Nullable Object tree) {
    return tree != null && conversion.of(tree) != null;
  }

  private ProviderEvaluation<T> answer(Experiment experiment, Decision decision) {
    Reason reason = decision.reason();
    return switch (reason) {
      case NOT_READY -> notReady();
      case UNKNOWN_EXPERIMENT -> unknown();
      case UNIT_MISSING -> unitMissing(experiment.unit());
      case ERROR -> broken();
      case OVERRIDE,
          GLOBAL_KILL,
          KILLED,
          NOT_RUNNING,
          PREREQUISITE_FAILED,
          NOT_TARGETED,
          CONCLUDED,
          HELD_OUT,
          EXCLUDED,
          ASSIGNED,
          NOT_ENROLLED ->
          typed(
              DecidedValue.of(decision),
              decision.variant(),
              StandardReason.of(reason),
              metadata("experiment", reason.name(), decision.position())
                  .addInteger("epoch", decision.epoch().orElse(experiment.epoch()))
                  .build());
    };
  }

  private ImmutableMetadata.ImmutableMetadataBuilder metadata(
      String kind, String reason, OptionalLong position) {
    return ImmutableMetadata.builder()
        .addString("kind", kind)
        .addString(kind, key)
        .addString("reason", reason)
        .addString("environment", snapshot.environment())
        .addLong("position", position.orElse(snapshot.position()));
  }

  private ProviderEvaluation<T> typed(
      @Nullable Object tree, String variant, StandardReason reason, ImmutableMetadata metadata) {
    StandardReason told = client.state() == ClientState.STALE ? StandardReason.STALE : reason;
    if (tree == null) {
      return Answers.value(defaultValue, variant, told, metadata);
    }
    T value = conversion.of(tree);
    return value == null
        ? Answers.error(
            defaultValue,
            ErrorCode.TYPE_MISMATCH,
            "the value of %s is of another type: its variant is %s".formatted(key, variant))
        : Answers.value(value, variant, told, metadata);
  }

  private ProviderEvaluation<T> notReady() {
    return Answers.error(defaultValue, ErrorCode.PROVIDER_NOT_READY, "the client is closed");
  }

  private ProviderEvaluation<T> unknown() {
    return Answers.error(
        defaultValue,
        ErrorCode.FLAG_NOT_FOUND,
        "neither a flag nor an experiment of %s has the key %s at position %d"
            .formatted(snapshot.environment(), key, snapshot.position()));
  }

  private ProviderEvaluation<T> unitMissing(String unit) {
    return Answers.error(
        defaultValue,
        ErrorCode.TARGETING_KEY_MISSING,
        "%s needs a targeting key, or the attribute %s".formatted(key, unit));
  }

  private ProviderEvaluation<T> broken() {
    return Answers.error(defaultValue, ErrorCode.GENERAL, "the evaluation of " + key + " broke");
  }
}
