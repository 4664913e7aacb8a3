package io.trialog.language;

/** Orders about one environment. */
public sealed interface EnvironmentCommand extends TrialogCommand {
  /** The environment that the order is about. */
  String environment();

  @Override
  default String stream() {
    return Streams.environment(environment());
  }

  /** Opens an environment. */
  record CreateEnvironment(String environment, String title) implements EnvironmentCommand {
    public CreateEnvironment {
      Keys.environment("environment", environment);
      Keys.text("title", title);
    }
  }

  /** Stops every experiment of the environment, at once; void is whatever release was proposed. */
  record EngageKillSwitch(String environment) implements EnvironmentCommand {
    public EngageKillSwitch {
      Keys.environment("environment", environment);
    }
  }

  /** Asks that the experiments may go on. */
  record ProposeKillSwitchRelease(String environment) implements EnvironmentCommand {
    public ProposeKillSwitchRelease {
      Keys.environment("environment", environment);
    }
  }

  /** Lets the experiments go on; a second person's order. */
  record ApproveKillSwitchRelease(String environment) implements EnvironmentCommand {
    public ApproveKillSwitchRelease {
      Keys.environment("environment", environment);
    }
  }
}
