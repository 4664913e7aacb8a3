package io.trialog.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.AccessEvent;
import io.trialog.language.AccessEvent.RoleGranted;
import io.trialog.language.AccessEvent.RoleWithdrawn;
import io.trialog.language.Grant;
import io.trialog.language.PlatformPolicy;
import io.trialog.language.Role;
import io.trialog.language.Streams;
import org.junit.jupiter.api.Test;

/** Answers as the log is now, without reading it each time. */
class AccessRegisterTest {
  private static final Grant APPROVER = new Grant(Role.APPROVER, "acme/rides");

  private final MemoryLog log = new MemoryLog();
  private final AccessRegister register = new AccessRegister(log);

  @Test
  void a_stream_is_read_once_as_long_as_nothing_happens_in_it() {
    log.append(Streams.member("ines"), new RoleGranted("ines", APPROVER));
    for (int i = 0; i < 10; i++) {
      assertThat(register.member("ines")).containsExactly(APPROVER);
      log.append(Streams.member("ben"), new RoleGranted("ben", APPROVER));
    }

    assertThat(log.streamsRead).isEqualTo(1);
  }

  @Test
  void what_happened_in_a_stream_counts_at_once() {
    log.append(Streams.member("ines"), new RoleGranted("ines", APPROVER));
    assertThat(register.gives("ines", Role.APPROVER, "acme/rides")).isTrue();

    log.append(Streams.member("ines"), new RoleWithdrawn("ines", APPROVER));
    assertThat(register.gives("ines", Role.APPROVER, "acme/rides")).isFalse();

    log.append(Streams.member("ines"), new RoleGranted("ines", APPROVER));
    assertThat(register.gives("ines", Role.APPROVER, "acme/rides")).isTrue();
  }

  @Test
  void what_happened_long_ago_counts_too_however_much_happened_since() {
    assertThat(register.member("ines")).isEmpty();
    log.append(Streams.member("ines"), new RoleGranted("ines", APPROVER));
    for (int i = 0; i < 1_200; i++) {
      log.append(Streams.denials("x"), new AccessEvent.AccessDenied("x", "o", "n"));
    }

    assertThat(register.member("ines")).containsExactly(APPROVER);
  }

  @Test
  void a_reader_that_is_far_behind_forgets_everything_and_is_right_all_the_same() {
    assertThat(register.member("ines")).isEmpty();
    log.append(Streams.member("ines"), new RoleGranted("ines", APPROVER));
    for (int i = 0; i < 6_000; i++) {
      log.append(Streams.denials("x"), new AccessEvent.AccessDenied("x", "o", "n"));
    }

    assertThat(register.member("ines")).containsExactly(APPROVER);
  }

  @Test
  void the_policy_is_the_one_that_was_changed_to_last_and_a_proposal_is_none() {
    assertThat(register.policy()).isEqualTo(PlatformPolicy.FIRST);
    PlatformPolicy two = new PlatformPolicy(true, false);
    String platform = Streams.configuration(Streams.PLATFORM);
    log.append(platform, new AccessEvent.PlatformPolicyChanged(PlatformPolicy.FIRST, two));
    log.append(platform, new AccessEvent.PlatformPolicyProposed(PlatformPolicy.FIRST));

    assertThat(register.policy()).isEqualTo(two);
  }
}
