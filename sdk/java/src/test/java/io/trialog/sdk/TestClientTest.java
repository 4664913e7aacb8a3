package io.trialog.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.Flag;
import io.trialog.sdk.core.FlagReason;
import io.trialog.sdk.core.Overrides;
import io.trialog.sdk.core.Reason;
import io.trialog.sdk.core.Subjects;
import io.trialog.sdk.core.events.Exposure;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an application's tests may rely on. */
class TestClientTest {
  private static final Context USER = Context.of("user_id", "u1");

  private final TestClient trialog = new TestClient();

  @Test
  void an_experiment_gives_everybody_the_variant_that_the_test_says() {
    trialog.assign("checkout", "treatment", "{\"colour\":\"green\",\"sizes\":[1,2.5]}");
    for (int i = 0; i < 1_000; i++) {
      Decision decision = trialog.evaluate("checkout", Context.of("user_id", "u" + i), "f");
      assertThat(decision.variant()).isEqualTo("treatment");
      assertThat(decision.reason()).isEqualTo(Reason.ASSIGNED);
    }
    assertThat(trialog.peek("checkout", USER, "f").payloadTree())
        .contains(Map.of("colour", "green", "sizes", List.of(1L, new BigDecimal("2.5"))));
    trialog.assign("checkout", "control");
    assertThat(trialog.evaluate("checkout", USER, "f").variant()).isEqualTo("control");
    assertThat(trialog.evaluate("checkout", USER, "f").payload()).isEmpty();
  }

  @Test
  void what_was_not_mentioned_is_unknown_and_whoever_has_no_unit_is_nobody() {
    trialog.assign("checkout", "treatment");
    assertThat(trialog.evaluate("other", USER, "f").reason()).isEqualTo(Reason.UNKNOWN_EXPERIMENT);
    assertThat(trialog.evaluate("other", USER, "f").variant()).isEqualTo("f");
    Decision nobody = trialog.evaluate("checkout", Context.empty(), "f");
    assertThat(nobody.reason()).isEqualTo(Reason.UNIT_MISSING);
    assertThat(nobody.variant()).isEqualTo("control");
    assertThat(trialog.exposures()).isEmpty();
    TestClient devices = new TestClient("device_id").assign("checkout", "b");
    assertThat(devices.evaluate("checkout", USER, "f").reason()).isEqualTo(Reason.UNIT_MISSING);
    assertThat(devices.evaluate("checkout", Context.of("device_id", "d"), "f").variant())
        .isEqualTo("b");
  }

  @Test
  void exposures_and_outcomes_are_there_to_be_looked_at() {
    trialog.assign("checkout", "treatment");
    trialog.peek("checkout", USER, "f");
    trialog.evaluateAll(USER);
    assertThat(trialog.exposures()).isEmpty();
    trialog.evaluate("checkout", USER, "f");
    trialog.evaluate("checkout", USER, "f");
    trialog.track(USER, "converted", 12.5);
    assertThat(trialog.exposures()).hasSize(1);
    Exposure exposure = trialog.exposures().get(0);
    assertThat(exposure.experiment()).isEqualTo("checkout");
    assertThat(exposure.variant()).isEqualTo("treatment");
    assertThat(exposure.hashedSubject()).isEqualTo(Subjects.hash("test", "user_id", "u1"));
    assertThat(exposure.epoch()).isZero();
    assertThat(exposure.id().version()).isEqualTo(7);
    assertThat(trialog.outcomes()).hasSize(1);
    assertThat(trialog.outcomes().get(0).metric()).isEqualTo("converted");
    assertThat(trialog.outcomes().get(0).value()).isEqualByComparingTo("12.5");
    trialog.forgetEvents().evaluate("checkout", USER, "f");
    assertThat(trialog.exposures()).isEmpty();
    assertThat(trialog.outcomes()).isEmpty();
  }

  @Test
  void a_variant_alone_is_exposed_as_a_decision_is() {
    trialog.assign("checkout", "treatment");
    assertThat(trialog.variant("checkout", USER, "f")).isEqualTo("treatment");
    assertThat(trialog.variant("checkout", USER, "f")).isEqualTo("treatment");
    trialog.evaluate("checkout", USER, "f");
    assertThat(trialog.exposures()).hasSize(1);
    assertThat(trialog.exposures().get(0).variant()).isEqualTo("treatment");
    trialog.assign("checkout", "other");
    assertThat(trialog.variant("checkout", USER, "f")).isEqualTo("other");
    assertThat(trialog.exposures()).hasSize(2);
    assertThat(trialog.variant("checkout", Context.empty(), "f")).isEqualTo("control");
    assertThat(trialog.variant("unknown", USER, "f")).isEqualTo("f");
    assertThat(trialog.variant("checkout", null, "f")).isEqualTo("f");
    assertThat(trialog.variant(null, USER, null)).isEqualTo("control");
    trialog.kill("checkout");
    assertThat(trialog.variant("checkout", USER, "f")).isEqualTo("control");
    assertThat(trialog.exposures()).hasSize(2);
    assertThat(trialog.problems()).isEmpty();
  }

  @Test
  void an_outcome_that_cannot_be_is_a_problem_and_no_outcome() {
    trialog.track(USER, "converted", Double.NaN);
    assertThat(trialog.outcomes()).isEmpty();
    assertThat(trialog.problems()).hasSize(1);
  }

  @Test
  void a_killed_experiment_answers_control_and_exposes_nobody() {
    trialog.assign("checkout", "treatment").kill("checkout");
    assertThat(trialog.evaluate("checkout", USER, "f").reason()).isEqualTo(Reason.KILLED);
    assertThat(trialog.evaluate("checkout", USER, "f").variant()).isEqualTo("control");
    assertThat(trialog.exposures()).isEmpty();
  }

  @Test
  void an_override_is_answered_and_is_no_exposure() {
    trialog.assign("checkout", "treatment");
    trialog.override(Overrides.none().withAll("checkout", "control"));
    assertThat(trialog.evaluate("checkout", USER, "f").reason()).isEqualTo(Reason.OVERRIDE);
    assertThat(trialog.exposures()).isEmpty();
    trialog.override(Overrides.none());
    assertThat(trialog.evaluate("checkout", USER, "f").variant()).isEqualTo("treatment");
  }

  @Test
  void flags_have_values_of_their_type_or_the_fallback() {
    trialog.setFlag("new-map", true).setFlag("limit", 2.5);
    trialog.setFlag("banner", Flag.Type.TEXT, "\"Hello\"");
    trialog.setFlag("sizes", Flag.Type.JSON, "[1,2]");
    assertThat(trialog.flag("new-map", Context.empty(), false)).isTrue();
    assertThat(trialog.flag("limit", USER, 1.0)).isEqualTo(2.5);
    assertThat(trialog.flag("banner", USER, "none")).isEqualTo("Hello");
    assertThat(trialog.evaluateFlag("sizes", USER, "null").asTree()).contains(List.of(1L, 2L));
    assertThat(trialog.flag("limit", USER, true)).isTrue();
    assertThat(trialog.flag("limit", USER, "none")).isEqualTo("none");
    assertThat(trialog.flag("banner", USER, 3.0)).isEqualTo(3.0);
    assertThat(trialog.flag("unknown", USER, true)).isTrue();
    assertThat(trialog.evaluateFlag("unknown", USER, "1").reason())
        .isEqualTo(FlagReason.UNKNOWN_FLAG);
    assertThatThrownBy(() -> trialog.setFlag("limit", Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void all_experiments_are_evaluated_at_once_by_key() {
    trialog.assign("b", "treatment").assign("a", "control").kill("c");
    Map<String, Decision> all = trialog.evaluateAll(USER);
    assertThat(all.keySet()).containsExactly("a", "b", "c");
    assertThat(all.get("b")).isEqualTo(trialog.peek("b", USER, "f"));
    assertThat(all.get("c").reason()).isEqualTo(Reason.KILLED);
  }

  @Test
  void payloads_have_their_type_or_the_fallback() {
    trialog.assign("truth", "a", "true").assign("number", "a", "1.5").assign("text", "a", "\"x\"");
    trialog.assign("broken", "a", "{").assign("none", "a");
    assertThat(trialog.peek("truth", USER, "f").payloadBoolean(false)).isTrue();
    assertThat(trialog.peek("number", USER, "f").payloadNumber(0)).isEqualTo(1.5);
    assertThat(trialog.peek("text", USER, "f").payloadText("y")).isEqualTo("x");
    for (String key : List.of("broken", "none", "unknown")) {
      Decision decision = trialog.peek(key, USER, "f");
      assertThat(decision.payloadBoolean(true)).isTrue();
      assertThat(decision.payloadNumber(7)).isEqualTo(7);
      assertThat(decision.payloadText("y")).isEqualTo("y");
      assertThat(decision.payloadTree()).isEmpty();
    }
  }
}
