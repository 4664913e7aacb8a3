package io.trialog.command.experiment;

import io.trialog.command.Automation;
import io.trialog.language.ExperimentCommand;
import io.trialog.language.ExperimentCommand.HoldRamp;
import io.trialog.language.ExperimentCommand.TakeRampStep;
import io.trialog.language.ExperimentEvent.ExperimentConcluded;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentPaused;
import io.trialog.language.ExperimentEvent.ExperimentRamped;
import io.trialog.language.ExperimentEvent.ExperimentResumed;
import io.trialog.language.ExperimentEvent.RampContinued;
import io.trialog.language.ExperimentEvent.RampHeld;
import io.trialog.language.ExperimentEvent.RampPlanned;
import io.trialog.language.RampPlan;
import io.trialog.language.RampProgress;
import io.trialog.language.log.RecordedEvent;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes the step of a ramp plan whose time has come, and holds a plan at its cutoff. The other
 * gates are the experiment's to check: until they open, the order is refused and given again.
 */
public final class WhenStepIsDueThenRamp implements Automation {
  private record Ramp(
      long planned,
      String plannedBy,
      RampPlan plan,
      RampProgress progress,
      boolean held,
      boolean paused) {
    Ramp at(RampProgress next) {
      return new Ramp(planned, plannedBy, plan, next, held, paused);
    }

    Ramp held(boolean now) {
      return new Ramp(planned, plannedBy, plan, progress, now, paused);
    }

    Ramp paused(boolean now) {
      return new Ramp(planned, plannedBy, plan, progress, held, now);
    }

    boolean isOver() {
      return progress.next() >= plan.steps().size();
    }
  }

  private final Map<String, Ramp> ramps = new LinkedHashMap<>();
  private final Map<String, Boolean> paused = new LinkedHashMap<>();

  @Override
  public String name() {
    return "when-step-is-due-then-ramp";
  }

  @Override
  public void on(RecordedEvent recorded) {
    switch (recorded.event()) {
      case RampPlanned e -> ramps.put(e.experiment(), planned(recorded, e));
      case ExperimentRamped e -> reached(e.experiment(), e.progress());
      case ExperimentPaused e -> pause(e.experiment(), true);
      case ExperimentResumed e -> pause(e.experiment(), false);
      case RampHeld e -> ramps.computeIfPresent(e.experiment(), (key, ramp) -> ramp.held(true));
      case RampContinued e ->
          ramps.computeIfPresent(e.experiment(), (key, ramp) -> ramp.held(false));
      case ExperimentKilled e -> ended(e.experiment());
      case ExperimentConcluded e -> ended(e.experiment());
      default -> {}
    }
  }

  @Override
  public List<Due> due(Instant now) {
    return ramps.entrySet().stream()
        .filter(each -> isDue(each.getValue(), now))
        .map(each -> order(each.getKey(), each.getValue(), now))
        .toList();
  }

  private Ramp planned(RecordedEvent recorded, RampPlanned e) {
    return new Ramp(
        recorded.position(),
        recorded.eventId(),
        e.plan(),
        e.progress(),
        false,
        paused.containsKey(e.experiment()));
  }

  private void reached(String experiment, @Nullable RampProgress progress) {
    if (progress != null) {
      ramps.computeIfPresent(experiment, (key, ramp) -> ramp.at(progress));
    }
  }

  /** A plan may be made while the experiment is paused. */
  private void pause(String experiment, boolean now) {
    if (now) {
      paused.put(experiment, true);
    } else {
      paused.remove(experiment);
    }
    ramps.computeIfPresent(experiment, (key, ramp) -> ramp.paused(now));
  }

  private void ended(String experiment) {
    ramps.remove(experiment);
    paused.remove(experiment);
  }

  private static boolean isDue(Ramp ramp, Instant now) {
    if (ramp.held() || ramp.isOver()) {
      return false;
    }
    Instant notBefore = ramp.progress().notBefore();
    boolean inTime = notBefore == null || !now.isBefore(notBefore);
    return isCutOff(ramp, now) || (inTime && !ramp.paused());
  }

  private static boolean isCutOff(Ramp ramp, Instant now) {
    Instant cutoff = ramp.plan().cutoff();
    return cutoff != null && !now.isBefore(cutoff);
  }

  /** The plan's position is part of the key: another plan of the experiment has other steps. */
  private static Due order(String experiment, Ramp ramp, Instant now) {
    int step = ramp.progress().next();
    boolean cutOff = isCutOff(ramp, now);
    ExperimentCommand command =
        cutOff ? new HoldRamp(experiment, true) : new TakeRampStep(experiment, step);
    return new Due(
        command,
        "ramp:" + experiment + ":" + ramp.planned() + ":" + (cutOff ? "cutoff" : "" + step),
        ramp.plannedBy(),
        cutOff
            ? "The plan's cutoff has passed."
            : "Step %d of %d is due.".formatted(step + 1, ramp.plan().steps().size()));
  }
}
