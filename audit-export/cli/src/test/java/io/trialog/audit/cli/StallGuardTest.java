package io.trialog.audit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class StallGuardTest {

  /** Gives nothing until it is closed. */
  private static final class SilentStream extends InputStream {
    private final CountDownLatch closed = new CountDownLatch(1);

    @Override
    public int read() throws IOException {
      try {
        closed.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      throw new IOException("closed");
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }

  @Test
  @Timeout(20)
  void a_silent_stream_fails_after_the_deadline() throws IOException {
    try (StallGuard guard = new StallGuard(new SilentStream(), Duration.ofMillis(50))) {
      assertThatExceptionOfType(IOException.class).isThrownBy(guard::read);
    }
  }

  @Test
  void a_stream_that_talks_is_passed_on() throws IOException {
    byte[] bytes = {1, 2, 3};
    try (StallGuard guard =
        new StallGuard(new ByteArrayInputStream(bytes), Duration.ofSeconds(60))) {
      assertThat(guard.readAllBytes()).isEqualTo(bytes);
    }
  }
}
