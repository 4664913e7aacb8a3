package io.trialog.language;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** Why the traffic does not change as ordered. */
public sealed interface RampRefusal extends Refusal {
  /** Equal arms may grow to full shares, never the other way: that would put subjects out. */
  record EqualArmsComeFirst(String experiment) implements RampRefusal {
    @Override
    public String code() {
      return "equal_arms_come_first";
    }

    @Override
    public String sentence() {
      return "Experiment \"%s\" has its full shares already; equal arms would put subjects out."
          .formatted(experiment);
    }
  }

  /** There is no plan to hold, go on with or take a step of. */
  record NoRampPlan(String experiment) implements RampRefusal {
    @Override
    public String code() {
      return "no_ramp_plan";
    }

    @Override
    public String sentence() {
      return "Experiment \"%s\" has no ramp plan in force.".formatted(experiment);
    }
  }

  /** The plan is held, or it is not. */
  record RampPlanIs(String experiment, boolean held) implements RampRefusal {
    @Override
    public String code() {
      return "ramp_plan_state";
    }

    @Override
    public String sentence() {
      return "The ramp plan of experiment \"%s\" is %s."
          .formatted(experiment, held ? "held" : "not held");
    }
  }

  /** Past its cutoff a plan takes no further step. */
  record RampCutoffPassed(String experiment, Instant cutoff) implements RampRefusal {
    @Override
    public String code() {
      return "ramp_cutoff_passed";
    }

    @Override
    public String sentence() {
      return "The ramp plan of experiment \"%s\" ended at %s; make a new plan."
          .formatted(experiment, cutoff);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(Map.of("cutoff", cutoff.toString()));
    }
  }

  /** A gate of the step is closed. */
  record StepNotDue(String experiment, int step, String gate, String expected, String found)
      implements RampRefusal {
    @Override
    public String code() {
      return "ramp_step_not_due";
    }

    @Override
    public String sentence() {
      return "Step %d of the ramp plan of experiment \"%s\" waits for %s: expected %s, found %s."
          .formatted(step, experiment, gate, expected, found);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(
          Map.of(
              "step", Integer.toString(step),
              "gate", gate,
              "expected", expected,
              "found", found));
    }
  }

  /** The order asks for what is. */
  record NothingChanges(String experiment, String what) implements RampRefusal {
    @Override
    public String code() {
      return "nothing_changes";
    }

    @Override
    public String sentence() {
      return "The %s of experiment \"%s\" is that already.".formatted(what, experiment);
    }
  }
}
