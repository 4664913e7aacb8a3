package io.trialog.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.trialog.http.AccessRegister;
import io.trialog.http.AccessTokens;
import io.trialog.http.Caller;
import io.trialog.language.AccessCommand.ApprovePlatformPolicy;
import io.trialog.language.AccessCommand.ApproveRole;
import io.trialog.language.AccessCommand.ApproveToken;
import io.trialog.language.AccessCommand.ChangePlatformPolicy;
import io.trialog.language.AccessCommand.GrantRole;
import io.trialog.language.AccessCommand.IssueToken;
import io.trialog.language.AccessCommand.RecordConfiguration;
import io.trialog.language.AccessCommand.RevokeToken;
import io.trialog.language.AccessCommand.WithdrawRole;
import io.trialog.language.AccessEvent.CommandRefused;
import io.trialog.language.AccessEvent.ConfigurationRecorded;
import io.trialog.language.AccessEvent.PlatformPolicyChanged;
import io.trialog.language.AccessEvent.PlatformPolicyProposed;
import io.trialog.language.AccessEvent.RoleGranted;
import io.trialog.language.AccessEvent.RoleProposed;
import io.trialog.language.AccessEvent.RoleWithdrawn;
import io.trialog.language.AccessEvent.TokenIssued;
import io.trialog.language.AccessEvent.TokenProposed;
import io.trialog.language.Actor;
import io.trialog.language.Grant;
import io.trialog.language.InvalidValue;
import io.trialog.language.PlatformPolicy;
import io.trialog.language.Refused;
import io.trialog.language.Role;
import io.trialog.language.TrialogCommand;
import io.trialog.language.TrialogEvent;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what, as the log has it. */
class AccessDeskTest {
  private static final Actor ADA = Actor.human("ada");
  private static final Actor BEN = Actor.human("ben");
  private static final Grant APPROVER = new Grant(Role.APPROVER, "acme/rides");
  private static final Grant VIEWER = new Grant(Role.VIEWER, "acme/rides");
  private static final PlatformPolicy TWO = new PlatformPolicy(true, false);

  @TempDir private Path folder;
  private CommandSide side;
  private AccessTokens tokens;
  private Standing standing;

  @BeforeEach
  void open() {
    side = CommandSide.open(folder);
    tokens = new AccessTokens(side.log());
    standing = new LoggedStanding(new AccessRegister(side.log()), Clock.systemUTC());
  }

  @AfterEach
  void close() {
    side.close();
  }

  @Test
  void a_token_is_good_until_its_time_runs_out() {
    Instant end = Instant.now().plus(Duration.ofDays(30));
    AccessTokens.Fresh fresh = issue(ADA, VIEWER, end);

    assertThat(at(end.minusMillis(1)).caller(fresh.bearer())).isPresent();
    assertThat(at(end).caller(fresh.bearer())).isEmpty();
  }

  @Test
  void a_token_cannot_be_good_for_more_than_a_year_nor_end_in_the_past() {
    assertThatThrownBy(() -> issue(ADA, VIEWER, Instant.now().plus(Duration.ofDays(366))))
        .isInstanceOf(InvalidValue.class)
        .hasMessageStartingWith("expires_at must be in the future and at most 365 days away");
    assertThatThrownBy(() -> issue(ADA, VIEWER, Instant.now().minusSeconds(1)))
        .isInstanceOf(InvalidValue.class);
    assertThat(events()).isEmpty();
  }

  @Test
  void a_revocation_counts_at_once() {
    AccessTokens.Fresh fresh = issue(ADA, VIEWER, null);
    assertThat(tokens.caller(fresh.bearer())).isPresent();

    execute(ADA, new RevokeToken(fresh.id()));

    assertThat(tokens.caller(fresh.bearer())).isEmpty();
    assertThat(code(ADA, new RevokeToken(fresh.id()))).isEqualTo("token_is_revoked");
  }

  @Test
  void the_credential_stands_with_the_event() {
    AccessTokens.Fresh fresh = issue(ADA, VIEWER, null);
    Caller caller = tokens.caller(fresh.bearer()).orElseThrow();

    side.desk()
        .execute(
            new GrantRole("ines", VIEWER),
            new Order(
                caller.actor(),
                null,
                "c",
                null,
                null,
                "d",
                null,
                caller.credential(),
                caller.authenticatedAt()));

    StoredEvent last = side.log().read(0, 100).getLast();
    assertThat(EventCodec.decodeMetadata(last.metadata()))
        .containsEntry("credential", "token:" + fresh.id())
        .doesNotContainKey("authenticated_at");
    assertThat(caller.authenticatedAt())
        .isEqualTo(side.log().stream("token/" + fresh.id()).getFirst().time());
  }

  @Test
  void where_two_are_asked_for_a_deciding_token_opens_nothing_until_another_admin_approves() {
    execute(ADA, new ChangePlatformPolicy(TWO));
    AccessTokens.Fresh fresh = issue(ADA, APPROVER, null);

    assertThat(last()).isInstanceOf(TokenProposed.class);
    assertThat(tokens.caller(fresh.bearer())).isEmpty();
    assertThat(code(ADA, new ApproveToken(fresh.id()))).isEqualTo("second_administrator_required");
    assertThat(last())
        .isEqualTo(
            new CommandRefused(
                "ada",
                "ApproveToken",
                null,
                "token/" + fresh.id(),
                "second_administrator_required"));
    assertThat(tokens.caller(fresh.bearer())).isEmpty();

    execute(BEN, new ApproveToken(fresh.id()));

    assertThat(last()).isInstanceOf(TokenIssued.class);
    assertThat(tokens.caller(fresh.bearer())).isPresent();
    assertThat(code(BEN, new ApproveToken(fresh.id()))).isEqualTo("nothing_proposed");
  }

  @Test
  void where_two_are_asked_for_a_token_that_decides_nothing_needs_one() {
    execute(ADA, new ChangePlatformPolicy(TWO));
    AccessTokens.Fresh fresh = issue(ADA, VIEWER, null);

    assertThat(tokens.caller(fresh.bearer())).isPresent();
  }

  @Test
  void a_proposed_token_that_was_revoked_can_never_be_approved() {
    execute(ADA, new ChangePlatformPolicy(TWO));
    AccessTokens.Fresh fresh = issue(ADA, APPROVER, null);
    execute(BEN, new RevokeToken(fresh.id()));

    assertThat(code(BEN, new ApproveToken(fresh.id()))).isEqualTo("token_is_revoked");
  }

  @Test
  void the_owner_of_the_data_folder_gets_a_token_all_the_same() {
    execute(ADA, new ChangePlatformPolicy(TWO));
    AccessTokens.Fresh fresh =
        issue(Actor.automation("bootstrap"), new Grant(Role.ADMIN, "*"), null);

    assertThat(tokens.caller(fresh.bearer())).isPresent();
  }

  @Test
  void a_role_is_granted_once_and_withdrawn_once() {
    execute(ADA, new GrantRole("ines", APPROVER));
    assertThat(last()).isEqualTo(new RoleGranted("ines", APPROVER));
    assertThat(code(ADA, new GrantRole("ines", APPROVER))).isEqualTo("role_already_granted");

    execute(ADA, new WithdrawRole("ines", APPROVER));
    assertThat(last()).isEqualTo(new RoleWithdrawn("ines", APPROVER));
    assertThat(code(ADA, new WithdrawRole("ines", APPROVER))).isEqualTo("role_not_granted");
    assertThat(new AccessRegister(side.log()).member("ines")).isEmpty();
  }

  @Test
  void where_two_are_asked_for_a_deciding_role_counts_only_when_another_admin_approves() {
    execute(ADA, new ChangePlatformPolicy(TWO));
    execute(ADA, new GrantRole("ines", APPROVER));

    assertThat(last()).isEqualTo(new RoleProposed("ines", APPROVER));
    assertThat(standing.holds("oidc", "ines", Role.APPROVER, "acme/rides")).isFalse();
    assertThat(code(ADA, new ApproveRole("ines", APPROVER)))
        .isEqualTo("second_administrator_required");

    execute(BEN, new ApproveRole("ines", APPROVER));

    assertThat(standing.holds("oidc", "ines", Role.APPROVER, "acme/rides")).isTrue();
    assertThat(code(BEN, new ApproveRole("ines", APPROVER))).isEqualTo("nothing_proposed");
    assertThat(code(BEN, new ApproveRole("ines", VIEWER))).isEqualTo("nothing_proposed");
  }

  @Test
  void to_ask_for_two_takes_one_and_to_ask_for_less_takes_two() {
    execute(ADA, new ChangePlatformPolicy(TWO));
    assertThat(last()).isEqualTo(new PlatformPolicyChanged(PlatformPolicy.FIRST, TWO));
    assertThat(code(ADA, new ChangePlatformPolicy(TWO))).isEqualTo("nothing_changes");

    execute(ADA, new ChangePlatformPolicy(PlatformPolicy.FIRST));
    assertThat(last()).isEqualTo(new PlatformPolicyProposed(PlatformPolicy.FIRST));
    assertThat(new AccessRegister(side.log()).policy()).isEqualTo(TWO);
    assertThat(code(ADA, new ApprovePlatformPolicy())).isEqualTo("second_administrator_required");

    execute(BEN, new ApprovePlatformPolicy());
    assertThat(new AccessRegister(side.log()).policy()).isEqualTo(PlatformPolicy.FIRST);
    assertThat(code(BEN, new ApprovePlatformPolicy())).isEqualTo("nothing_proposed");
  }

  @Test
  void a_swap_of_one_demand_for_another_takes_two() {
    execute(ADA, new ChangePlatformPolicy(TWO));
    execute(ADA, new ChangePlatformPolicy(new PlatformPolicy(false, true)));

    assertThat(last()).isInstanceOf(PlatformPolicyProposed.class);
  }

  @Test
  void a_token_has_standing_as_long_as_it_is_the_holders_and_good() {
    AccessTokens.Fresh fresh = issue(ADA, APPROVER, Instant.now().plus(Duration.ofHours(1)));
    String credential = "token:" + fresh.id();

    assertThat(standing.holds(credential, "ines", Role.APPROVER, "acme/rides")).isTrue();
    assertThat(standing.holds(credential, "ines", Role.APPROVER, "acme/food")).isFalse();
    assertThat(standing.holds(credential, "ines", Role.EXPERIMENTER, "acme/rides")).isFalse();
    assertThat(standing.holds(credential, "ben", Role.APPROVER, "acme/rides")).isFalse();
    assertThat(standing.holds("token:none", "ines", Role.APPROVER, "acme/rides")).isFalse();
    assertThat(standing.holds("", "ines", Role.APPROVER, "acme/rides")).isFalse();
    Clock later = Clock.fixed(Instant.now().plus(Duration.ofHours(2)), ZoneOffset.UTC);
    assertThat(
            new LoggedStanding(new AccessRegister(side.log()), later)
                .holds(credential, "ines", Role.APPROVER, "acme/rides"))
        .isFalse();

    execute(ADA, new RevokeToken(fresh.id()));

    assertThat(standing.holds(credential, "ines", Role.APPROVER, "acme/rides")).isFalse();
  }

  @Test
  void a_member_has_standing_as_long_as_the_role_is_theirs() {
    execute(ADA, new GrantRole("ines", APPROVER));
    assertThat(standing.holds("oidc", "ines", Role.APPROVER, "acme/rides")).isTrue();
    assertThat(standing.holds("oidc", "ben", Role.APPROVER, "acme/rides")).isFalse();

    execute(ADA, new WithdrawRole("ines", APPROVER));

    assertThat(standing.holds("oidc", "ines", Role.APPROVER, "acme/rides")).isFalse();
  }

  @Test
  void an_admin_has_standing_for_everything_in_its_namespace() {
    execute(ADA, new GrantRole("ines", new Grant(Role.ADMIN, "acme/rides")));

    assertThat(standing.holds("oidc", "ines", Role.APPROVER, "acme/rides")).isTrue();
    assertThat(standing.holds("oidc", "ines", Role.APPROVER, "acme/food")).isFalse();
  }

  @Test
  void settings_are_recorded_with_what_they_were_and_only_when_they_differ() {
    TreeMap<String, String> first = new TreeMap<>(Map.of("tls", "off"));
    TreeMap<String, String> second = new TreeMap<>(Map.of("tls", "on"));
    execute(ADA, new RecordConfiguration("standalone", first));
    assertThat(last()).isEqualTo(new ConfigurationRecorded("standalone", new TreeMap<>(), first));
    assertThat(code(ADA, new RecordConfiguration("standalone", first)))
        .isEqualTo("nothing_changes");

    execute(ADA, new RecordConfiguration("standalone", second));

    assertThat(last()).isEqualTo(new ConfigurationRecorded("standalone", first, second));
    assertThatThrownBy(() -> new RecordConfiguration("platform", first))
        .isInstanceOf(InvalidValue.class);
  }

  private AccessTokens at(Instant now) {
    return new AccessTokens(new AccessRegister(side.log()), Clock.fixed(now, ZoneOffset.UTC));
  }

  private AccessTokens.Fresh issue(
      Actor by, Grant grant, @org.jspecify.annotations.Nullable Instant end) {
    AccessTokens.Fresh fresh = AccessTokens.create();
    execute(by, new IssueToken(fresh.id(), "ines", List.of(grant), fresh.secretHash(), end));
    return fresh;
  }

  private String code(Actor actor, TrialogCommand command) {
    return catchThrowableOfType(Refused.class, () -> execute(actor, command)).refusal().code();
  }

  private void execute(Actor actor, TrialogCommand command) {
    side.desk().execute(command, new Order(actor, "test", "c", null, null, "d", null));
  }

  private TrialogEvent last() {
    return events().getLast();
  }

  private List<TrialogEvent> events() {
    return side.log().read(0, 1_000).stream()
        .map(stored -> EventCodec.decode(stored).event())
        .toList();
  }
}
