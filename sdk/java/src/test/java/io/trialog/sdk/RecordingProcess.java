package io.trialog.sdk;

import io.trialog.sdk.core.Context;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Records exposures until it is killed, and says how many are in the folder. */
final class RecordingProcess {
  private static final int MOST = 3_000;

  private RecordingProcess() {}

  /**
   * Runs.
   *
   * @param arguments base URL, verifier key, folder
   */
  public static void main(String[] arguments) throws Exception {
    TrialogClient client =
        TrialogClient.builder()
            .baseUrl(URI.create(arguments[0]))
            .token(FakePlatform.TOKEN)
            .environment("production")
            .verifierKey(arguments[1])
            .flushInterval(Duration.ofMillis(20))
            .queueFolder(Path.of(arguments[2]))
            .listener(
                new ClientListener() {
                  @Override
                  public void problem(String what) {
                    System.out.println("problem " + what);
                  }
                })
            .build();
    client.awaitReady(Duration.ofSeconds(30));
    for (int i = 0; true; i++) {
      if (i < MOST) {
        client.evaluate("checkout", Context.of("user_id", "s" + i), "f");
      }
      LockSupport.parkNanos(200_000);
      QueueCounters folder = client.counters().queueFolder();
      System.out.println("written " + folder.eventsWritten());
      if (folder.failures() > 0) {
        System.out.println("failure " + folder.failures());
        LockSupport.parkNanos(20_000_000);
      }
    }
  }
}
