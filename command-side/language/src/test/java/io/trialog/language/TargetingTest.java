package io.trialog.language;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.language.Targeting.Condition;
import io.trialog.language.Targeting.Operator;
import io.trialog.language.Targeting.Type;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a condition may compare with: nothing that a snapshot's readers would refuse. */
class TargetingTest {
  private static Condition condition(Type type, Operator operator, String... values) {
    return new Condition("app", type, operator, List.of(values));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0",
        "1.2.3",
        "999999999.0.0",
        "1.0.0-0",
        "1.0.0-rc.1",
        "1.0.0-01a",
        "1.0.0--",
        "1.0.0+001",
        "1.0.0-a.b+c.d"
      })
  void a_version_is_one_of_semantic_versioning(String version) {
    assertThat(condition(Type.VERSION, Operator.AT_LEAST, version).values())
        .containsExactly(version);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1.0",
        "v1.0.0",
        "01.0.0",
        "1.0.0-",
        "1.0.0-01",
        "1.0.0-a..b",
        "1.0.0+",
        "1.0.0+a..b",
        "1.0.0+.",
        "1.0.0-a.",
        "1.0.0 ",
        "1.0.١"
      })
  void what_is_almost_a_version_is_refused(String version) {
    assertThatThrownBy(() -> condition(Type.VERSION, Operator.AT_LEAST, version))
        .isInstanceOf(InvalidValue.class)
        .hasMessageContaining("version");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1.", ".5", "+1", "1e3", "NaN", "0x1", "1234567890123456", "١"})
  void what_is_almost_a_number_is_refused(String number) {
    assertThatThrownBy(() -> condition(Type.NUMBER, Operator.IN, number))
        .isInstanceOf(InvalidValue.class)
        .hasMessageContaining("number");
  }

  @Test
  void an_operator_compares_its_own_types_only() {
    assertThatThrownBy(() -> condition(Type.TEXT, Operator.AT_LEAST, "a"))
        .isInstanceOf(InvalidValue.class)
        .hasMessageContaining("at_least does not compare a text");
    assertThatThrownBy(() -> condition(Type.BOOLEAN, Operator.EQUALS, "yes"))
        .isInstanceOf(InvalidValue.class);
    assertThatThrownBy(() -> condition(Type.NUMBER, Operator.ABOVE, "1", "2"))
        .isInstanceOf(InvalidValue.class);
  }
}
