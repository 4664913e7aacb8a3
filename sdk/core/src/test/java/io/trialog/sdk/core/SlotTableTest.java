package io.trialog.sdk.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Protocol clauses 2.1 to 2.3. */
class SlotTableTest {
  static List<Map<String, Object>> cases() {
    return Vectors.cases(Vectors.read("shares/vectors.json"));
  }

  @Test
  void there_are_at_least_fifty_share_lists() {
    assertThat(cases()).hasSizeGreaterThanOrEqualTo(50);
  }

  @ParameterizedTest
  @MethodSource("cases")
  @Tag("vectors")
  void a_table_answers_each_slot_as_the_python_reference(Map<String, Object> vector)
      throws Exception {
    SlotTable table = table(vector);
    assertThat(table.ranges()).isEqualTo(ranges(vector, "runs"));
    byte[] answers = String.join(",", table.toArray()).getBytes(StandardCharsets.UTF_8);
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(answers);
    assertThat(HexFormat.of().formatHex(digest)).isEqualTo(vector.get("sha256"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  @Tag("vectors")
  void each_traffic_enrols_what_the_python_reference_enrols(Map<String, Object> vector) {
    SlotTable table = table(vector);
    List<Map<String, Object>> rows =
        Vectors.cases(Vectors.read("ramps/vectors.json")).stream()
            .filter(row -> row.get("name").equals(vector.get("name")))
            .toList();
    assertThat(rows).hasSizeGreaterThan(10);
    for (Map<String, Object> row : rows) {
      int ppm = Math.toIntExact((Long) row.get("ppm"));
      assertThat(Allocation.enrol(table, ppm)).as("%s ppm", ppm).isEqualTo(ranges(row, "ranges"));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void a_table_answers_each_slot_as_the_reference_in_java(Map<String, Object> vector) {
    SlotTable table = table(vector);
    List<Share> shares = shares(vector);
    for (int slot = 0; slot < 10_000; slot++) {
      assertThat(table.variantOf(slot))
          .as("slot %s", slot)
          .isEqualTo(reference(slot, shares, (String) vector.get("control")));
    }
  }

  @Test
  void slot_9500_of_90_5_5_belongs_to_the_second_variant() {
    SlotTable table =
        SlotTable.fromShares(
            new String[] {"control", "a", "b"}, new double[] {0.9, 0.05, 0.05}, "control");
    assertThat(table.variantOf(9_500)).isEqualTo("a");
    assertThat(table.variantOf(9_501)).isEqualTo("b");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void drawn_share_lists_follow_the_reference(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 40; i++) {
      List<Share> shares = drawn(random);
      SlotTable table = SlotTable.fromShares(shares, "v1");
      for (int slot = 0; slot < 10_000; slot++) {
        assertThat(table.variantOf(slot))
            .as("seed %s shares %s slot %s", seed, shares, slot)
            .isEqualTo(reference(slot, shares, "v1"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void more_traffic_only_adds_slots(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 100; i++) {
      SlotTable table = SlotTable.fromShares(drawn(random), "v0");
      int low = random.nextInt(1_000_001);
      int high = low + random.nextInt(1_000_001 - low);
      List<SlotRange> before = Allocation.enrol(table, low);
      List<SlotRange> after = Allocation.enrol(table, high);
      assertThat(Allocation.widens(before, after)).as("seed %s %s %s", seed, low, high).isTrue();
      assertThat(Allocation.moved(before, after)).isZero();
      assertThat(Allocation.widens(after, table.ranges())).isTrue();
    }
  }

  @Test
  void traffic_takes_the_first_slots_of_each_range_rounded_down() {
    SlotTable table =
        SlotTable.fromShares(
            new String[] {"control", "treatment"}, new double[] {0.5, 0.5}, "control");
    assertThat(Allocation.enrol(table, 500_000))
        .containsExactly(
            SlotRange.of(0, 2_500, "control"), SlotRange.of(5_000, 7_500, "treatment"));
    assertThat(Allocation.enrol(table, 399))
        .containsExactly(SlotRange.of(0, 1, "control"), SlotRange.of(5_000, 5_001, "treatment"));
    assertThat(Allocation.enrol(table, 199)).isEmpty();
    assertThat(Allocation.enrol(table, 0)).isEmpty();
    assertThat(Allocation.enrol(table, 1_000_000)).isEqualTo(table.ranges());
  }

  @Test
  void a_changed_split_does_not_widen_and_counts_who_is_moved() {
    String[] variants = {"control", "treatment"};
    List<SlotRange> half =
        SlotTable.fromShares(variants, new double[] {0.5, 0.5}, "control").ranges();
    List<SlotRange> fifth =
        SlotTable.fromShares(variants, new double[] {0.8, 0.2}, "control").ranges();
    assertThat(Allocation.widens(half, fifth)).isFalse();
    assertThat(Allocation.moved(half, fifth)).isEqualTo(3_000);
    assertThat(Allocation.widens(half, List.of())).isFalse();
  }

  @Test
  void a_share_list_that_makes_no_sense_is_refused() {
    assertThatThrownBy(() -> Share.of("a", -0.1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Share.of("a", Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SlotTable.fromShares(List.of(), "control"))
        .isInstanceOf(IllegalArgumentException.class);
    List<Share> twice = List.of(Share.of("a", 0.5), Share.of("a", 0.5));
    assertThatThrownBy(() -> SlotTable.fromShares(twice, "a")).hasMessageContaining("two shares");
  }

  private static List<Share> drawn(Random random) {
    List<Share> shares = new ArrayList<>();
    int variants = 1 + random.nextInt(6);
    for (int i = 0; i < variants; i++) {
      double share = random.nextInt(3) == 0 ? random.nextInt(51) / 100.0 : random.nextDouble() / 2;
      shares.add(Share.of("v" + i, share));
    }
    return shares;
  }

  private static String reference(int slot, List<Share> shares, String control) {
    double score = slot / 10000.0;
    double cumulative = 0;
    for (Share share : shares) {
      cumulative += share.share();
      if (score < cumulative) {
        return share.variant();
      }
    }
    return control;
  }

  private static SlotTable table(Map<String, Object> vector) {
    return SlotTable.fromShares(shares(vector), (String) vector.get("control"));
  }

  private static List<Share> shares(Map<String, Object> vector) {
    return Vectors.rows(vector.get("shares")).stream()
        .map(pair -> Share.of((String) pair.get(0), ((Number) pair.get(1)).doubleValue()))
        .toList();
  }

  private static List<SlotRange> ranges(Map<String, Object> vector, String member) {
    return Vectors.rows(vector.get(member)).stream()
        .map(run ->
            SlotRange.of(
                ((Long) run.get(0)).intValue(),
                ((Long) run.get(1)).intValue(),
                (String) run.get(2)))
        .toList();
  }
}
