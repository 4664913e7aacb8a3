package io.trialog.sdk.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Arms of equal size: a treatment and a matched control, the rest not enrolled. */
class EqualArmsTest {
  @Test
  void a_canary_of_one_percent_gets_a_control_of_one_percent() {
    SlotTable table =
        SlotTable.fromShares(
            new String[] {"control", "green"}, new double[] {0.99, 0.01}, "control");

    assertThat(Allocation.enrolEqually(table, 500_000))
        .containsExactly(SlotRange.of(0, 50, "control"), SlotRange.of(9_900, 9_950, "green"));
    assertThat(Allocation.enrolEqually(table, 1_000_000))
        .containsExactly(SlotRange.of(0, 100, "control"), SlotRange.of(9_900, 10_000, "green"));
    assertThat(Allocation.enrolEqually(table, 9_999)).isEmpty();
  }

  @Test
  void traffic_outside_of_everybody_is_refused() {
    SlotTable table =
        SlotTable.fromShares(new String[] {"control", "a"}, new double[] {0.5, 0.5}, "control");
    assertThatThrownBy(() -> Allocation.enrolEqually(table, 1_000_001))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1000001");
    assertThatThrownBy(() -> Allocation.enrolEqually(table, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void equal_arms_only_widen_and_full_shares_widen_them(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 50; i++) {
      SlotTable table = table(random);
      int low = random.nextInt(1_000_001);
      int high = low + random.nextInt(1_000_001 - low);
      String story = "seed %d: %s at %d and %d".formatted(seed, table, low, high);
      List<SlotRange> before = Allocation.enrolEqually(table, low);
      List<SlotRange> after = Allocation.enrolEqually(table, high);

      assertThat(Allocation.widens(before, after)).as(story).isTrue();
      assertThat(Allocation.moved(before, after)).as(story).isZero();
      assertThat(Allocation.widens(before, Allocation.enrol(table, low))).as(story).isTrue();
      assertThat(Allocation.widens(before, Allocation.enrol(table, high))).as(story).isTrue();
      assertThat(after.stream().map(SlotRange::length).distinct().count())
          .as("%s: sizes of arms", story)
          .isLessThanOrEqualTo(1);
      assertThat(after.stream().map(SlotRange::variant).distinct().count())
          .as("%s: one range an arm", story)
          .isEqualTo(after.size());
    }
  }

  /** Two to five variants with any shares; sums below 1 leave control a second range. */
  private static SlotTable table(Random random) {
    int variants = 2 + random.nextInt(4);
    List<Share> shares = new ArrayList<>();
    double left = 1 - random.nextInt(2) * random.nextDouble() * 0.2;
    for (int i = 0; i < variants; i++) {
      double share = i == variants - 1 ? left : left * random.nextDouble();
      shares.add(Share.of(i == 0 ? "control" : "v" + i, share));
      left -= share;
    }
    return SlotTable.fromShares(shares, "control");
  }
}
