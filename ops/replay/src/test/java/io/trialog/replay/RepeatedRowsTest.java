package io.trialog.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepeatedRowsTest {

  /** The filter is far too small for 50,000 rows here, so that false alarms are certain. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void ordinals_are_those_of_a_plain_count(long seed) throws ReplayFailure {
    Random random = new Random(seed);
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      rows.add("row " + random.nextInt(40_000));
    }
    RepeatedRows repeated = new RepeatedRows(1);
    for (String row : rows) {
      repeated.notice(EventIds.rowDigest(List.of(row)));
    }
    Map<String, Integer> counts = new HashMap<>();
    for (String row : rows) {
      int expected = counts.merge(row, 1, Integer::sum) - 1;
      assertThat(repeated.ordinal(EventIds.rowDigest(List.of(row))))
          .as("seed %d, %s", seed, row)
          .isEqualTo(expected);
    }
  }
}
