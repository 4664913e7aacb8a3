package io.trialog.query.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.SlotSpan;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CapacityTest {
  @Test
  void all_is_free_of_what_nobody_owns_and_nothing_of_what_is_owned_whole() {
    assertThat(Capacity.leftBy(List.of()).free()).containsExactly(new SlotSpan(0, 10_000));
    Capacity none = Capacity.leftBy(List.of(new SlotSpan(5_000, 10_000), new SlotSpan(0, 5_000)));
    assertThat(none.free()).isEmpty();
    assertThat(none.slots()).isZero();
    assertThat(none.largest()).isEmpty();
  }

  @Test
  void the_first_of_the_longest_is_the_largest() {
    Capacity capacity = Capacity.leftBy(List.of(new SlotSpan(100, 200), new SlotSpan(300, 9_900)));
    assertThat(capacity.free())
        .containsExactly(new SlotSpan(0, 100), new SlotSpan(200, 300), new SlotSpan(9_900, 10_000));
    assertThat(capacity.largest()).contains(new SlotSpan(0, 100));
    assertThat(capacity.slots()).isEqualTo(300);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void owned_and_free_slots_are_all_slots_once(long seed) {
    Random random = new Random(seed);
    List<SlotSpan> owned = new ArrayList<>();
    for (int from = 0; from < 9_000; ) {
      int to = from + 1 + random.nextInt(600);
      if (random.nextBoolean()) {
        owned.add(new SlotSpan(from, to));
      }
      from = to;
    }
    Collections.shuffle(owned, random);
    BitSet free = new BitSet();
    free.set(0, 10_000);
    owned.forEach(span -> free.clear(span.from(), span.to()));
    Capacity capacity = Capacity.leftBy(owned);
    BitSet found = new BitSet();
    capacity.free().forEach(span -> found.set(span.from(), span.to()));
    assertThat(found).as("seed %d", seed).isEqualTo(free);
    assertThat(capacity.slots()).isEqualTo(free.cardinality());
  }
}
