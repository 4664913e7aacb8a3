package io.trialog.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
  private static long visits(Pace pace, long fromMillis, long toMillis, long stepMillis) {
    long visits = 0;
    for (long now = fromMillis; now <= toMillis; now += stepMillis) {
      visits += pace.due(now);
    }
    return visits;
  }

  @Test
  void sixty_visits_are_due_each_second_whatever_the_step() {
    assertThat(visits(new Pace(5_000), 5_000, 65_000, 50)).isBetween(3_599L, 3_600L);
    assertThat(visits(new Pace(5_000), 5_000, 65_000, 7)).isBetween(3_598L, 3_600L);
  }

  @Test
  void a_late_thread_makes_up_for_one_second_at_most() {
    Pace pace = new Pace(0);

    assertThat(pace.due(30_000)).isEqualTo(60);
    assertThat(pace.due(30_000)).isZero();
  }

  @Test
  void a_clock_that_stands_or_goes_back_makes_no_visits() {
    Pace pace = new Pace(1_000);

    assertThat(pace.due(2_000)).isEqualTo(60);
    assertThat(pace.due(1_500)).isZero();
    assertThat(pace.due(2_000)).isZero();
  }

  @Test
  void after_half_an_hour_a_tenth_is_left() {
    Pace pace = new Pace(0);
    pace.due(Pace.FULL_MILLIS);

    assertThat(visits(pace, Pace.FULL_MILLIS, Pace.FULL_MILLIS + 60_000, 50)).isBetween(359L, 361L);
  }
}
