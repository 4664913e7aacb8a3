package io.trialog.audit.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.audit.proof.BundleVerifier;
import io.trialog.audit.proof.Finding;
import io.trialog.audit.proof.Verification;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class MillionEventsTest {

  private static final int EVENTS = 1_000_000;

  @TempDir Path temp;

  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void a_million_events_are_sequenced_exported_verified_and_one_flipped_bit_is_found()
      throws IOException, SQLException {
    TestLog log = new TestLog(temp.resolve("log"));
    try (Connection heldOpen = log.database().getConnection()) {
      assertThat(heldOpen.isValid(1)).isTrue();
      run(log);
    }
  }

  private void run(TestLog log) throws IOException {
    long started = System.nanoTime();
    Sequencer sequencer = log.open();
    for (int i = 0; i < EVENTS / 5_000; i++) {
      sequencer.append(log.events(5_000));
    }
    started = tell("sequenced", started);
    Path bundle = temp.resolve("bundle");
    log.writer().writeFolder(EVENTS, bundle);
    started = tell("exported", started);
    Verification honest = BundleVerifier.verify(bundle, log.policy());
    started = tell("verified", started);

    assertThat(honest.findings()).isEmpty();
    assertThat(honest.eventsRead()).isEqualTo(EVENTS);

    try (RandomAccessFile events =
        new RandomAccessFile(bundle.resolve("events.ndjson").toFile(), "rw")) {
      events.seek(events.length() / 3);
      int one = events.read();
      events.seek(events.length() / 3);
      events.write(one ^ 1);
    }
    Verification damaged = BundleVerifier.verify(bundle, log.policy());
    tell("verified again", started);

    assertThat(damaged.firstBadEvent().orElseThrow().code()).isEqualTo(Finding.Code.EVENT_CHANGED);
  }

  private static long tell(String what, long started) {
    long now = System.nanoTime();
    System.out.println(EVENTS + " events " + what + " in " + Duration.ofNanos(now - started));
    return now;
  }
}
