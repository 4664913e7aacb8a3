package io.trialog.sdk.core.targeting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.targeting.Condition.Operator;
import io.trialog.sdk.core.targeting.Condition.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Protocol clauses 9.4 to 9.7, where the vectors cannot go: NaN, big numbers, sorting. */
class TargetingTest {
  private static boolean number(Operator operator, String bound, double value) {
    return Condition.of("a", Type.NUMBER, operator, List.of(bound))
        .admits(Context.empty().with("a", value));
  }

  @Test
  void nothing_is_met_by_nan_and_infinities_are_beyond_every_bound() {
    for (Operator operator :
        List.of(
            Operator.EQUALS,
            Operator.IN,
            Operator.AT_LEAST,
            Operator.ABOVE,
            Operator.AT_MOST,
            Operator.BELOW)) {
      assertThat(number(operator, "0", Double.NaN)).as("%s", operator).isFalse();
    }
    assertThat(number(Operator.ABOVE, "999999999999999", Double.POSITIVE_INFINITY)).isTrue();
    assertThat(number(Operator.BELOW, "-999999999999999", Double.NEGATIVE_INFINITY)).isTrue();
    assertThat(number(Operator.EQUALS, "0", -0.0)).isTrue();
    assertThat(number(Operator.EQUALS, "-0", 0.0)).isTrue();
  }

  @Test
  void a_long_beyond_2_to_the_53_is_compared_as_the_nearest_double_and_keeps_its_text() {
    Context context = Context.empty().with("a", (1L << 53) + 1);
    assertThat(context.get("a")).isEqualTo("9007199254740993");
    assertThat(((Number) context.value("a")).doubleValue()).isEqualTo(9007199254740992.0);
    assertThat(Context.empty().with("a", 42.0).get("a")).isEqualTo("42");
    assertThat(Context.empty().with("a", -0.0).get("a")).isEqualTo("0");
    assertThat(Context.empty().with("a", 0.5).get("a")).isNull();
    assertThat(Context.empty().with("a", Double.NaN).get("a")).isNull();
    assertThat(Context.empty().with("a", 1e300).get("a")).isNull();
    assertThat(Context.empty().with("a", List.of("x")).get("a")).isNull();
  }

  @Test
  void a_set_is_a_copy_without_nulls_and_a_null_set_takes_the_attribute_away() {
    List<String> segments = new ArrayList<>(Arrays.asList("beta", null));
    Context context = Context.empty().with("segments", segments);
    segments.add("late");
    Condition late = Condition.of("segments", Type.SET, Operator.CONTAINS_ANY, List.of("late"));
    Condition beta = Condition.of("segments", Type.SET, Operator.CONTAINS_ALL, List.of("beta"));
    assertThat(late.admits(context)).isFalse();
    assertThat(beta.admits(context)).isTrue();
    assertThat(context.with("segments", (List<String>) null)).isEqualTo(Context.empty());
  }

  /** The example of semver.org, item 11, and versions around it, each below the next. */
  private static final List<String> ASCENDING =
      List.of(
          "0.0.0-0",
          "0.0.0",
          "0.9.10",
          "1.0.0-0",
          "1.0.0-9",
          "1.0.0-10",
          "1.0.0-99999999999999999999999",
          "1.0.0--",
          "1.0.0-A",
          "1.0.0-alpha",
          "1.0.0-alpha.1",
          "1.0.0-alpha.1.0",
          "1.0.0-alpha.beta",
          "1.0.0-beta",
          "1.0.0-beta.2",
          "1.0.0-beta.11",
          "1.0.0-rc.1",
          "1.0.0",
          "1.0.1",
          "1.9.0",
          "1.10.0",
          "2.0.0",
          "99999999999999999999999.0.0",
          "100000000000000000000000.0.0");

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void versions_sort_as_semver_says_whatever_their_build(long seed) {
    for (int i = 0; i < ASCENDING.size(); i++) {
      for (int j = 0; j < ASCENDING.size(); j++) {
        String a = ASCENDING.get(i) + (i % 2 == 0 ? "+build.7" : "");
        String b = ASCENDING.get(j) + (j % 3 == 0 ? "+-" : "");
        assertThat(Integer.signum(Version.compare(a, b)))
            .as("%s and %s", a, b)
            .isEqualTo(Integer.compare(i, j));
        assertThat(Version.is(a)).as(a).isTrue();
      }
    }
    List<String> shuffled = new ArrayList<>(ASCENDING);
    Collections.shuffle(shuffled, new Random(seed));
    shuffled.sort(Version::compare);
    assertThat(shuffled).isEqualTo(ASCENDING);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {4, 5, 6})
  void a_version_is_what_the_regular_expression_of_semver_org_matches(long seed) {
    String pattern =
        "(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)"
            + "(?:-((?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)"
            + "(?:\\.(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?"
            + "(?:\\+([0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*))?";
    Random random = new Random(seed);
    int versions = 0;
    for (int i = 0; i < 60_000; i++) {
      StringBuilder text = new StringBuilder("1.0.0");
      for (int n = 1 + random.nextInt(4); n > 0; n--) {
        int at = random.nextInt(text.length() + 1);
        text.insert(at, "01a-+. ".charAt(random.nextInt(7)));
      }
      String version = text.toString();
      boolean expected = version.matches(pattern);
      versions += expected ? 1 : 0;
      assertThat(Version.is(version)).as("seed %s \"%s\"", seed, version).isEqualTo(expected);
    }
    assertThat(versions).isGreaterThan(2_000);
  }

  @Test
  void format_1_and_2_do_not_mix() {
    Condition worded = Condition.worded("a", Operator.IN, List.of());
    Condition typed = Condition.onText("a", Operator.IN, List.of("x"));
    assertThatThrownBy(() -> Targeting.not(worded).typed("it"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Targeting.all(List.of(typed)).worded("it"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Targeting.any(List.of(worded)).worded("it"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(Targeting.all(List.of(worded)).worded("it")).containsExactly(worded);
    assertThat(typed).isNotEqualTo(Condition.worded("a", Operator.IN, List.of("x")));
  }
}
