package io.trialog.publishers.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import io.trialog.publishers.Notes;
import io.trialog.publishers.OutletException;
import io.trialog.sdk.ClientState;
import io.trialog.sdk.TrialogClient;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Experiment.Status;
import io.trialog.sdk.core.Reason;
import io.trialog.sdk.core.SnapshotPointer;
import io.trialog.sdk.core.SnapshotRefusedException;
import io.trialog.sdk.core.note.NoteSigner;
import io.trialog.snapshots.PublishedSnapshot;
import io.trialog.snapshots.SnapshotKeys;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Protocol clause 13.6, with the static server of the JDK. */
@Timeout(120)
class FileSnapshotsTest {
  @TempDir Path folder;
  private final Time time = new Time();
  private SnapshotKeys keys;
  private Path room;
  private FileSnapshots files;

  @BeforeEach
  void open() {
    keys = SnapshotKeys.open(folder.resolve("keys"));
    files = new FileSnapshots(folder.resolve("public"), keys, time);
    room = folder.resolve("public/production");
  }

  /** Moves when told to. */
  private static final class Time extends Clock {
    volatile Instant now = Instant.now();

    void pass(Duration duration) {
      now = now.plus(duration);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneId.of("UTC");
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private NoteSigner signer() {
    return keys.signer("production");
  }

  private PublishedSnapshot note(long position, Status status) {
    return Notes.of("production", position, status, signer());
  }

  private void put(long position, Status status) {
    time.pass(Duration.ofSeconds(30));
    files.put(note(position, status));
  }

  private SnapshotPointer pointer() throws Exception {
    return SnapshotPointer.open(
        Files.readAllBytes(room.resolve("latest")), signer().verifierKey(), "production");
  }

  private List<String> notes() throws Exception {
    try (Stream<Path> all = Files.list(room)) {
      return all.map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(".note"))
          .sorted()
          .toList();
    }
  }

  @Test
  void the_pointer_names_a_file_that_holds_the_note_and_anybody_may_read_both() throws Exception {
    put(10, Status.RUNNING);
    SnapshotPointer pointer = pointer();
    assertThat(pointer.position()).isEqualTo(10);
    assertThat(pointer.file()).matches("10-[0-9a-f]{16}\\.note");
    Path file = room.resolve(pointer.file());
    assertThat(Files.readString(file)).isEqualTo(note(10, Status.RUNNING).note());
    assertThat(pointer.names(Files.readAllBytes(file))).isTrue();
    for (Path each : List.of(file, room.resolve("latest"))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
          .isEqualTo("rw-r--r--");
    }
  }

  @Test
  void the_pointer_is_issued_anew_and_never_goes_backwards() throws Exception {
    put(10, Status.RUNNING);
    Instant first = pointer().issued();
    put(10, Status.RUNNING);
    assertThat(pointer().issued()).isAfter(first);
    Instant second = pointer().issued();
    time.pass(Duration.ofDays(-1));
    put(10, Status.RUNNING);
    assertThat(pointer().issued()).as("though the clock was set back").isAfter(second);
    new FileSnapshots(folder.resolve("public"), keys, time).put(note(9, Status.RUNNING));
    assertThat(pointer().position()).isEqualTo(10);
    assertThat(notes()).hasSize(1);
  }

  @Test
  void a_damaged_file_or_pointer_is_written_again() throws Exception {
    put(10, Status.RUNNING);
    Files.writeString(room.resolve(pointer().file()), "half");
    Files.writeString(room.resolve("latest"), "nothing signed");
    put(10, Status.RUNNING);
    assertThat(Files.readString(room.resolve(pointer().file())))
        .isEqualTo(note(10, Status.RUNNING).note());
    NoteSigner thief = NoteSigner.generate("trialog/production");
    byte[] anything = new byte[1];
    Files.writeString(
        room.resolve("latest"),
        SnapshotPointer.to("production", 9_000, anything, time.instant()).signed(thief));
    put(11, Status.RUNNING);
    assertThat(pointer().position()).isEqualTo(11);
  }

  @Test
  void old_files_go_by_age_and_by_number_but_never_the_one_pointed_to() throws Exception {
    for (long position = 1; position <= 30; position++) {
      put(position, Status.RUNNING);
    }
    assertThat(notes()).as("young files").hasSize(30);
    time.pass(Duration.ofHours(2));
    put(31, Status.RUNNING);
    assertThat(notes()).as("old files").hasSize(FileSnapshots.KEEP_NEWEST);
    assertThat(notes()).contains(pointer().file());
    time.pass(Duration.ofDays(-1));
    for (long position = 32; position <= 41 + FileSnapshots.MOST_FILES; position++) {
      Files.writeString(room.resolve(position + "-0123456789abcdef.note"), "left by another");
    }
    put(31, Status.RUNNING);
    assertThat(notes()).hasSize(FileSnapshots.MOST_FILES + 1).contains(pointer().file());
  }

  @Test
  void a_crash_leaves_the_old_pointer_and_its_remains_are_swept() throws Exception {
    put(10, Status.RUNNING);
    Path remains = Files.writeString(room.resolve("123.part"), "half a note");
    put(11, Status.RUNNING);
    assertThat(remains).exists();
    time.pass(Duration.ofHours(2));
    put(12, Status.RUNNING);
    assertThat(remains).doesNotExist();
  }

  @Test
  void a_folder_that_cannot_be_written_is_named() throws Exception {
    Path file = Files.writeString(folder.resolve("occupied"), "");
    try (FileSnapshots nowhere = new FileSnapshots(file, keys, time)) {
      assertThatThrownBy(() -> nowhere.put(note(10, Status.RUNNING)))
          .isInstanceOf(OutletException.class)
          .hasMessageContaining("occupied/production");
    }
  }

  private HttpServer served() {
    HttpServer server =
        SimpleFileServer.createFileServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            folder.resolve("public").toAbsolutePath(),
            SimpleFileServer.OutputLevel.NONE);
    server.start();
    return server;
  }

  private TrialogClient client(HttpServer server) {
    return TrialogClient.builder()
        .baseUrl(URI.create("http://127.0.0.1:1"))
        .token("trl_of_nobody")
        .environment("production")
        .verifierKey(signer().verifierKey().toString())
        .snapshotFiles(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"))
        .pollInterval(Duration.ofMillis(40))
        .longestBackoff(Duration.ofMillis(80))
        .staleAfter(Duration.ofSeconds(1))
        .build();
  }

  private static Reason reason(TrialogClient client) {
    return client.evaluate("checkout", Context.of("user_id", "u1"), "fallback").reason();
  }

  private static long refused(TrialogClient client, SnapshotRefusedException.Reason reason) {
    return client.counters().snapshotsRefused().getOrDefault(reason, 0L);
  }

  @Test
  void a_client_follows_the_files_of_a_static_server_and_obeys_a_kill() throws Exception {
    put(10, Status.RUNNING);
    HttpServer server = served();
    try (TrialogClient client = client(server)) {
      Notes.await("a snapshot", () -> reason(client) == Reason.ASSIGNED);
      Notes.await("stale, as nothing is confirmed", () -> client.state() == ClientState.STALE);
      put(10, Status.RUNNING);
      Notes.await(
          "ready, as the pointer was issued anew", () -> client.state() == ClientState.READY);
      put(11, Status.KILLED);
      Notes.await("killed", () -> reason(client) == Reason.KILLED);
      Notes.await("stale, as nobody issues it any more", () -> client.state() == ClientState.STALE);
      assertThat(client.counters().snapshotsRefused()).isEmpty();
      assertThat(client.counters().snapshotsAccepted()).isEqualTo(2);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void an_older_pointer_a_foreign_one_and_a_file_that_was_changed_are_refused() throws Exception {
    put(10, Status.RUNNING);
    byte[] older = Files.readAllBytes(room.resolve("latest"));
    put(11, Status.KILLED);
    HttpServer server = served();
    try (TrialogClient client = client(server)) {
      Notes.await("killed", () -> reason(client) == Reason.KILLED);
      Files.write(room.resolve("latest"), older);
      Notes.await(
          "refusals", () -> refused(client, SnapshotRefusedException.Reason.OLDER_POSITION) > 1);
      assertThat(reason(client)).isEqualTo(Reason.KILLED);
      NoteSigner thief = NoteSigner.generate("trialog/production");
      PublishedSnapshot forged = Notes.of("production", 12, Status.RUNNING, thief);
      byte[] note = forged.note().getBytes(StandardCharsets.UTF_8);
      SnapshotPointer pointer = SnapshotPointer.to("production", 12, note, time.instant());
      Files.write(room.resolve(pointer.file()), note);
      Files.writeString(room.resolve("latest"), pointer.signed(thief));
      Notes.await(
          "refusals", () -> refused(client, SnapshotRefusedException.Reason.NOT_SIGNED_BY_KEY) > 1);
      Files.writeString(room.resolve("latest"), pointer.signed(signer()));
      Notes.await(
          "refusals of the file",
          () -> refused(client, SnapshotRefusedException.Reason.NOT_SIGNED_BY_KEY) > 3);
      assertThat(reason(client)).isEqualTo(Reason.KILLED);
      long failures = client.counters().requestFailures();
      Files.writeString(room.resolve(pointer.file()), "changed");
      Notes.await("failures", () -> client.counters().requestFailures() > failures + 2);
      assertThat(reason(client)).isEqualTo(Reason.KILLED);
      put(13, Status.RUNNING);
      Notes.await("the next good one", () -> reason(client) == Reason.ASSIGNED);
    } finally {
      server.stop(0);
    }
  }
}
