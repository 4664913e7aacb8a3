package io.trialog.sdk.core.openfeature;

import io.trialog.sdk.core.Context;
import org.jspecify.annotations.Nullable;

/** OpenFeature's one key for whoever asks, where this protocol has named units (clause 14.2). */
public final class TargetingKey {
  /** The member of an OpenFeature context that holds it. */
  public static final String NAME = "targetingKey";

  private TargetingKey() {}

  /**
   * The context for one evaluation: the targeting key stands for the unit when the context has no
   * subject of that name. An attribute of the unit's own name is always right.
   *
   * @param unit of the flag or experiment that is evaluated
   */
  public static Context standIn(Context context, @Nullable String targetingKey, String unit) {
    if (targetingKey == null || targetingKey.isEmpty()) {
      return context;
    }
    String subject = context.get(unit);
    return subject == null || subject.isEmpty() ? context.with(unit, targetingKey) : context;
  }
}
