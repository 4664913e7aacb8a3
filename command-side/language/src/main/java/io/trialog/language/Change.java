package io.trialog.language;

import java.util.List;

/** A change of an experiment that is proposed, approved, and then applied as it was approved. */
public sealed interface Change {
  /** What a policy calls it. */
  ChangeKind kind();

  /** Begins to serve at a traffic. */
  record StartAt(int trafficPpm, boolean equalArms) implements Change {
    public StartAt {
      Keys.traffic("traffic", trafficPpm);
    }

    @Override
    public ChangeKind kind() {
      return ChangeKind.START;
    }
  }

  /** Widens to a traffic. */
  record RampTo(int trafficPpm, boolean equalArms) implements Change {
    public RampTo {
      Keys.traffic("traffic", trafficPpm);
    }

    @Override
    public ChangeKind kind() {
      return ChangeKind.RAMP;
    }
  }

  /** Widens by a plan; an approval of it covers all its steps. */
  record FollowPlan(RampPlan plan) implements Change {
    public FollowPlan {
      Keys.require("plan", plan);
    }

    @Override
    public ChangeKind kind() {
      return ChangeKind.RAMP;
    }
  }

  /** Is for others from then on. */
  record Retarget(Targeting targeting) implements Change {
    public Retarget {
      Targeting.bounded("targeting", targeting);
    }

    @Override
    public ChangeKind kind() {
      return ChangeKind.RETARGET;
    }
  }

  /** Gives the variants other shares, or has other variants, in a new epoch. */
  record Reallocate(List<Design.Variant> variants) implements Change {
    public Reallocate {
      variants = List.copyOf(Keys.require("variants", variants));
    }

    @Override
    public ChangeKind kind() {
      return ChangeKind.REALLOCATE;
    }
  }

  /** Serves again after a kill. */
  record Revive(int trafficPpm) implements Change {
    public Revive {
      Keys.traffic("traffic", trafficPpm);
    }

    @Override
    public ChangeKind kind() {
      return ChangeKind.REVIVE;
    }
  }

  /** Ends with a winner. */
  record Conclude(String winner) implements Change {
    public Conclude {
      Keys.key("winner", winner);
    }

    @Override
    public ChangeKind kind() {
      return ChangeKind.CONCLUDE;
    }
  }
}
