package io.trialog.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.sdk.core.Context;
import org.junit.jupiter.api.Test;

class WaitingTest {
  private static Waiting.Due due(long atMillis) {
    return new Waiting.Due(atMillis, Context.empty(), new Happening("ride_booked", 1, 0));
  }

  @Test
  void outcomes_come_when_they_are_due_and_once() {
    Waiting waiting = new Waiting(10);
    waiting.add(due(300));
    waiting.add(due(100));
    waiting.add(due(200));

    assertThat(waiting.take(99)).isEmpty();
    assertThat(waiting.take(200)).extracting(Waiting.Due::atMillis).containsExactly(100L, 200L);
    assertThat(waiting.take(200)).isEmpty();
    assertThat(waiting.take(1_000)).extracting(Waiting.Due::atMillis).containsExactly(300L);
    assertThat(waiting.size()).isZero();
  }

  @Test
  void what_does_not_fit_is_dropped_and_counted() {
    Waiting waiting = new Waiting(3);
    for (int i = 0; i < 10; i++) {
      assertThat(waiting.add(due(i))).isEqualTo(i < 3);
    }

    assertThat(waiting.size()).isEqualTo(3);
    assertThat(waiting.dropped()).isEqualTo(7);
    assertThat(waiting.take(100)).extracting(Waiting.Due::atMillis).containsExactly(0L, 1L, 2L);
    assertThat(waiting.add(due(11))).isTrue();
  }
}
