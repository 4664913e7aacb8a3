package io.trialog.measurement.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class CadenceTest {
  private static final long MS = 1_000_000;

  private final List<CompletableFuture<Long>> taken = new ArrayList<>();
  private final Cadence cadence = new Cadence(Duration.ofMillis(200), this::take, 0);

  private CompletableFuture<Long> take() {
    taken.add(new CompletableFuture<>());
    return taken.getLast();
  }

  @Test
  void a_quiet_job_takes_none() {
    cadence.tick(0, 10_000 * MS);
    assertThat(taken).isEmpty();
  }

  @Test
  void the_first_record_is_covered_at_once_and_only_once() {
    cadence.tick(1, 5 * MS);
    cadence.tick(1, 6 * MS);
    assertThat(taken).hasSize(1);
    taken.getFirst().complete(1L);
    cadence.tick(1, 10_000 * MS);
    assertThat(taken).hasSize(1);
  }

  @Test
  void what_is_folded_meanwhile_waits_for_the_pause() {
    cadence.tick(1, 0);
    cadence.tick(2, 10 * MS);
    taken.getFirst().complete(1L);
    cadence.tick(2, 20 * MS);
    cadence.tick(2, 219 * MS);
    assertThat(taken).hasSize(1);
    cadence.tick(2, 220 * MS);
    assertThat(taken).hasSize(2);
  }

  @Test
  void a_long_checkpoint_is_followed_by_twice_its_time() {
    cadence.tick(1, 0);
    taken.getFirst().complete(1L);
    cadence.tick(2, 1_000 * MS);
    cadence.tick(2, 2_999 * MS);
    assertThat(taken).hasSize(1);
    cadence.tick(2, 3_000 * MS);
    assertThat(taken).hasSize(2);
  }

  @Test
  void a_declined_one_is_tried_again_after_the_pause_though_nothing_is_new() {
    cadence.tick(1, 0);
    taken.getFirst().completeExceptionally(new IllegalStateException("not all tasks run"));
    cadence.tick(1, 50 * MS);
    assertThat(taken).hasSize(1);
    cadence.tick(1, 250 * MS);
    assertThat(taken).hasSize(2);
  }
}
