package io.trialog.language;

/** Facts about one environment. */
public sealed interface EnvironmentEvent extends TrialogEvent {
  /** The environment that the fact is about. */
  String environment();

  /** The environment exists from here on, its kill switch released. */
  record EnvironmentCreated(String environment, String title) implements EnvironmentEvent {
    public EnvironmentCreated {
      Keys.environment("environment", environment);
      Keys.text("title", title);
    }
  }

  /**
   * Every experiment of the environment is stopped until the release. A release that was proposed
   * before is void.
   */
  record KillSwitchEngaged(String environment) implements EnvironmentEvent {
    public KillSwitchEngaged {
      Keys.environment("environment", environment);
    }
  }

  /** Somebody asked for the release; a second person has to approve it. */
  record KillSwitchReleaseProposed(String environment) implements EnvironmentEvent {
    public KillSwitchReleaseProposed {
      Keys.environment("environment", environment);
    }
  }

  /** The experiments of the environment go on as they were. */
  record KillSwitchReleased(String environment) implements EnvironmentEvent {
    public KillSwitchReleased {
      Keys.environment("environment", environment);
    }
  }
}
