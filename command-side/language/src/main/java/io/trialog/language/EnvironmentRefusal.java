package io.trialog.language;

import java.util.Map;

/** Rules of environments and their kill switch. */
public sealed interface EnvironmentRefusal extends Refusal {
  /** Everything is stopped already, and nobody asked for the release. */
  record KillSwitchIsEngaged(String environment) implements EnvironmentRefusal {
    @Override
    public String code() {
      return "kill_switch_is_engaged";
    }

    @Override
    public String sentence() {
      return "The kill switch of environment \"%s\" is engaged already.".formatted(environment);
    }

    @Override
    public Map<String, String> facts() {
      return Map.of("environment", environment);
    }
  }

  /** There is nothing to release. */
  record KillSwitchNotEngaged(String environment) implements EnvironmentRefusal {
    @Override
    public String code() {
      return "kill_switch_not_engaged";
    }

    @Override
    public String sentence() {
      return "The kill switch of environment \"%s\" is not engaged.".formatted(environment);
    }

    @Override
    public Map<String, String> facts() {
      return Map.of("environment", environment);
    }
  }

  /** A release is proposed first, and once. */
  record ReleaseProposal(String environment, boolean open) implements EnvironmentRefusal {
    @Override
    public String code() {
      return open ? "release_already_proposed" : "release_not_proposed";
    }

    @Override
    public String sentence() {
      return open
          ? "The release of environment \"%s\" is proposed already; a second person approves it."
              .formatted(environment)
          : "Nobody proposed to release the kill switch of environment \"%s\"."
              .formatted(environment);
    }

    @Override
    public Map<String, String> facts() {
      return Map.of("environment", environment);
    }
  }

  /** Whoever proposes a release does not approve it. */
  record ReleaseTakesTwo(String environment, String actor) implements EnvironmentRefusal {
    @Override
    public boolean recorded() {
      return true;
    }

    @Override
    public String code() {
      return "approver_must_differ";
    }

    @Override
    public String sentence() {
      return "\"%s\" proposed to release environment \"%s\"; a second person must approve it."
          .formatted(actor, environment);
    }

    @Override
    public Map<String, String> facts() {
      return Map.of("environment", environment, "proposer", actor);
    }
  }
}
