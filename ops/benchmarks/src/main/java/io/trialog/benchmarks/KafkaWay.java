package io.trialog.benchmarks;

import io.trialog.sdk.ClientListener;
import io.trialog.sdk.TrialogClient;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.kafka.KafkaSource;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The client of sdk/java with the source of sdk/kafka, and no other way: what it is told of the
 * platform's address is a port where nobody listens.
 */
final class KafkaWay implements SdkWay {
  private static final URI NOBODY = URI.create("http://127.0.0.1:9");
  private static final Duration START = Duration.ofSeconds(30);

  private final String bootstrap;
  private final String verifierKey;
  private volatile @Nullable TrialogClient client;
  private volatile @Nullable KafkaSource source;

  KafkaWay(String bootstrap, String verifierKey) {
    this.bootstrap = bootstrap;
    this.verifierKey = verifierKey;
  }

  @Override
  public void open(Runnable changed) throws InterruptedException {
    CountDownLatch first = new CountDownLatch(1);
    ClientListener listener =
        new ClientListener() {
          @Override
          public void snapshotAccepted(Snapshot snapshot) {
            first.countDown();
            changed.run();
          }
        };
    TrialogClient opened =
        TrialogClient.builder()
            .baseUrl(NOBODY)
            .token("none")
            .environment("production")
            .mode(TrialogClient.Mode.POLLING)
            .receipts(false)
            .verifierKey(verifierKey)
            .listener(listener)
            .build();
    client = opened;
    source = KafkaSource.start(opened, bootstrap);
    if (!first.await(START.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException("no snapshot from Kafka within " + START);
    }
  }

  @Override
  public Decision peek(String experiment, Context context) {
    TrialogClient asked = client;
    if (asked == null) {
      throw new IllegalStateException("not open");
    }
    return asked.peek(experiment, context, "none");
  }

  @Override
  public void close() {
    KafkaSource reading = source;
    if (reading != null) {
      reading.close();
    }
    TrialogClient opened = client;
    if (opened != null) {
      opened.close();
    }
  }
}
