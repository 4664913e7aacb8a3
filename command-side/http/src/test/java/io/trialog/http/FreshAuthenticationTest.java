package io.trialog.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.trialog.language.AccessEvent;
import io.trialog.language.Actor;
import io.trialog.language.PlatformPolicy;
import io.trialog.language.Streams;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An open session approves nothing. */
class FreshAuthenticationTest {
  private static final Instant NOW = Instant.parse("2026-11-22T16:00:00Z");

  private final MemoryLog log = new MemoryLog();
  private final Access access =
      new Access(
          (caller, operation, namespace) -> {},
          new AccessRegister(log),
          Clock.fixed(NOW, ZoneOffset.UTC));

  @Test
  void of_an_oidc_caller_five_minutes_are_asked_always() {
    assertFresh(caller("oidc", Duration.ofMinutes(5), true));
    assertStale(caller("oidc", Duration.ofSeconds(301), true));
  }

  @Test
  void the_age_of_a_jwt_proves_nothing() {
    assertStale(caller("oidc", Duration.ZERO, false));
  }

  @Test
  void of_an_access_token_it_is_asked_where_the_policy_says_so() {
    assertFresh(caller("token:t1", Duration.ofDays(30), true));

    log.append(
        Streams.configuration(Streams.PLATFORM),
        new AccessEvent.PlatformPolicyChanged(
            PlatformPolicy.FIRST, new PlatformPolicy(false, true)));

    assertStale(caller("token:t1", Duration.ofDays(30), true));
    assertFresh(caller("token:t1", Duration.ofMinutes(4), true));
  }

  private void assertFresh(Caller caller) {
    assertThatCode(() -> access.requireFresh(caller, Access.FRESH)).doesNotThrowAnyException();
  }

  private void assertStale(Caller caller) {
    ProblemException problem =
        catchThrowableOfType(
            ProblemException.class, () -> access.requireFresh(caller, Access.FRESH));
    assertThat(problem.problem().status()).isEqualTo(401);
    assertThat(problem.problem().code()).isEqualTo("fresh_authentication_required");
    assertThat(problem.headers())
        .containsEntry(
            "WWW-Authenticate", "Bearer error=\"insufficient_user_authentication\", max_age=300");
  }

  private static Caller caller(String credential, Duration age, boolean proven) {
    return new Caller(
        new Actor(Actor.Kind.HUMAN, "ines", "oidc", null),
        List.of(),
        credential,
        NOW.minus(age),
        proven);
  }
}
