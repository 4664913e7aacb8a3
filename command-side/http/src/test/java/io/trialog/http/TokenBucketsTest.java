package io.trialog.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TokenBucketsTest {
  private final AtomicLong nanos = new AtomicLong();
  private final TokenBuckets buckets = new TokenBuckets(10, 20, nanos::get);

  @Test
  void a_burst_is_admitted_and_then_one_for_each_share_of_a_second() {
    for (int i = 0; i < 20; i++) {
      TokenBuckets.Taken taken = buckets.take("ada");
      assertThat(taken.admitted()).isTrue();
      assertThat(taken.remaining()).isEqualTo(19 - i);
    }
    TokenBuckets.Taken refused = buckets.take("ada");
    assertThat(refused.admitted()).isFalse();
    assertThat(refused.retryAfter()).isEqualTo(Duration.ofMillis(100));

    after(Duration.ofMillis(99));
    assertThat(buckets.take("ada").admitted()).isFalse();
    after(Duration.ofMillis(1));
    assertThat(buckets.take("ada").admitted()).isTrue();
    assertThat(buckets.take("ada").admitted()).isFalse();
  }

  @Test
  void in_the_long_run_nobody_gets_more_than_the_rate() {
    int admitted = 0;
    for (int i = 0; i < 10_000; i++) {
      after(Duration.ofMillis(10));
      admitted += buckets.take("ada").admitted() ? 1 : 0;
    }

    assertThat(admitted).isBetween(1_000, 1_020);
  }

  @Test
  void one_does_not_pay_for_another() {
    for (int i = 0; i < 30; i++) {
      buckets.take("ada");
    }

    assertThat(buckets.take("ben").admitted()).isTrue();
  }

  @Test
  void the_memory_is_bounded_and_the_one_seen_longest_ago_is_forgotten() {
    for (int i = 0; i < 30; i++) {
      buckets.take("ada");
    }
    for (int i = 0; i < 15_000; i++) {
      buckets.take("address-" + i);
      buckets.take("address-0");
    }

    assertThat(buckets.keys()).isEqualTo(10_000);
    assertThat(buckets.take("address-0").admitted()).isFalse();
    assertThat(buckets.take("ada").admitted()).isTrue();
  }

  private void after(Duration duration) {
    nanos.addAndGet(duration.toNanos());
  }
}
