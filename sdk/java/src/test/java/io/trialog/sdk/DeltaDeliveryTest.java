package io.trialog.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.Experiment.Status;
import io.trialog.sdk.core.Reason;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotDelta;
import io.trialog.sdk.core.SnapshotDelta.Part;
import io.trialog.sdk.core.SnapshotReader;
import io.trialog.sdk.core.SnapshotRefusedException;
import io.trialog.sdk.core.SnapshotWriter;
import io.trialog.sdk.core.note.NoteSigner;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Protocol clauses 10.1, 10.4 and 10.6. */
@Timeout(60)
class DeltaDeliveryTest {
  private static final Context USER = Context.of("user_id", "u1");
  private static final Duration LONG = Duration.ofSeconds(60);

  private FakePlatform platform;

  @BeforeEach
  void start() throws Exception {
    platform = new FakePlatform().started();
    platform.publish(10, Status.RUNNING);
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  private static Decision ask(TrialogClient client) {
    return client.evaluate("checkout", USER, "fallback");
  }

  private static void awaitPosition(TrialogClient client, long position) {
    Await.until(
        "position " + position,
        () -> client.snapshot().map(Snapshot::position).orElse(-1L) == position);
  }

  private String note(long position, Status status) {
    return SnapshotWriter.note(FakePlatform.snapshot(position, status), platform.signer);
  }

  /** The event that makes one note of another, as begin, middle and end. */
  private static String delta(long from, String base, String note, String signature) {
    String was = base.substring(0, base.lastIndexOf("\n\n") + 1);
    String is = note.substring(0, note.lastIndexOf("\n\n") + 1);
    int begin = 0;
    while (was.charAt(begin) == is.charAt(begin)) {
      begin++;
    }
    SnapshotDelta delta =
        new SnapshotDelta(
            from, List.of(Part.range(0, begin), Part.text(is.substring(begin))), signature);
    String data = new String(delta.data(), StandardCharsets.UTF_8);
    return "event: delta\nid: 0\ndata: " + data.replace("\n", "\ndata: ") + "\n\n";
  }

  private static String signature(String note) {
    return note.substring(note.lastIndexOf("\n\n") + 2).strip();
  }

  private String delta(long from, Status was, long to, Status is) {
    String note = note(to, is);
    return delta(from, note(from, was), note, signature(note));
  }

  private void awaitStream(int number) {
    Await.until("stream " + number, () -> platform.streamsOpened.get() == number);
    Await.until("the stream is open", () -> platform.openStreams() > 0);
  }

  @Test
  void a_kill_that_comes_as_a_delta_decides_the_next_evaluation() {
    try (TrialogClient client = platform.client().pollInterval(LONG).build()) {
      awaitStream(1);
      assertThat(platform.streamQueries).containsExactly("deltas=true");
      assertThat(ask(client).reason()).isEqualTo(Reason.ASSIGNED);
      platform.write(delta(10, Status.RUNNING, 11, Status.KILLED));
      Await.until("killed", () -> ask(client).reason() == Reason.KILLED);
      platform.write(delta(11, Status.KILLED, 15, Status.PAUSED));
      awaitPosition(client, 15);
      assertThat(client.counters().snapshotsAccepted()).isEqualTo(3);
      assertThat(client.counters().snapshotsRefused()).isEmpty();
      assertThat(platform.polls).hasValue(1);
    }
  }

  @Test
  void what_a_delta_made_is_kept_on_disk_as_a_whole_note(@TempDir Path folder) throws Exception {
    try (TrialogClient client = platform.client().cacheFolder(folder).build()) {
      awaitStream(1);
      platform.serve(11, note(11, Status.KILLED));
      platform.write(delta(10, Status.RUNNING, 11, Status.KILLED));
      Path kept = folder.resolve("production.snapshot");
      awaitPosition(client, 11);
      Await.until("kept", () -> read(kept).equals(note(11, Status.KILLED)));
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      return "";
    }
  }

  @Test
  void a_delta_from_another_snapshot_is_refused_and_a_whole_one_comes_at_once() {
    refused(
        delta(9, Status.PAUSED, 12, Status.KILLED), SnapshotRefusedException.Reason.UNKNOWN_BASE);
  }

  @Test
  void a_delta_that_is_none_is_refused_and_a_whole_one_comes_at_once() {
    refused(
        "event: delta\ndata: {\"from\":10}\ndata: x\n\n",
        SnapshotRefusedException.Reason.BAD_DELTA);
  }

  @Test
  void a_forged_delta_is_refused_and_a_whole_one_comes_at_once() throws Exception {
    NoteSigner thief = NoteSigner.generate("trialog/production");
    String forged = SnapshotWriter.note(FakePlatform.snapshot(11, Status.PAUSED), thief);
    refused(
        delta(10, note(10, Status.RUNNING), forged, signature(forged)),
        SnapshotRefusedException.Reason.NOT_SIGNED_BY_KEY);
  }

  @Test
  void a_delta_to_an_older_position_is_refused_and_a_whole_one_comes_at_once() {
    refused(
        delta(10, Status.RUNNING, 7, Status.PAUSED),
        SnapshotRefusedException.Reason.OLDER_POSITION);
  }

  /** With waits of a minute, only a poll at once explains that the newest is there. */
  private void refused(String event, SnapshotRefusedException.Reason reason) {
    List<Long> positions = new CopyOnWriteArrayList<>();
    ClientListener listener =
        new ClientListener() {
          @Override
          public void snapshotAccepted(Snapshot snapshot) {
            positions.add(snapshot.position());
          }
        };
    TrialogClient.Builder builder = platform.client().pollInterval(LONG).longestBackoff(LONG);
    try (TrialogClient client = builder.listener(listener).build()) {
      awaitStream(1);
      platform.serve(12, note(12, Status.KILLED));
      platform.write(event);
      Await.until("killed", () -> ask(client).reason() == Reason.KILLED);
      awaitStream(2);
      assertThat(client.counters().snapshotsRefused()).isEqualTo(Map.of(reason, 1L));
      assertThat(platform.streamQueries).containsExactly("deltas=true", "null");
      assertThat(platform.lastEventIds).containsExactly("10", "12");
      platform.publish(13, Status.RUNNING);
      Await.until("the listener heard", () -> positions.contains(13L));
      assertThat(positions).containsExactly(10L, 12L, 13L);
    }
  }

  @Test
  void deltas_are_asked_for_again_by_the_stream_after_next() {
    try (TrialogClient client = platform.client().build()) {
      awaitStream(1);
      platform.write(delta(9, Status.PAUSED, 12, Status.KILLED));
      awaitStream(2);
      platform.dropStreams();
      awaitStream(3);
      assertThat(platform.streamQueries).containsExactly("deltas=true", "null", "deltas=true");
      assertThat(client.state()).isEqualTo(ClientState.READY);
    }
  }

  @Test
  void a_server_without_deltas_is_asked_for_a_stream_without_them() {
    platform.deltas = false;
    try (TrialogClient client = platform.client().build()) {
      awaitStream(1);
      assertThat(platform.streamQueries).containsExactly("deltas=true", "null");
      platform.publish(11, Status.KILLED);
      Await.until("killed", () -> ask(client).reason() == Reason.KILLED);
      assertThat(client.counters().requestFailures()).isZero();
    }
  }

  @Test
  void a_compressed_snapshot_is_taken() {
    platform.encoding = "gzip";
    try (TrialogClient client = platform.client().build()) {
      awaitPosition(client, 10);
      assertThat(client.counters().requestFailures()).isZero();
    }
  }

  @Test
  void a_body_that_grows_beyond_the_limit_is_refused() {
    platform.encoding = "gzip";
    platform.serve(11, " ".repeat(SnapshotReader.MAX_BYTES + 1));
    List<String> problems = new CopyOnWriteArrayList<>();
    ClientListener listener =
        new ClientListener() {
          @Override
          public void problem(String what) {
            problems.add(what);
          }
        };
    try (TrialogClient client = platform.client().listener(listener).build()) {
      Await.until("offline", () -> client.state() == ClientState.OFFLINE);
      Await.until("a problem", () -> !problems.isEmpty());
      assertThat(problems.getFirst()).contains("more than " + SnapshotReader.MAX_BYTES);
    }
  }

  @Test
  void a_body_in_an_encoding_that_nobody_asked_for_is_refused() {
    platform.encoding = "br";
    try (TrialogClient client = platform.client().build()) {
      Await.until("offline", () -> client.state() == ClientState.OFFLINE);
      platform.encoding = "gzip";
      Await.until("ready", () -> client.state() == ClientState.READY);
    }
  }
}
