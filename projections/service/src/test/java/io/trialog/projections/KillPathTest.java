package io.trialog.projections;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.measurement.kafka.EmbeddedKafka;
import io.trialog.sdk.ClientState;
import io.trialog.sdk.TrialogClient;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Reason;
import io.trialog.sdk.core.note.VerifierKey;
import io.trialog.sdk.kafka.KafkaSource;
import io.trialog.snapshots.FakeEventLog;
import io.trialog.snapshots.KeyCeremony;
import io.trialog.snapshots.Story;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Protocol clauses 13.3 and 13.4: from the log to SDKs that have nothing but Kafka. */
@Tag("slow")
@Timeout(180)
class KillPathTest {
  @TempDir Path folder;
  private final FakeEventLog log = new FakeEventLog();
  private final Story story = new Story(log);

  @Test
  void a_kill_reaches_by_kafka_who_cannot_reach_the_platform_and_who_starts_after_its_end()
      throws Exception {
    story.everything();
    story.say(new ExperimentDrafted("flowing", Story.design("flowing")));
    story.say(new ExperimentStarted("flowing", 1_000_000, 0, Story.slots(1_000_000), null, null));
    try (EmbeddedKafka kafka = EmbeddedKafka.at(folder.resolve("kafka"), 0, 0)) {
      kafka.start();
      String key;
      try (Host host = new Host(log, folder)) {
        host.stream.start(kafka.bootstrap());
        key = host.projections.snapshotKeys().signer("production").verifierKey().toString();
        try (TrialogClient client = client(key);
            KafkaSource source = KafkaSource.start(client, kafka.bootstrap())) {
          Host.await(() -> reason(client) == Reason.ASSIGNED, "the start of the experiment");
          story.say(new ExperimentKilled("flowing", null, null));
          Host.await(() -> reason(client) == Reason.KILLED, "the kill");
          assertThat(source.status().reading()).isTrue();
          Host.await(() -> client.snapshot().orElseThrow().position() == log.head(), "the newest");
        }
      }
      try (TrialogClient fresh = client(key);
          KafkaSource source = KafkaSource.start(fresh, kafka.bootstrap())) {
        assertThat(fresh.awaitReady(Host.LIMIT)).isTrue();
        Host.await(() -> reason(fresh) == Reason.KILLED, "the kill, after the platform's end");
        assertThat(fresh.state()).isEqualTo(ClientState.STALE);
        assertThat(source.status().failures()).isZero();
      }
    }
  }

  /** Clause 12.8: from the folder of keys to a client that hears of keys by Kafka only. */
  @Test
  void a_stolen_key_is_given_up_and_the_next_one_is_followed_by_who_has_nothing_but_kafka()
      throws Exception {
    story.everything();
    story.say(new ExperimentDrafted("flowing", Story.design("flowing")));
    story.say(new ExperimentStarted("flowing", 1_000_000, 0, Story.slots(1_000_000), null, null));
    try (EmbeddedKafka kafka = EmbeddedKafka.at(folder.resolve("kafka"), 0, 0)) {
      kafka.start();
      VerifierKey stolen;
      try (Host host = new Host(log, folder)) {
        host.stream.start(kafka.bootstrap());
        stolen = host.projections.snapshotKeys().signer("production").verifierKey();
        try (TrialogClient client = client(stolen.toString());
            KafkaSource source = KafkaSource.start(client, kafka.bootstrap())) {
          Host.await(() -> reason(client) == Reason.ASSIGNED, "the start of the experiment");
          new KeyCeremony(folder.resolve("keys/snapshots"), Map.of(), Clock.systemUTC())
              .revoke("production", stolen.idText());
          Host.await(
              () -> host.projections.snapshots().keyStatements("production").size() == 2,
              "the platform's new key");
          story.say(new ExperimentKilled("flowing", null, null));
          Host.await(() -> reason(client) == Reason.KILLED, "the kill, by the new key");
          assertThat(source.status().reading()).isTrue();
        }
      }
      try (TrialogClient fresh = client(stolen.toString());
          KafkaSource source = KafkaSource.start(fresh, kafka.bootstrap())) {
        Host.await(() -> reason(fresh) == Reason.KILLED, "the kill, after the platform's end");
        assertThat(source.status().failures()).isZero();
      }
    }
  }

  private static Reason reason(TrialogClient client) {
    return client.evaluate("flowing", Context.of("user_id", "u1"), "fallback").reason();
  }

  private static TrialogClient client(String key) {
    return TrialogClient.builder()
        .baseUrl(URI.create("http://127.0.0.1:1"))
        .token("trl_of_nobody")
        .environment("production")
        .verifierKey(key)
        .longestBackoff(Duration.ofSeconds(1))
        .build();
  }
}
