package io.trialog.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.command.catalogue.Catalogue;
import io.trialog.language.ApprovalPolicy;
import io.trialog.language.CatalogueRefusal.PolicyNotProposed;
import io.trialog.language.CatalogueRefusal.PolicyTakesTwo;
import io.trialog.language.Design.GuardrailRule;
import io.trialog.language.FlagCommand.ArchiveFlag;
import io.trialog.language.FlagCommand.CreateFlag;
import io.trialog.language.FlagCommand.DisableFlag;
import io.trialog.language.FlagCommand.EnableFlag;
import io.trialog.language.FlagCommand.KillFlag;
import io.trialog.language.FlagCommand.ReviseFlag;
import io.trialog.language.FlagDefinition;
import io.trialog.language.FlagEvent.FlagKilled;
import io.trialog.language.FlagRefusal.FlagIdentityFixed;
import io.trialog.language.FlagRefusal.FlagStatusForbids;
import io.trialog.language.HoldoutCommand.CreateHoldout;
import io.trialog.language.HoldoutCommand.EndHoldout;
import io.trialog.language.HoldoutDefinition;
import io.trialog.language.HoldoutDefinition.Scope;
import io.trialog.language.HoldoutRefusal.HoldoutHasEnded;
import io.trialog.language.InvalidValue;
import io.trialog.language.NamespaceCommand.ApproveApprovalPolicy;
import io.trialog.language.NamespaceCommand.CreateNamespace;
import io.trialog.language.NamespaceCommand.ProposeApprovalPolicy;
import io.trialog.language.NamespaceCommand.SetGuardrailPolicy;
import io.trialog.language.NamespaceEvent.ApprovalPolicySet;
import io.trialog.language.Refusal;
import io.trialog.language.TrialogCommand;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holdouts, flags, and the policies of namespaces. */
class CatalogueTest extends DeskTest {
  private static final ApprovalPolicy STRICT = new ApprovalPolicy(2, List.of(), 24, 12, List.of());

  @Test
  void a_holdout_ends_once_and_for_good() {
    given(new CreateHoldout(holdout(Scope.GLOBAL, null, "0.05")), new EndHoldout("h"));

    assertThat(refused(ADA, new EndHoldout("h"))).isEqualTo(new HoldoutHasEnded("h"));
    assertThat(refused(ADA, new CreateHoldout(holdout(Scope.GLOBAL, null, "0.05"))).code())
        .isEqualTo("holdout_already_exists");
  }

  @Test
  void a_holdout_hashes_unlike_an_experiment_of_the_same_key() {
    HoldoutDefinition holdout = holdout(Scope.SURFACE, "checkout", "0.05");

    assertThat(holdout.salt()).isEqualTo("holdout:h");
    assertThat(holdout.slots()).isEqualTo(500);
  }

  @ParameterizedTest
  @CsvSource({
    "global,checkout,0.1,value", "namespace,,0.1,value", "surface,,0.1,value",
    "namespace,nobody,0.1,value", "global,,0.5001,share", "global,,0,share",
    "global,,0.00001,share"
  })
  void a_holdout_that_cannot_be_is_refused_by_its_field(
      String scope, @Nullable String value, String share, String field) {
    assertThatThrownBy(
            () -> holdout(Scope.valueOf(scope.toUpperCase(java.util.Locale.ROOT)), value, share))
        .isInstanceOfSatisfying(InvalidValue.class, e -> assertThat(e.field()).isEqualTo(field));
  }

  @Test
  void a_flag_is_enabled_revised_killed_and_put_away() {
    given(new CreateFlag(flag("f")), new EnableFlag("f"), new ReviseFlag(flag("f")));
    given(new KillFlag("f"), new ArchiveFlag("f"));

    assertThat(events().get(3)).isEqualTo(new FlagKilled("f"));
    for (TrialogCommand order :
        List.of(
            new EnableFlag("f"),
            new DisableFlag("f"),
            new KillFlag("f"),
            new ReviseFlag(flag("f")),
            new ArchiveFlag("f"))) {
      assertThat(refused(ADA, order).code()).as("%s", order).isEqualTo("flag_status_forbids");
    }
  }

  @Test
  void an_enabled_flag_is_not_put_away() {
    given(new CreateFlag(flag("f")), new EnableFlag("f"));

    assertThat(refused(ADA, new ArchiveFlag("f")))
        .isEqualTo(new FlagStatusForbids("f", "archive", "enabled", "disabled or killed"));
    given(new DisableFlag("f"), new ArchiveFlag("f"));
  }

  @Test
  void a_kill_of_a_flag_and_what_undoes_it_say_why() {
    given(new CreateFlag(flag("f")), new EnableFlag("f"));
    assertThat(refused(() -> side.desk().execute(new KillFlag("f"), order(ADA, null))).code())
        .isEqualTo("reason_required");
    given(new KillFlag("f"));
    assertThat(refused(() -> side.desk().execute(new EnableFlag("f"), order(ADA, null))).code())
        .isEqualTo("reason_required");

    given(new EnableFlag("f"));
  }

  @Test
  void a_flag_stays_in_its_environment() {
    given(new CreateFlag(flag("f")));
    FlagDefinition moved = flag("f", "staging", List.of());

    assertThat(refused(ADA, new ReviseFlag(moved)))
        .isEqualTo(new FlagIdentityFixed("f", "environment", "production", "staging"));
  }

  @Test
  void a_flag_of_a_key_exists_once() {
    given(new CreateFlag(flag("f")));

    assertThat(refused(BEN, new CreateFlag(flag("f"))))
        .isEqualTo(new Refusal.AlreadyExists("flag", "f"));
  }

  @ParameterizedTest
  @CsvSource({
    "BOOLEAN,1,variants.value",
    "BOOLEAN,\"true\",variants.value",
    "NUMBER,\"1\",variants.value",
    "NUMBER,01,variants.value",
    "TEXT,plain,variants.value"
  })
  void a_value_of_another_type_is_refused(FlagDefinition.Type type, String value, String field) {
    assertThatThrownBy(() ->
            new FlagDefinition(
                "f",
                "acme/rides",
                "production",
                "f",
                type,
                "user_id",
                null,
                List.of(new FlagDefinition.Variant("off", value)),
                "off",
                List.of(),
                List.of(),
                List.of()))
        .isInstanceOfSatisfying(InvalidValue.class, e -> assertThat(e.field()).isEqualTo(field));
  }

  @Test
  void a_rollout_gives_known_variants_at_most_everything() {
    assertThatThrownBy(() -> flag("f", "production", List.of(rollout("blue", "0.1"))))
        .hasMessageContaining("must name variants of the flag");
    assertThatThrownBy(
            () -> flag("f", "production", List.of(rollout("on", "0.6"), rollout("off", "0.5"))))
        .hasMessageContaining("must sum to at most 1; found 1.1");
  }

  @Test
  void a_policy_of_guardrails_is_what_was_said_last() {
    Catalogue catalogue = new Catalogue(side.log());
    GuardrailRule rule = new GuardrailRule("orders", new BigDecimal("0.01"), true);
    given(new CreateNamespace("acme/rides", "Rides"));
    assertThat(catalogue.guardrailPolicy("acme/rides")).isEmpty();

    given(new SetGuardrailPolicy("acme/rides", List.of(rule)));
    assertThat(catalogue.guardrailPolicy("acme/rides")).containsExactly(rule);
    given(new SetGuardrailPolicy("acme/rides", List.of()));
    assertThat(catalogue.guardrailPolicy("acme/rides")).isEmpty();
  }

  @Test
  void an_approval_policy_is_in_force_when_another_admin_agrees() {
    given(new CreateNamespace("acme/rides", "Rides"));
    assertThat(refused(BEN, new ApproveApprovalPolicy("acme/rides")))
        .isEqualTo(new PolicyNotProposed("acme/rides"));
    given(new ProposeApprovalPolicy("acme/rides", STRICT));
    assertThat(refused(ADA, new ApproveApprovalPolicy("acme/rides")))
        .isEqualTo(new PolicyTakesTwo("acme/rides", "ada"));

    execute(BEN, new ApproveApprovalPolicy("acme/rides"));

    assertThat(events())
        .contains(new ApprovalPolicySet("acme/rides", ApprovalPolicy.DEFAULT, STRICT));
    assertThat(refused(BEN, new ApproveApprovalPolicy("acme/rides")).code())
        .isEqualTo("approval_policy_not_proposed");
  }

  @Test
  void a_later_proposal_of_a_policy_takes_the_place_of_an_earlier_one() {
    given(new CreateNamespace("acme/rides", "Rides"));
    given(new ProposeApprovalPolicy("acme/rides", STRICT));
    execute(BEN, new ProposeApprovalPolicy("acme/rides", ApprovalPolicy.DEFAULT));

    assertThat(refused(BEN, new ApproveApprovalPolicy("acme/rides")).code())
        .isEqualTo("approver_must_differ");
    given(new ApproveApprovalPolicy("acme/rides"));
    assertThat(events().getLast())
        .isEqualTo(
            new ApprovalPolicySet("acme/rides", ApprovalPolicy.DEFAULT, ApprovalPolicy.DEFAULT));
  }

  private static HoldoutDefinition holdout(Scope scope, @Nullable String value, String share) {
    return new HoldoutDefinition(
        "h", scope, value, "production", "user_id", new BigDecimal(share), "H");
  }

  static FlagDefinition flag(String key) {
    return flag(key, "production", List.of(rollout("on", "0.25")));
  }

  private static FlagDefinition flag(
      String key, String environment, List<FlagDefinition.RolloutShare> rollout) {
    return new FlagDefinition(
        key,
        "acme/rides",
        environment,
        key,
        FlagDefinition.Type.BOOLEAN,
        "user_id",
        null,
        List.of(
            new FlagDefinition.Variant("on", "true"), new FlagDefinition.Variant("off", "false")),
        "off",
        List.of(),
        rollout,
        List.of());
  }

  private static FlagDefinition.RolloutShare rollout(String variant, String share) {
    return new FlagDefinition.RolloutShare(variant, new BigDecimal(share));
  }
}
