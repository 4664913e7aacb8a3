package io.trialog.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Experiment.Status;
import io.trialog.sdk.core.Reason;
import io.trialog.sdk.core.SnapshotRefusedException;
import io.trialog.sdk.core.SnapshotWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Protocol clause 7.6, for a snapshot that is shipped with the application. */
@Timeout(60)
class BootstrapTest {
  private static final Context USER = Context.of("user_id", "u1");

  @TempDir Path folder;
  private FakePlatform platform;
  private final List<String> problems = new CopyOnWriteArrayList<>();

  @BeforeEach
  void make() throws Exception {
    platform = new FakePlatform();
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  private Path file(long position) throws Exception {
    return Files.writeString(
        folder.resolve("bootstrap"),
        SnapshotWriter.note(FakePlatform.snapshot(position, Status.RUNNING), platform.signer));
  }

  private TrialogClient.Builder client(Path bootstrap) {
    ClientListener listener =
        new ClientListener() {
          @Override
          public void problem(String what) {
            problems.add(what);
          }
        };
    return platform.client().bootstrap(bootstrap).listener(listener);
  }

  @Test
  void the_first_evaluation_has_a_snapshot_already_without_any_server() throws Exception {
    try (TrialogClient client = client(file(5)).build()) {
      assertThat(client.evaluate("checkout", USER, "f").reason()).isEqualTo(Reason.ASSIGNED);
      assertThat(client.state()).isEqualTo(ClientState.STALE);
      assertThat(client.evaluateAll(USER)).containsOnlyKeys("checkout");
    }
  }

  @Test
  void what_the_cache_or_the_server_has_replaces_it_if_it_is_newer() throws Exception {
    platform.started().publish(10, Status.KILLED);
    try (TrialogClient client = platform.client().cacheFolder(folder).build()) {
      Await.until("killed", () -> client.peek("checkout", USER, "f").reason() == Reason.KILLED);
    }
    platform.stop();
    try (TrialogClient client = client(file(5)).cacheFolder(folder).build()) {
      Await.until("the cache", () -> client.snapshot().orElseThrow().position() == 10);
    }
    try (TrialogClient client = client(file(11)).cacheFolder(folder).build()) {
      Await.until("a failed request", () -> client.counters().requestFailures() > 0);
      assertThat(client.snapshot().orElseThrow().position()).isEqualTo(11);
      assertThat(client.counters().snapshotsRefused()).isEmpty();
    }
  }

  @Test
  void a_server_that_is_behind_it_is_refused() throws Exception {
    platform.started().publish(10, Status.RUNNING);
    try (TrialogClient client = client(file(11)).build()) {
      Await.until("refused", () -> !client.counters().snapshotsRefused().isEmpty());
      assertThat(client.counters().snapshotsRefused())
          .containsOnlyKeys(SnapshotRefusedException.Reason.OLDER_POSITION);
      assertThat(client.state()).isEqualTo(ClientState.STALE);
    }
  }

  @Test
  void one_that_was_forged_or_is_missing_is_told_and_not_served() throws Exception {
    Path forged = file(5);
    Files.writeString(forged, Files.readString(forged).replace("\"epoch\":0", "\"epoch\":1"));
    try (TrialogClient client = client(forged).build()) {
      assertThat(client.snapshot()).isEmpty();
      assertThat(client.counters().snapshotsRefused())
          .isEqualTo(Map.of(SnapshotRefusedException.Reason.BAD_SIGNATURE, 1L));
      assertThat(problems).anyMatch(what -> what.contains("BAD_SIGNATURE"));
    }
    try (TrialogClient client = client(folder.resolve("missing")).build()) {
      assertThat(client.snapshot()).isEmpty();
      assertThat(problems).anyMatch(what -> what.contains("bootstrap cannot be read"));
    }
  }

  @Test
  void one_without_a_key_to_verify_it_by_cannot_be_meant() {
    TrialogClient.Builder keyless =
        TrialogClient.builder()
            .baseUrl(platform.url())
            .token(FakePlatform.TOKEN)
            .environment("production")
            .bootstrap(folder.resolve("bootstrap"));
    assertThatThrownBy(keyless::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("verifierKey");
  }
}
