package io.trialog.command.experiment;

import io.trialog.language.Basis;
import io.trialog.language.RampPlan;
import io.trialog.language.RampProgress;
import io.trialog.language.RampRefusal.NoRampPlan;
import io.trialog.language.RampRefusal.RampCutoffPassed;
import io.trialog.language.RampRefusal.RampPlanIs;
import io.trialog.language.RampRefusal.StepNotDue;
import io.trialog.language.Refused;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The ramp plan in force, how far it is, and whether its next step may be taken. */
final class RampSchedule {
  private final String experiment;
  private @Nullable RampPlan plan;
  private @Nullable Basis basis;
  private RampProgress progress = new RampProgress(0, null);
  private boolean held;

  RampSchedule(String experiment) {
    this.experiment = experiment;
  }

  void planned(RampPlan next, RampProgress at, @Nullable Basis on) {
    plan = next;
    progress = at;
    basis = on;
    held = false;
  }

  void reached(@Nullable RampProgress at) {
    if (at != null) {
      progress = at;
    }
  }

  void held(boolean now) {
    held = now;
  }

  void ended() {
    plan = null;
    basis = null;
  }

  /** What the plan rests on; null when nothing had to be approved. */
  @Nullable Basis basis() {
    return basis;
  }

  /** The progress once the traffic is this; null without a plan. */
  @Nullable RampProgress progressAt(int trafficPpm, Instant now) {
    return plan == null ? null : plan.progress(trafficPpm, now);
  }

  RampPlan mustHavePlan() {
    if (plan == null) {
      throw new Refused(new NoRampPlan(experiment));
    }
    return plan;
  }

  void mustBeHeld(boolean expected) {
    if (held != expected) {
      throw new Refused(new RampPlanIs(experiment, held));
    }
  }

  /** Whether the cutoff has passed. */
  boolean isCutOff(Instant now) {
    Instant cutoff = mustHavePlan().cutoff();
    return cutoff != null && !now.isBefore(cutoff);
  }

  void mustNotBeCutOff(Instant now) {
    if (isCutOff(now)) {
      throw new Refused(
          new RampCutoffPassed(experiment, Objects.requireNonNull(mustHavePlan().cutoff())));
    }
  }

  /** The step that is asked for, if it comes next, the plan goes on, and its time has come. */
  RampPlan.Step mustBeDue(int step, Instant now) {
    RampPlan inForce = mustHavePlan();
    mustNotBeCutOff(now);
    mustBeHeld(false);
    int next = progress.next();
    if (step != next || next >= inForce.steps().size()) {
      throw gate(step, "order", "step " + next + " of " + inForce.steps().size(), "step " + step);
    }
    Instant notBefore = progress.notBefore();
    if (notBefore != null && now.isBefore(notBefore)) {
      throw gate(step, "time", "not before " + notBefore, now.toString());
    }
    return inForce.steps().get(step);
  }

  Refused gate(int step, String gate, String expected, String found) {
    return new Refused(new StepNotDue(experiment, step, gate, expected, found));
  }
}
