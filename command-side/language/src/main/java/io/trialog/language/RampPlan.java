package io.trialog.language;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Steps by which the traffic widens, each behind its gates. With {@code equalArms} each arm has as
 * many slots as the smallest arm would have at that traffic, the rest is not enrolled. After {@code
 * cutoff} no step is taken any more.
 */
public record RampPlan(List<Step> steps, boolean equalArms, @Nullable Instant cutoff) {
  private static final int MAX_STEPS = 50;
  private static final long MAX_MINUTES = 60L * 24 * 365;

  /**
   * One step and what must be before it is taken.
   *
   * @param trafficPpm 0 to 1,000,000 of the full allocation
   * @param afterMinutes since the step before, 0 to a year; of no meaning for a start
   * @param minimumSample subjects in each arm that some guardrail of each treatment has counted
   * @param guardrailsHealthy whether each guardrail must be safe for each treatment
   * @param approval whether somebody must have approved a ramp to this very traffic
   */
  public record Step(
      int trafficPpm,
      long afterMinutes,
      long minimumSample,
      boolean guardrailsHealthy,
      boolean approval) {
    public Step {
      Keys.traffic("steps.traffic", trafficPpm);
      if (afterMinutes < 0 || afterMinutes > MAX_MINUTES) {
        throw new InvalidValue("steps.after_minutes", "must be within 0 and " + MAX_MINUTES);
      }
      if (minimumSample < 0 || minimumSample > 10_000_000_000L) {
        throw new InvalidValue("steps.minimum_sample", "must be within 0 and 10000000000");
      }
    }
  }

  public RampPlan {
    steps = List.copyOf(Keys.require("steps", steps));
    if (steps.isEmpty() || steps.size() > MAX_STEPS) {
      throw new InvalidValue("steps", "must be 1 to " + MAX_STEPS + "; found " + steps.size());
    }
    for (int i = 1; i < steps.size(); i++) {
      if (steps.get(i).trafficPpm() <= steps.get(i - 1).trafficPpm()) {
        throw new InvalidValue("steps.traffic", "must rise from step to step");
      }
    }
  }

  /** The first step that widens beyond a traffic; the number of steps when none does. */
  public int nextAfter(int trafficPpm) {
    int next = 0;
    while (next < steps.size() && steps.get(next).trafficPpm() <= trafficPpm) {
      next++;
    }
    return next;
  }

  /** The progress of an experiment that reached a traffic at this time. */
  public RampProgress progress(int trafficPpm, Instant now) {
    int next = nextAfter(trafficPpm);
    return new RampProgress(
        next, next < steps.size() ? now.plusSeconds(60 * steps.get(next).afterMinutes()) : null);
  }
}
