package io.trialog.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class GuardedMarketTest {
  private static final int HARM_BEGINS_SECONDS = 20;
  private static final int TEN_MINUTES = 600;

  /** Seconds from the begin of its traffic to its end, in ascending order; ten minutes is never. */
  private static List<Integer> livesOfTheHarmful(int markets) {
    List<Integer> lives = new ArrayList<>();
    for (int seed = 0; seed < markets; seed++) {
      Map<String, Integer> kills = new GuardedMarket(seed).killsWithin(HARM_BEGINS_SECONDS + 90);
      lives.add(kills.getOrDefault(Catalogue.HARMFUL, TEN_MINUTES) - HARM_BEGINS_SECONDS);
    }
    Collections.sort(lives);
    return lives;
  }

  @Test
  void the_harmful_experiment_is_stopped_within_a_minute() {
    List<Integer> lives = livesOfTheHarmful(40);

    assertThat(lives.get(20)).as("median of %s", lives).isBetween(3, 19);
    assertThat(lives.getLast()).as("longest of %s", lives).isLessThan(60);
  }

  @Test
  void the_harmless_experiments_are_left_alone_for_ten_minutes() {
    for (int seed = 0; seed < 5; seed++) {
      assertThat(new GuardedMarket(seed).killsWithin(TEN_MINUTES))
          .as("seed %d", seed)
          .containsOnlyKeys(Catalogue.HARMFUL);
    }
  }

  /** 400 markets: with a probability of 0.99 each, 390 are left alone but for bad luck of 0.1%. */
  @Test
  @Tag("slow")
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void the_harmless_experiments_are_left_alone_in_nearly_all_markets() {
    long disturbed =
        LongStream.range(1_000, 1_400)
            .parallel()
            .filter(seed -> new GuardedMarket(seed).killsWithin(TEN_MINUTES).size() > 1)
            .count();

    assertThat(disturbed).isLessThanOrEqualTo(4);
  }
}
