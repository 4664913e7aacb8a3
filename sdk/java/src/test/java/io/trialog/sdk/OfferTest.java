package io.trialog.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.sdk.TrialogClient.Mode;
import io.trialog.sdk.TrialogClient.Offer;
import io.trialog.sdk.core.Experiment.Status;
import io.trialog.sdk.core.SnapshotRefusedException.Reason;
import io.trialog.sdk.core.SnapshotWriter;
import io.trialog.sdk.core.note.KeyStatement;
import io.trialog.sdk.core.note.KeyStatements;
import io.trialog.sdk.core.note.NoteSigner;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Protocol clauses 13.1 and 13.3. */
@Timeout(60)
class OfferTest {
  private FakePlatform platform;
  private final List<String> refusals = new CopyOnWriteArrayList<>();
  private final List<String> problems = new CopyOnWriteArrayList<>();
  private final ClientListener listener =
      new ClientListener() {
        @Override
        public void snapshotRefused(String origin, Reason reason) {
          refusals.add(origin + " " + reason);
        }

        @Override
        public void problem(String what) {
          problems.add(what);
        }
      };

  @BeforeEach
  void start() throws Exception {
    platform = new FakePlatform();
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  private byte[] note(long position, Status status) {
    return bytes(SnapshotWriter.note(FakePlatform.snapshot(position, status), platform.signer));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void an_offered_note_is_served_as_stale_until_the_server_confirms_it() throws Exception {
    try (TrialogClient client = platform.client().build()) {
      assertThat(client.environment()).isEqualTo("production");
      assertThat(client.offer(note(10, Status.RUNNING), "kafka")).isEqualTo(Offer.ACCEPTED);
      assertThat(client.state()).isEqualTo(ClientState.STALE);
      platform.started().publish(10, Status.RUNNING);
      Await.until("ready", () -> client.state() == ClientState.READY);
      assertThat(client.offer(note(10, Status.RUNNING), "kafka")).isEqualTo(Offer.UNCHANGED);
      assertThat(client.offer(note(11, Status.KILLED), "kafka")).isEqualTo(Offer.ACCEPTED);
      assertThat(client.state()).isEqualTo(ClientState.READY);
      assertThat(client.counters().snapshotsAccepted()).isEqualTo(2);
    }
  }

  @Test
  void a_listener_hears_by_which_way_a_refused_snapshot_came(@TempDir Path folder)
      throws Exception {
    String forged =
        SnapshotWriter.note(
            FakePlatform.snapshot(11, Status.KILLED), NoteSigner.generate("trialog/production"));
    Files.writeString(folder.resolve("production.snapshot"), forged);
    platform.started().publish(9, forged);
    try (TrialogClient client = platform.client().cacheFolder(folder).listener(listener).build()) {
      Await.until("two", () -> refusals.contains("http NOT_SIGNED_BY_KEY"));
      platform.publish(10, Status.RUNNING);
      Await.until("a stream is open", () -> platform.openStreams() == 1);
      platform.publish(11, forged);
      Await.until("three", () -> refusals.contains("stream NOT_SIGNED_BY_KEY"));
      assertThat(client.offer(note(8, Status.RUNNING), "redis")).isEqualTo(Offer.REFUSED);
      assertThat(refusals).startsWith("disk NOT_SIGNED_BY_KEY").contains("redis OLDER_POSITION");
    }
  }

  @Test
  void many_threads_may_offer_and_the_newest_stays_in_memory_and_on_disk(@TempDir Path folder)
      throws Exception {
    try (TrialogClient client = platform.client().cacheFolder(folder).build()) {
      List<Thread> threads = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        int of = thread;
        threads.add(
            Thread.ofPlatform()
                .start(() -> {
                  for (long position = of; position < 200; position += 4) {
                    client.offer(note(position, Status.RUNNING), "kafka");
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(client.snapshot().orElseThrow().position()).isEqualTo(199);
      assertThat(Files.readString(folder.resolve("production.snapshot")))
          .contains("\"position\":199,");
    }
  }

  @Test
  void a_client_without_a_key_says_so_and_a_closed_one_too() throws Exception {
    TrialogClient client =
        TrialogClient.builder()
            .baseUrl(platform.url())
            .token(FakePlatform.TOKEN)
            .environment("production")
            .build();
    assertThat(client.offer(note(10, Status.RUNNING), "kafka")).isEqualTo(Offer.NO_KEY);
    client.close();
    assertThat(client.offer(note(10, Status.RUNNING), "kafka")).isEqualTo(Offer.CLOSED);
  }

  /** Clause 12.8: what is learnt by another way is kept on disk like what the server says. */
  @Test
  void statements_about_keys_may_be_offered_and_are_believed_for_their_signatures_only(
      @TempDir Path folder) throws Exception {
    NoteSigner second = NoteSigner.generate("trialog/production");
    NoteSigner thief = NoteSigner.generate("trialog/production");
    byte[] rotation = statements(platform.signer, second);
    byte[] note = bytes(SnapshotWriter.note(FakePlatform.snapshot(10, Status.RUNNING), second));
    try (TrialogClient client = platform.client().cacheFolder(folder).build()) {
      assertThat(client.offer(note, "kafka")).isEqualTo(Offer.REFUSED);
      assertThat(client.offerStatements(statements(thief, second), "kafka"))
          .isEqualTo(Offer.UNCHANGED);
      assertThat(client.offer(note, "kafka")).isEqualTo(Offer.REFUSED);
      assertThat(client.offerStatements(rotation, "kafka")).isEqualTo(Offer.ACCEPTED);
      assertThat(client.offerStatements(rotation, "kafka")).isEqualTo(Offer.UNCHANGED);
      assertThat(client.offerStatements(statements(platform.signer, thief), "kafka"))
          .as("a second successor")
          .isEqualTo(Offer.REFUSED);
      assertThat(client.offer(note, "kafka")).isEqualTo(Offer.ACCEPTED);
    }
    try (TrialogClient next = platform.client().cacheFolder(folder).build()) {
      assertThat(next.awaitReady(Duration.ofSeconds(20))).isTrue();
      assertThat(next.snapshot().orElseThrow().position()).isEqualTo(10);
    }
  }

  private static byte[] statements(NoteSigner key, NoteSigner successor) {
    return KeyStatements.write(
        List.of(KeyStatement.rotation(key, successor, Instant.EPOCH, Instant.EPOCH).note()));
  }

  @Test
  void statements_that_are_none_never_throw_into_whoever_offers_them() throws Exception {
    try (TrialogClient client = platform.client().build()) {
      for (byte[] bad :
          new byte[][] {
            null,
            {},
            {(byte) 0xFF},
            bytes("{}"),
            bytes("[".repeat(100_000)),
            bytes("{\"statements\":[null,{\"a\":1}]}"),
            new byte[KeyStatements.MAX_BYTES + 1]
          }) {
        assertThat(client.offerStatements(bad, "kafka")).isEqualTo(Offer.REFUSED);
      }
      assertThat(client.offerStatements(bytes("{\"statements\":[]}"), "kafka"))
          .isEqualTo(Offer.UNCHANGED);
      assertThat(client.counters().snapshotsRefused()).isEmpty();
    }
    TrialogClient keyless =
        TrialogClient.builder()
            .baseUrl(platform.url())
            .token(FakePlatform.TOKEN)
            .environment("production")
            .build();
    byte[] none = KeyStatements.write(List.of());
    assertThat(keyless.offerStatements(none, "kafka")).isEqualTo(Offer.NO_KEY);
    keyless.close();
    assertThat(keyless.offerStatements(none, "kafka")).isEqualTo(Offer.CLOSED);
  }

  @Test
  void a_list_of_very_many_statements_does_not_flood_who_listens() throws Exception {
    byte[] many = KeyStatements.write(Collections.nCopies(100_000, "no"));
    try (TrialogClient client = platform.client().listener(listener).build()) {
      assertThat(client.offerStatements(many, "kafka")).isEqualTo(Offer.REFUSED);
    }
    assertThat(problems)
        .filteredOn(each -> each.contains("about keys"))
        .hasSize(11)
        .endsWith("so were 99990 more statements about keys");
  }

  @Test
  void files_need_their_mode_and_a_url() {
    assertThatThrownBy(() -> platform.client().mode(Mode.FILES).build())
        .hasMessageContaining("snapshotFiles");
    assertThatThrownBy(() -> platform.client().snapshotFiles(URI.create("file:///x")).build())
        .hasMessageContaining("snapshot files");
    assertThatThrownBy(() ->
            platform
                .client()
                .snapshotFiles(URI.create("https://cdn.example.com"))
                .mode(Mode.POLLING)
                .build())
        .hasMessageContaining("each other");
    assertThatThrownBy(() -> platform.client().pollInterval(Duration.ZERO).build())
        .hasMessageContaining("pollInterval");
  }
}
