package io.trialog.sdk;

import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.FlagDecision;
import io.trialog.sdk.core.Overrides;
import java.util.Map;

/**
 * What an application asks. {@link TrialogClient} answers it, and {@link TestClient} in the
 * application's own tests. Any thread; nothing here throws, blocks or asks the network.
 */
public interface Trialog {
  /**
   * The variant for a context; the first time that a subject is assigned, an exposure is recorded.
   *
   * @param fallback answered as long as nothing is known about the experiment
   * @return never null
   */
  Decision evaluate(String experiment, Context context, String fallback);

  /**
   * Only the variant, for places that are passed often: exposures are recorded as {@link #evaluate}
   * records them, and nothing is allocated unless one is new; one that could not be queued stays
   * new. Why it is this variant remains unknown.
   *
   * @param fallback answered as long as nothing is known about the experiment
   * @return never null
   */
  String variant(String experiment, Context context, String fallback);

  /**
   * The same as {@link #evaluate} without an exposure: for a prefetch, or a page that may not be
   * shown.
   */
  Decision peek(String experiment, Context context, String fallback);

  /**
   * The decisions on all experiments, by key, without exposures: to render or prefetch many at
   * once. Empty as long as there is no snapshot.
   */
  Map<String, Decision> evaluateAll(Context context);

  /**
   * What a flag gives for a context; flags make no exposures.
   *
   * @param fallback JSON text to answer as long as nothing is known about the flag
   * @return never null; {@link FlagDecision#value()} is JSON text of the flag's type
   */
  FlagDecision evaluateFlag(String flag, Context context, String fallback);

  /** The value of a flag; the fallback when it is unknown, or no boolean. */
  default boolean flag(String flag, Context context, boolean fallback) {
    return evaluateFlag(flag, context, "null").asBoolean(fallback);
  }

  /** The value of a flag; the fallback when it is unknown, or no number. */
  default double flag(String flag, Context context, double fallback) {
    return evaluateFlag(flag, context, "null").asNumber(fallback);
  }

  /** The value of a flag; the fallback when it is unknown, or no text. */
  default String flag(String flag, Context context, String fallback) {
    return evaluateFlag(flag, context, "null").asText(fallback);
  }

  /**
   * Records a metric event of whoever the context is about. It is recorded once for each unit that
   * the snapshot's experiments randomise and the context has: an experiment on devices and one on
   * users both need it, under different hashed subjects. What cannot be recorded is counted as
   * dropped.
   *
   * @param metric the metric's key
   * @param value finite, at most 1e9 in size; six decimals are kept
   */
  void track(Context context, String metric, double value);

  /** Forces variants for quality assurance from now on; forced answers are never exposures. */
  void override(Overrides overrides);
}
