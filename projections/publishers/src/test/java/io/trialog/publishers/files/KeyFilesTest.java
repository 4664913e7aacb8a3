package io.trialog.publishers.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import io.trialog.language.NamespaceEvent.NamespaceCreated;
import io.trialog.publishers.Courier;
import io.trialog.publishers.Notes;
import io.trialog.sdk.ClientListener;
import io.trialog.sdk.ClientState;
import io.trialog.sdk.TrialogClient;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotPointer;
import io.trialog.sdk.core.SnapshotRefusedException.Reason;
import io.trialog.sdk.core.SnapshotWriter;
import io.trialog.sdk.core.note.KeyStatement;
import io.trialog.sdk.core.note.KeyStatements;
import io.trialog.sdk.core.note.NoteSigner;
import io.trialog.sdk.core.note.SignedNote;
import io.trialog.sdk.core.note.VerifierKey;
import io.trialog.snapshots.FakeEventLog;
import io.trialog.snapshots.KeyCeremony;
import io.trialog.snapshots.LogFollower;
import io.trialog.snapshots.SnapshotKeys;
import io.trialog.snapshots.SnapshotPublisher;
import io.trialog.snapshots.Story;
import java.io.IOException;
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
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Protocol clause 12.8: from the folder of keys to clients that have nothing but the files of a
 * static server, which is the JDK's.
 */
@Timeout(120)
class KeyFilesTest {
  private static final long TOP = (1L << 53) - 1;
  private static final Courier.Pace QUICK =
      new Courier.Pace(
          Duration.ZERO, Duration.ofMillis(50), Duration.ofMillis(10), Duration.ofMillis(50));

  @TempDir Path folder;
  private final FakeEventLog log = new FakeEventLog();
  private final Story story = new Story(log);
  private final Time time = new Time();
  private final List<String> problems = new CopyOnWriteArrayList<>();
  private SnapshotKeys keys;
  private KeyCeremony ceremony;
  private NoteSigner first;
  private Path room;
  private SnapshotPublisher publisher;
  private LogFollower follower;
  private Courier courier;
  private HttpServer server;

  /** The system's, and further when told to. */
  private static final class Time extends Clock {
    private volatile Duration ahead = Duration.ZERO;

    void pass(Duration duration) {
      ahead = ahead.plus(duration);
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead);
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

  @BeforeEach
  void publish() throws IOException {
    story.everything();
    keys = SnapshotKeys.open(folder.resolve("keys"), Map.of(), time);
    ceremony = new KeyCeremony(folder.resolve("keys"), Map.of(), time);
    first = keys.signer("production");
    room = Files.createDirectories(folder.resolve("public/production"));
    publisher = new SnapshotPublisher(keys, log.head());
    follower = new LogFollower(log, List.of(publisher));
    follower.start();
    carry();
    server =
        SimpleFileServer.createFileServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            folder.resolve("public").toAbsolutePath(),
            SimpleFileServer.OutputLevel.NONE);
    server.start();
    awaitPointerOf(first.verifierKey());
  }

  private void carry() {
    FileSnapshots files = new FileSnapshots(folder.resolve("public"), keys, time);
    courier = Courier.start(publisher, files, QUICK);
  }

  @AfterEach
  void end() {
    server.stop(0);
    courier.close();
    follower.close();
    publisher.close();
  }

  /** It knows the first key and nothing else, and cannot reach the platform. */
  private TrialogClient client() {
    return TrialogClient.builder()
        .baseUrl(URI.create("http://127.0.0.1:1"))
        .token("trl_of_nobody")
        .environment("production")
        .verifierKey(first.verifierKey().toString())
        .snapshotFiles(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"))
        .pollInterval(Duration.ofMillis(40))
        .longestBackoff(Duration.ofMillis(80))
        .staleAfter(Duration.ofSeconds(2))
        .listener(
            new ClientListener() {
              @Override
              public void problem(String what) {
                problems.add(what);
              }
            })
        .build();
  }

  private void change(int number) {
    story.say(new NamespaceCreated("acme/n" + number, "N"));
  }

  private void awaitNewest(TrialogClient client) {
    Notes.await("position " + log.head(), () -> position(client) == log.head());
    Notes.await("ready", () -> client.state() == ClientState.READY);
  }

  private static long position(TrialogClient client) {
    return client.snapshot().map(Snapshot::position).orElse(-1L);
  }

  private static long refused(TrialogClient client, Reason reason) {
    return client.counters().snapshotsRefused().getOrDefault(reason, 0L);
  }

  private String read(String file) {
    try {
      return Files.readString(room.resolve(file));
    } catch (IOException e) {
      return "";
    }
  }

  private void awaitPointerOf(VerifierKey... signers) {
    Set<String> ids = Stream.of(signers).map(VerifierKey::idText).collect(Collectors.toSet());
    Notes.await(
        "a pointer signed by " + ids,
        () -> SignedNote.keyIds(read("latest"), "trialog/production").equals(ids));
  }

  private void stopPublishing() {
    courier.close();
  }

  @Test
  void the_list_is_there_after_a_start_and_whenever_it_changes() throws Exception {
    Notes.await("the empty list", () -> read("keys").equals("{\"statements\":[]}"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(room.resolve("keys"))))
        .isEqualTo("rw-r--r--");
    ceremony.rotate("production", Duration.ofHours(1), Duration.ofHours(1));
    time.pass(Duration.ofSeconds(2));
    Notes.await("the rotation", () -> read("keys").contains("trialog snapshot key rotation"));
    List<String> served = KeyStatements.read(Files.readAllBytes(room.resolve("keys")));
    assertThat(served).isEqualTo(publisher.keyStatements("production")).hasSize(1);
    Files.writeString(room.resolve("keys"), "damaged");
    Notes.await("the list again", () -> read("keys").contains("trialog snapshot key rotation"));
    stopPublishing();
    Files.delete(room.resolve("keys"));
    carry();
    Notes.await("the list again", () -> read("keys").contains("trialog snapshot key rotation"));
    assertThat(folder.resolve("public/staging/keys")).exists();
  }

  /** Clauses 12.2, 12.3 and 12.5: nothing is refused on the way, and nothing is missed. */
  @Test
  void a_client_follows_a_rotation_through_its_overlap_and_its_end() throws Exception {
    try (TrialogClient client = client()) {
      awaitNewest(client);
      VerifierKey second =
          ceremony.rotate("production", Duration.ofMinutes(1), Duration.ofHours(1));
      time.pass(Duration.ofMinutes(2));
      awaitPointerOf(first.verifierKey(), second);
      change(1);
      awaitNewest(client);
      time.pass(Duration.ofHours(2));
      awaitPointerOf(second);
      change(2);
      awaitNewest(client);
      assertThat(client.counters().snapshotsRefused()).isEmpty();
      assertThat(problems).noneMatch(each -> each.contains("refused"));
      stopPublishing();
      offerByFiles(first, log.head() + 1);
      Notes.await("the first key ended", () -> refused(client, Reason.KEY_RETIRED) > 0);
      assertThat(position(client)).isEqualTo(log.head());
    }
  }

  /** A pointer and its file, put there by somebody else than the platform. */
  private void offerByFiles(NoteSigner signer, long position) throws IOException {
    Snapshot snapshot = Snapshot.of("production", position, Instant.EPOCH, List.of());
    byte[] note = SnapshotWriter.note(snapshot, signer).getBytes(StandardCharsets.UTF_8);
    SnapshotPointer pointer = SnapshotPointer.to("production", position, note, time.instant());
    Files.write(room.resolve(pointer.file()), note);
    Files.writeString(room.resolve("latest"), pointer.signed(signer));
  }

  /** Clause 12.5: its first snapshot is by a key that it does not know. */
  @Test
  void a_client_that_slept_through_the_overlap_ends_ready_on_the_new_key() throws Exception {
    ceremony.rotate("production", Duration.ZERO, Duration.ofHours(1));
    time.pass(Duration.ofHours(2));
    VerifierKey third = ceremony.rotate("production", Duration.ZERO, Duration.ZERO);
    time.pass(Duration.ofSeconds(2));
    awaitPointerOf(third);
    try (TrialogClient client = client()) {
      awaitNewest(client);
      assertThat(client.counters().snapshotsRefused()).isEmpty();
    }
  }

  /** Clauses 12.4 and 12.6, in an environment in which nothing else happens. */
  @Test
  void a_revoked_key_is_given_up_and_what_it_signed_is_replaced() throws Exception {
    try (TrialogClient client = client()) {
      awaitNewest(client);
      stopPublishing();
      offerByFiles(first, TOP);
      Notes.await("the thief's", () -> position(client) == TOP);
      VerifierKey second = ceremony.revoke("production", first.verifierKey().idText());
      time.pass(Duration.ofSeconds(2));
      carry();
      awaitPointerOf(second);
      awaitNewest(client);
      stopPublishing();
      offerByFiles(first, TOP);
      Notes.await("revoked", () -> refused(client, Reason.KEY_REVOKED) > 0);
      assertThat(position(client)).isEqualTo(log.head());
    }
    carry();
    awaitPointerOf(keys.signer("production").verifierKey());
    try (TrialogClient late = client()) {
      awaitNewest(late);
      assertThat(late.counters().snapshotsRefused()).isEmpty();
    }
  }

  /** Clause 12.8: whoever can write files cannot say what keys follow. */
  @Test
  void what_is_no_list_or_not_signed_changes_no_key() throws Exception {
    stopPublishing();
    NoteSigner thief = NoteSigner.generate("trialog/production");
    NoteSigner other = NoteSigner.generate("trialog/production");
    String forged = KeyStatement.rotation(thief, other, Instant.EPOCH, Instant.EPOCH).note();
    try (TrialogClient client = client()) {
      awaitReadyAt(log.head() + 1, client);
      for (String list :
          List.of(
              "no list",
              "{\"statements\":7}",
              new String(KeyStatements.write(List.of(forged, "x")), StandardCharsets.UTF_8),
              " ".repeat(KeyStatements.MAX_BYTES) + "{\"statements\":[]}")) {
        Files.writeString(room.resolve("keys"), list);
        offerByFiles(other, log.head() + 2);
        long before = refused(client, Reason.NOT_SIGNED_BY_KEY);
        Notes.await("refused", () -> refused(client, Reason.NOT_SIGNED_BY_KEY) > before + 3);
      }
      Files.delete(room.resolve("keys"));
      awaitReadyAt(log.head() + 3, client);
      assertThat(problems)
          .anyMatch(each -> each.contains("the statements are not JSON"))
          .anyMatch(each -> each.contains("expected an object with the member statements"))
          .anyMatch(each -> each.contains("a statement about keys was refused: MALFORMED"))
          .anyMatch(each -> each.contains("the body has more than 1048576 bytes"));
    }
  }

  /** By hand, as the platform does not publish. */
  private void awaitReadyAt(long position, TrialogClient client) throws IOException {
    offerByFiles(first, position);
    Notes.await("position " + position, () -> position(client) == position);
    offerByFiles(first, position);
    Notes.await("ready", () -> client.state() == ClientState.READY);
  }
}
