package io.trialog.benchmarks;

import io.trialog.sdk.ClientListener;
import io.trialog.sdk.TrialogClient;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.Evaluator;
import io.trialog.sdk.core.Snapshot;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The client of sdk/java, streaming. */
final class SseWay implements SdkWay {
  private static final Duration START = Duration.ofSeconds(30);

  private final URI address;
  private final String token;
  private volatile @Nullable TrialogClient client;

  SseWay(URI address, String token) {
    this.address = address;
    this.token = token;
  }

  @Override
  public void open(Runnable changed) throws InterruptedException {
    ClientListener listener =
        new ClientListener() {
          @Override
          public void snapshotAccepted(Snapshot snapshot) {
            changed.run();
          }
        };
    client =
        TrialogClient.builder()
            .baseUrl(address)
            .token(token)
            .environment("production")
            .mode(TrialogClient.Mode.STREAMING)
            .listener(listener)
            .build();
    if (!opened().awaitReady(START)) {
      throw new IllegalStateException("no snapshot within " + START);
    }
  }

  private TrialogClient opened() {
    TrialogClient opened = client;
    if (opened == null) {
      throw new IllegalStateException("not open");
    }
    return opened;
  }

  @Override
  public Decision peek(String experiment, Context context) {
    TrialogClient asked = client;
    // The first snapshot may come before the builder has returned.
    return asked == null
        ? Evaluator.evaluate(null, experiment, context, "none")
        : asked.peek(experiment, context, "none");
  }

  @Override
  public void close() {
    opened().close();
  }
}
