package io.trialog.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.AccessEvent;
import io.trialog.language.Actor;
import io.trialog.language.Grant;
import io.trialog.language.Role;
import io.trialog.language.Streams;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccessTokensTest {
  private final MemoryLog log = new MemoryLog();
  private final AccessTokens tokens = new AccessTokens(log);

  @Test
  void a_bearer_is_the_holder_with_the_roles_of_the_token() {
    AccessTokens.Fresh fresh = issue(Role.APPROVER);

    Caller caller = tokens.caller(fresh.bearer()).orElseThrow();

    assertThat(caller.actor()).isEqualTo(Actor.human("ada"));
    assertThat(caller.may(Set.of(Role.APPROVER), "acme/rides")).isTrue();
    assertThat(caller.may(Set.of(Role.EXPERIMENTER), "acme/rides")).isFalse();
    assertThat(caller.may(Set.of(Role.APPROVER), "acme/food")).isFalse();
  }

  @Test
  void a_holder_with_nothing_but_the_sdk_role_is_a_program() {
    assertThat(tokens.caller(issue(Role.SDK).bearer()).orElseThrow().actor().kind())
        .isEqualTo(Actor.Kind.TOKEN);
  }

  @Test
  void an_admin_may_what_anyone_may_in_its_namespace_only() {
    Caller caller = tokens.caller(issue(Role.ADMIN).bearer()).orElseThrow();

    assertThat(caller.may(Set.of(), "acme/rides")).isTrue();
    assertThat(caller.may(Set.of(Role.EXPERIMENTER), "acme/rides")).isTrue();
    assertThat(caller.may(Set.of(), "acme/food")).isFalse();
    assertThat(caller.may(Set.of(), Grant.EVERYWHERE)).isFalse();
  }

  @Test
  void another_secret_for_the_same_id_opens_nothing() {
    AccessTokens.Fresh fresh = issue(Role.ADMIN);
    String other = "trl_" + fresh.id() + "_" + "A".repeat(43);

    assertThat(tokens.caller(other)).isEmpty();
    assertThat(tokens.caller("trl_" + fresh.id())).isEmpty();
    assertThat(tokens.caller("")).isEmpty();
    assertThat(tokens.caller("trl_x/y_" + "A".repeat(43))).isEmpty();
    assertThat(tokens.caller(fresh.bearer() + "x")).isEmpty();
    assertThat(tokens.caller(fresh.bearer().substring(1))).isEmpty();
    assertThat(tokens.caller("TRL_" + fresh.bearer().substring(4))).isEmpty();
  }

  @Test
  void only_what_has_the_shape_of_a_token_is_looked_up() {
    String secret = "A".repeat(43);
    String longest = "z9".repeat(16);

    tokens.caller("trl_" + longest + "_" + secret);
    assertThat(log.streamsRead).isEqualTo(1);

    for (String shapeless :
        List.of(
            "trl__" + secret,
            "trl_" + longest + "0_" + secret,
            "trl_Z_" + secret,
            "trl_a_b_" + secret,
            "trl_a-" + secret,
            "trl_b_" + secret.substring(1),
            "trl_b_" + secret.substring(1) + "_",
            "trl_b_" + secret.substring(1) + "é",
            "_" + secret,
            secret)) {
      assertThat(tokens.caller(shapeless)).as(shapeless).isEmpty();
    }
    assertThat(log.streamsRead).isEqualTo(1);
  }

  @Test
  void a_revoked_token_opens_nothing_from_then_on() {
    AccessTokens.Fresh fresh = issue(Role.ADMIN);
    log.append(Streams.token(fresh.id()), new AccessEvent.TokenRevoked(fresh.id()));

    assertThat(tokens.caller(fresh.bearer())).isEmpty();
  }

  @Test
  void the_log_never_has_the_secret() {
    AccessTokens.Fresh fresh = issue(Role.ADMIN);

    assertThat(fresh.secretHash()).hasSize(64);
    assertThat(fresh.bearer()).doesNotContain(fresh.secretHash());
  }

  private AccessTokens.Fresh issue(Role role) {
    AccessTokens.Fresh fresh = AccessTokens.create();
    log.append(
        Streams.token(fresh.id()),
        new AccessEvent.TokenIssued(
            fresh.id(), "ada", List.of(new Grant(role, "acme/rides")), fresh.secretHash(), null));
    return fresh;
  }
}
