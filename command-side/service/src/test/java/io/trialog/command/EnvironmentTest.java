package io.trialog.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.EnvironmentCommand.ApproveKillSwitchRelease;
import io.trialog.language.EnvironmentCommand.CreateEnvironment;
import io.trialog.language.EnvironmentCommand.EngageKillSwitch;
import io.trialog.language.EnvironmentCommand.ProposeKillSwitchRelease;
import io.trialog.language.EnvironmentEvent.EnvironmentCreated;
import io.trialog.language.EnvironmentEvent.KillSwitchEngaged;
import io.trialog.language.EnvironmentEvent.KillSwitchReleaseProposed;
import io.trialog.language.EnvironmentEvent.KillSwitchReleased;
import io.trialog.language.EnvironmentRefusal.KillSwitchIsEngaged;
import io.trialog.language.EnvironmentRefusal.KillSwitchNotEngaged;
import io.trialog.language.EnvironmentRefusal.ReleaseProposal;
import io.trialog.language.EnvironmentRefusal.ReleaseTakesTwo;
import io.trialog.language.Refusal;
import org.junit.jupiter.api.Test;

class EnvironmentTest extends DeskTest {
  private static final CreateEnvironment LIVE = new CreateEnvironment("live", "Live");
  private static final EngageKillSwitch ENGAGE = new EngageKillSwitch("live");
  private static final ProposeKillSwitchRelease PROPOSE = new ProposeKillSwitchRelease("live");
  private static final ApproveKillSwitchRelease APPROVE = new ApproveKillSwitchRelease("live");

  @Test
  void an_environment_is_opened_once() {
    given(LIVE);

    assertThat(refused(BEN, LIVE)).isEqualTo(new Refusal.AlreadyExists("environment", "live"));
  }

  @Test
  void the_first_start_opens_production_and_staging_and_the_next_opens_nothing() {
    Bootstrap bootstrap = new Bootstrap(side.desk(), side.log());

    bootstrap.openEnvironments();
    bootstrap.openEnvironments();

    assertThat(events())
        .containsExactly(
            new EnvironmentCreated("production", "Production"),
            new EnvironmentCreated("staging", "Staging"));
  }

  @Test
  void one_person_stops_everything_and_two_let_it_go_on() {
    given(LIVE, ENGAGE, PROPOSE);
    execute(BEN, APPROVE);

    assertThat(events())
        .containsExactly(
            new EnvironmentCreated("live", "Live"),
            new KillSwitchEngaged("live"),
            new KillSwitchReleaseProposed("live"),
            new KillSwitchReleased("live"));
  }

  @Test
  void a_kill_switch_needs_a_reason() {
    given(LIVE);

    assertThat(refused(() -> side.desk().execute(ENGAGE, order(ADA, " "))).code())
        .isEqualTo("reason_required");
  }

  @Test
  void whoever_proposes_the_release_does_not_approve_it() {
    given(LIVE, ENGAGE, PROPOSE);

    assertThat(refused(ADA, APPROVE)).isEqualTo(new ReleaseTakesTwo("live", "ada"));
  }

  @Test
  void a_release_is_proposed_before_it_is_approved_and_once() {
    given(LIVE, ENGAGE);

    assertThat(refused(BEN, APPROVE)).isEqualTo(new ReleaseProposal("live", false));
    given(PROPOSE);
    assertThat(refused(BEN, PROPOSE)).isEqualTo(new ReleaseProposal("live", true));
  }

  @Test
  void what_is_not_engaged_is_not_released() {
    given(LIVE);

    assertThat(refused(ADA, PROPOSE)).isEqualTo(new KillSwitchNotEngaged("live"));
    assertThat(refused(BEN, APPROVE)).isEqualTo(new KillSwitchNotEngaged("live"));
  }

  @Test
  void engaging_again_voids_a_proposed_release() {
    given(LIVE, ENGAGE);
    assertThat(refused(BEN, ENGAGE)).isEqualTo(new KillSwitchIsEngaged("live"));
    given(PROPOSE, ENGAGE);

    assertThat(refused(BEN, APPROVE)).isEqualTo(new ReleaseProposal("live", false));
  }

  @Test
  void a_switch_that_was_released_can_be_engaged_again() {
    given(LIVE, ENGAGE, PROPOSE);
    execute(BEN, APPROVE);

    given(ENGAGE);

    assertThat(events().getLast()).isEqualTo(new KillSwitchEngaged("live"));
  }
}
