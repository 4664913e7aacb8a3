package io.trialog.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.sdk.TrialogClient.Mode;
import io.trialog.sdk.core.Experiment.Status;
import io.trialog.sdk.core.SnapshotRefusedException.Reason;
import io.trialog.sdk.core.SnapshotWriter;
import io.trialog.sdk.core.note.KeyStatement;
import io.trialog.sdk.core.note.NoteSigner;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Protocol clause 12, in a client over HTTP. */
@Timeout(60)
class KeyRotationTest {
  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

  private FakePlatform platform;
  private NoteSigner first;
  private NoteSigner second;

  @BeforeEach
  void start() throws Exception {
    platform = new FakePlatform();
    first = platform.signer;
    second = NoteSigner.generate("trialog/production");
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  private void rotate(NoteSigner by, NoteSigner to) {
    platform.statements.add(KeyStatement.rotation(by, to, NOW, NOW).note());
  }

  private void revoke(NoteSigner by, NoteSigner key) {
    platform.statements.add(KeyStatement.revocation(by, key.verifierKey(), NOW).note());
  }

  private static void awaitPosition(TrialogClient client, long position) {
    Await.until(
        "position " + position,
        () -> client.snapshot().map(s -> s.position() == position).orElse(false));
  }

  private static long refused(TrialogClient client, Reason reason) {
    return client.counters().snapshotsRefused().getOrDefault(reason, 0L);
  }

  private String signed(long position, NoteSigner signer) {
    return SnapshotWriter.note(FakePlatform.snapshot(position, Status.RUNNING), signer);
  }

  /** Clauses 12.2 and 12.5. */
  @ParameterizedTest
  @EnumSource(names = "FILES", mode = EnumSource.Mode.EXCLUDE)
  void a_client_with_a_pinned_key_follows_a_rotation_through_its_overlap_and_after(Mode mode)
      throws Exception {
    platform.started().publish(10, Status.RUNNING);
    try (TrialogClient client = platform.client().mode(mode).build()) {
      awaitPosition(client, 10);
      if (mode == Mode.STREAMING) {
        Await.until("a stream is open", () -> platform.openStreams() == 1);
      }
      rotate(first, second);
      platform.signs = second.alongside(first);
      platform.publish(11, Status.RUNNING);
      awaitPosition(client, 11);
      platform.signs = second;
      platform.publish(12, Status.KILLED);
      awaitPosition(client, 12);
      assertThat(client.counters().snapshotsRefused()).isEmpty();
    }
  }

  /** Clause 12.5: one that slept through the overlap. */
  @Test
  void a_client_whose_pinned_key_has_long_been_replaced_finds_its_successors() throws Exception {
    NoteSigner third = NoteSigner.generate("trialog/production");
    rotate(first, second);
    rotate(second, third);
    platform.signs = third;
    platform.started().publish(20, Status.RUNNING);
    try (TrialogClient client = platform.client().build()) {
      awaitPosition(client, 20);
      assertThat(client.counters().snapshotsRefused()).isEmpty();
    }
  }

  /** Clause 12.3. */
  @Test
  void the_replaced_key_is_refused_once_its_successor_was_seen() throws Exception {
    platform.started().publish(10, Status.RUNNING);
    try (TrialogClient client = platform.client().mode(Mode.POLLING).build()) {
      awaitPosition(client, 10);
      rotate(first, second);
      platform.signs = second.alongside(first);
      platform.publish(11, Status.RUNNING);
      awaitPosition(client, 11);
      platform.publish(12, signed(12, first));
      Await.until("refused", () -> refused(client, Reason.KEY_RETIRED) > 0);
      assertThat(client.snapshot().orElseThrow().position()).isEqualTo(11);
    }
  }

  /** Clauses 12.4 and 12.6: what a thief served is given up, however high its position. */
  @Test
  void a_stolen_key_is_revoked_and_what_it_signed_is_replaced() throws Exception {
    platform.started().publish(10, Status.RUNNING);
    try (TrialogClient client = platform.client().mode(Mode.POLLING).build()) {
      awaitPosition(client, 10);
      platform.publish((1L << 53) - 1, signed((1L << 53) - 1, first));
      awaitPosition(client, (1L << 53) - 1);
      rotate(first, second);
      revoke(second, first);
      platform.signs = second;
      platform.publish(11, Status.RUNNING);
      awaitPosition(client, 11);
      platform.publish(12, signed(12, first));
      Await.until("refused", () -> refused(client, Reason.KEY_REVOKED) > 0);
      assertThat(client.snapshot().orElseThrow().position()).isEqualTo(11);
    }
  }

  /** Clause 12.2. */
  @Test
  void a_successor_that_the_pinned_key_did_not_name_is_refused() throws Exception {
    NoteSigner thief = NoteSigner.generate("trialog/production");
    rotate(thief, second);
    platform.statements.add("no statement");
    platform.started().publish(10, Status.RUNNING);
    List<String> problems = new CopyOnWriteArrayList<>();
    ClientListener listener =
        new ClientListener() {
          @Override
          public void problem(String what) {
            problems.add(what);
          }
        };
    try (TrialogClient client = platform.client().mode(Mode.POLLING).listener(listener).build()) {
      awaitPosition(client, 10);
      platform.publish(11, signed(11, second));
      Await.until("refused", () -> refused(client, Reason.NOT_SIGNED_BY_KEY) > 0);
      assertThat(client.snapshot().orElseThrow().position()).isEqualTo(10);
      assertThat(problems).anyMatch(each -> each.contains("MALFORMED"));
    }
  }

  /** Clause 12.5: what was learnt outlives the process, also when the server is away. */
  @Test
  void statements_are_kept_on_disk(@TempDir Path folder) throws Exception {
    rotate(first, second);
    platform.signs = second;
    platform.started().publish(10, Status.RUNNING);
    try (TrialogClient client = platform.client().cacheFolder(folder).build()) {
      awaitPosition(client, 10);
      Await.until("kept", () -> folder.resolve("production.statements").toFile().exists());
      Await.until("kept", () -> folder.resolve("production.snapshot").toFile().exists());
    }
    platform.stop();
    try (TrialogClient client = platform.client().cacheFolder(folder).build()) {
      assertThat(client.awaitReady(Duration.ofSeconds(20))).isTrue();
      assertThat(client.snapshot().orElseThrow().position()).isEqualTo(10);
      assertThat(client.counters().snapshotsRefused()).isEmpty();
    }
  }

  /** Clause 12.5: whoever can make notes cannot make requests. */
  @Test
  void forged_signature_lines_make_no_flood_of_requests() throws Exception {
    platform.started().publish(10, Status.RUNNING);
    try (TrialogClient client = platform.client().pollInterval(Duration.ofHours(1)).build()) {
      Await.until("a stream is open", () -> platform.openStreams() == 1);
      for (int i = 0; i < 20; i++) {
        NoteSigner stranger = NoteSigner.generate("trialog/production");
        platform.publish(11, signed(11, stranger));
      }
      Await.until("refused", () -> refused(client, Reason.NOT_SIGNED_BY_KEY) == 20);
      assertThat(platform.keysAsked).hasValueLessThanOrEqualTo(2);
      assertThat(client.snapshot().orElseThrow().position()).isEqualTo(10);
    }
  }
}
