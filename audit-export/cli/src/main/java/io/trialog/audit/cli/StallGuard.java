package io.trialog.audit.cli;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Closes a stream on which nothing arrives for too long; the read that waits then fails. The JDK's
 * client has no deadline for a body.
 */
final class StallGuard extends FilterInputStream {

  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("stall-guard").factory());
  private volatile long lastNanos = System.nanoTime();

  StallGuard(InputStream in, Duration atMost) {
    super(in);
    long nanos = atMost.toNanos();
    var _ =
        watch.scheduleWithFixedDelay(
            () -> closeAfter(nanos), nanos / 4, nanos / 4, TimeUnit.NANOSECONDS);
  }

  private void closeAfter(long nanos) {
    if (System.nanoTime() - lastNanos > nanos) {
      try {
        in.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public int read() throws IOException {
    int next = super.read();
    lastNanos = System.nanoTime();
    return next;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int count = super.read(bytes, offset, length);
    lastNanos = System.nanoTime();
    return count;
  }

  @Override
  public void close() throws IOException {
    watch.shutdownNow();
    super.close();
  }
}
