package io.trialog.language;

import java.util.Map;
import java.util.TreeMap;

/** Rules of exclusion sets. */
public sealed interface ExclusionRefusal extends Refusal {
  /** Fewer slots are free than wanted. */
  record ExclusionSetFull(String set, String experiment, int wanted, int free)
      implements ExclusionRefusal {
    @Override
    public String code() {
      return "exclusion_set_full";
    }

    @Override
    public String sentence() {
      return "Exclusion set \"%s\" has %d of 10000 slots free; experiment \"%s\" wants %d."
          .formatted(set, free, experiment, wanted);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(
          Map.of(
              "set",
              set,
              "experiment",
              experiment,
              "wanted",
              Integer.toString(wanted),
              "free",
              Integer.toString(free)));
    }
  }

  /** A reservation is not resized under an experiment; it is released first. */
  record ReservationDiffers(String set, String experiment, int reserved, int wanted)
      implements ExclusionRefusal {
    @Override
    public String code() {
      return "reservation_differs";
    }

    @Override
    public String sentence() {
      return "Experiment \"%s\" has %d slots of exclusion set \"%s\" and wants %d; release them first."
          .formatted(experiment, reserved, set, wanted);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(
          Map.of(
              "set",
              set,
              "experiment",
              experiment,
              "reserved",
              Integer.toString(reserved),
              "wanted",
              Integer.toString(wanted)));
    }
  }

  /** There is nothing to give back. */
  record NothingReserved(String set, String experiment) implements ExclusionRefusal {
    @Override
    public Kind kind() {
      return Kind.MISSING;
    }

    @Override
    public String code() {
      return "slots_not_reserved";
    }

    @Override
    public String sentence() {
      return "Experiment \"%s\" has no slots of exclusion set \"%s\".".formatted(experiment, set);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(Map.of("set", set, "experiment", experiment));
    }
  }

  /** The slots are needed: the experiment has started, or is just being started. */
  record ReservationInUse(String set, String experiment, String state) implements ExclusionRefusal {
    @Override
    public String code() {
      return "reservation_in_use";
    }

    @Override
    public String sentence() {
      return "Experiment \"%s\" is %s and keeps its slots of exclusion set \"%s\"."
          .formatted(experiment, state, set);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(Map.of("set", set, "experiment", experiment, "state", state));
    }
  }

  /** Another order renewed the reservation after the one that looked at it. */
  record ReservationRenewed(String set, String experiment, long meant, long found)
      implements ExclusionRefusal {
    @Override
    public Kind kind() {
      return Kind.CONFLICT;
    }

    @Override
    public String code() {
      return "reservation_renewed";
    }

    @Override
    public String sentence() {
      return "The slots of experiment \"%s\" in exclusion set \"%s\" were reserved anew just now."
          .formatted(experiment, set);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(
          Map.of(
              "set",
              set,
              "experiment",
              experiment,
              "meant",
              Long.toString(meant),
              "found",
              Long.toString(found)));
    }
  }

  /** What has ended needs no slots. */
  record ExperimentHasEnded(String set, String experiment) implements ExclusionRefusal {
    @Override
    public String code() {
      return "experiment_has_ended";
    }

    @Override
    public String sentence() {
      return "Experiment \"%s\" has ended and needs no slots of exclusion set \"%s\"."
          .formatted(experiment, set);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(Map.of("set", set, "experiment", experiment));
    }
  }

  /** An order is about a set that the experiment is not designed for. */
  record SetNotInDesign(String set, String experiment) implements ExclusionRefusal {
    @Override
    public String code() {
      return "set_not_in_design";
    }

    @Override
    public String sentence() {
      return "The design of experiment \"%s\" does not name exclusion set \"%s\"."
          .formatted(experiment, set);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(Map.of("set", set, "experiment", experiment));
    }
  }
}
