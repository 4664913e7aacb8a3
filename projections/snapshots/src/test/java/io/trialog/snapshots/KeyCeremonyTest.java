package io.trialog.snapshots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.sdk.core.SnapshotHolder;
import io.trialog.sdk.core.note.NoteSigner;
import io.trialog.sdk.core.note.SignedNote;
import io.trialog.sdk.core.note.VerifierKey;
import io.trialog.snapshots.SnapshotKeyState.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rotation and revocation in a folder, beside a platform that runs. Protocol clause 12. */
class KeyCeremonyTest {
  private static final String PRODUCTION = "production";
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir private Path folder;
  private final Moved clock = new Moved();
  private KeyCeremony ceremony;

  /** A clock that stands until it is moved. */
  private static final class Moved extends Clock {
    private Instant now = Instant.parse("2026-11-22T10:00:00.000Z");

    void by(Duration duration) {
      now = now.plus(duration);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  @BeforeEach
  void open() {
    ceremony = new KeyCeremony(folder, Map.of(), clock);
  }

  private SnapshotKeys keys() {
    return SnapshotKeys.open(folder, Map.of(), clock);
  }

  private void look() {
    clock.by(Duration.ofSeconds(1));
  }

  private static Set<String> signers(SnapshotKeys keys) {
    return SignedNote.keyIds(keys.signer(PRODUCTION).sign("{}\n"), "trialog/production");
  }

  private static List<State> states(SnapshotKeys keys) {
    return keys.states(PRODUCTION).stream().map(SnapshotKeyState::state).toList();
  }

  private Set<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  @Test
  void a_rotation_is_taken_up_while_the_platform_runs_and_ends_by_itself() throws Exception {
    SnapshotKeys keys = keys();
    VerifierKey first = keys.signer(PRODUCTION).verifierKey();
    VerifierKey second = ceremony.rotate(PRODUCTION, Duration.ofMinutes(10), DAY);
    look();
    assertThat(signers(keys)).containsExactly(first.idText());
    assertThat(states(keys)).containsExactly(State.ACTIVE, State.ANNOUNCED);
    assertThat(keys.statements(PRODUCTION)).hasSize(1);
    clock.by(Duration.ofMinutes(10));
    assertThat(signers(keys)).containsExactlyInAnyOrder(first.idText(), second.idText());
    assertThat(states(keys)).containsExactly(State.RETIRING, State.ACTIVE);
    assertThat(keys.verifierKeys()).containsEntry(PRODUCTION, second.toString());
    clock.by(DAY);
    assertThat(signers(keys)).containsExactly(second.idText());
    assertThat(states(keys)).containsExactly(State.RETIRED, State.ACTIVE);
    assertThat(signers(keys())).containsExactly(second.idText());
  }

  @Test
  void a_revoked_key_signs_no_more_and_its_private_part_is_gone() throws Exception {
    SnapshotKeys keys = keys();
    String stolen = keys.signer(PRODUCTION).verifierKey().idText();
    VerifierKey next = ceremony.revoke(PRODUCTION, stolen);
    look();
    assertThat(signers(keys)).containsExactly(next.idText());
    assertThat(states(keys)).containsExactly(State.REVOKED, State.ACTIVE);
    assertThat(files())
        .containsExactlyInAnyOrder(
            "snapshot-production+" + next.idText() + ".key",
            "snapshot-production.0001.note",
            "snapshot-production.0002.note");
    assertThat(signers(keys())).containsExactly(next.idText());
    assertThatThrownBy(() -> ceremony.revoke(PRODUCTION, stolen))
        .hasMessageContaining("revoked already");
    assertThatThrownBy(() -> ceremony.revoke(PRODUCTION, "00000000"))
        .hasMessageContaining(next.idText());
  }

  @Test
  void a_key_that_retires_can_be_revoked_and_those_that_retired_are_removed() throws Exception {
    SnapshotKeys keys = keys();
    String first = keys.signer(PRODUCTION).verifierKey().idText();
    String second = ceremony.rotate(PRODUCTION, Duration.ZERO, DAY).idText();
    ceremony.revoke(PRODUCTION, first);
    look();
    assertThat(signers(keys)).containsExactly(second);
    String third = ceremony.rotate(PRODUCTION, Duration.ZERO, DAY).idText();
    clock.by(DAY.plusSeconds(1));
    ceremony.rotate(PRODUCTION, Duration.ZERO, DAY);
    assertThat(files())
        .doesNotContain("snapshot-production+" + second + ".key")
        .contains("snapshot-production+" + third + ".key");
    look();
    assertThat(states(keys))
        .containsExactly(State.REVOKED, State.RETIRED, State.RETIRING, State.ACTIVE);
  }

  @Test
  void the_newest_snapshot_is_signed_again_when_keys_change() throws Exception {
    SnapshotKeys keys = keys();
    SnapshotPublisher publisher = new SnapshotPublisher(keys, 0);
    String before = publisher.newest(PRODUCTION).orElseThrow().note();
    SnapshotHolder reader = new SnapshotHolder(PRODUCTION, keys.signer(PRODUCTION).verifierKey());
    reader.offer(before.getBytes(StandardCharsets.UTF_8));
    String stolen = keys.signer(PRODUCTION).verifierKey().idText();
    ceremony.revoke(PRODUCTION, stolen);
    look();
    String after = publisher.newest(PRODUCTION).orElseThrow().note();
    assertThat(after.lines().findFirst()).isEqualTo(before.lines().findFirst());
    assertThat(SignedNote.keyIds(after, "trialog/production")).doesNotContain(stolen);
    assertThat(reader.hasOtherSigners(after.getBytes(StandardCharsets.UTF_8))).isTrue();
    assertThat(reader.learn(keys.statements(PRODUCTION))).isEmpty();
    assertThat(reader.trusted()).isNull();
    assertThat(reader.offer(after.getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(SnapshotHolder.Offer.ACCEPTED);
    assertThat(publisher.newest(PRODUCTION).orElseThrow().note()).isSameAs(after);
  }

  @Test
  void a_key_may_be_in_the_environment_of_the_process_and_in_no_file() throws Exception {
    NoteSigner given = NoteSigner.generate("trialog/production");
    Map<String, String> variables = Map.of("TRIALOG_SNAPSHOT_KEY_PRODUCTION", given.privateKey());
    SnapshotKeys keys = SnapshotKeys.open(folder, variables, clock);
    assertThat(signers(keys)).containsExactly(given.verifierKey().idText());
    assertThat(files()).isEmpty();
    VerifierKey next =
        new KeyCeremony(folder, variables, clock).rotate(PRODUCTION, Duration.ZERO, DAY);
    Path made = folder.resolve("snapshot-production+" + next.idText() + ".key");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
        .isEqualTo("rw-------");
    String both = Files.readString(made).strip() + " " + given.privateKey();
    Files.delete(made);
    SnapshotKeys moved =
        SnapshotKeys.open(folder, Map.of("TRIALOG_SNAPSHOT_KEY_PRODUCTION", both), clock);
    assertThat(signers(moved))
        .containsExactlyInAnyOrder(next.idText(), given.verifierKey().idText());
  }

  @Test
  void a_wrong_variable_stops_the_start_and_its_text_is_not_shown() throws Exception {
    String other = NoteSigner.generate("trialog/staging").privateKey();
    for (String given : List.of(other, "secret", other.substring(0, 60))) {
      Map<String, String> variables = Map.of("TRIALOG_SNAPSHOT_KEY_PRODUCTION", given);
      assertThatThrownBy(() -> SnapshotKeys.open(folder, variables, clock).signer(PRODUCTION))
          .hasMessageContaining("TRIALOG_SNAPSHOT_KEY_PRODUCTION")
          .hasMessageNotContaining(given);
    }
  }

  @Test
  void files_that_cannot_be_used_change_nothing_in_a_platform_that_runs_but_stop_a_start()
      throws Exception {
    SnapshotKeys keys = keys();
    String first = keys.signer(PRODUCTION).verifierKey().idText();
    Files.writeString(folder.resolve("snapshot-production.0001.note"), "no statement");
    look();
    assertThat(signers(keys)).containsExactly(first);
    assertThatThrownBy(this::keys).hasMessageContaining("must each follow");
    Files.delete(folder.resolve("snapshot-production.0001.note"));
    String next = ceremony.rotate(PRODUCTION, Duration.ZERO, Duration.ZERO).idText();
    Path file = folder.resolve("snapshot-production+" + next + ".key");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    look();
    assertThat(signers(keys)).containsExactly(first);
    assertThatThrownBy(this::keys).hasMessageContaining("chmod 600");
    Files.delete(file);
    assertThatThrownBy(this::keys).hasMessageContaining("is missing");
  }

  @Test
  void what_cannot_be_rotated_is_refused() throws Exception {
    assertThatThrownBy(() -> ceremony.rotate(PRODUCTION, Duration.ZERO, DAY))
        .hasMessageContaining("no snapshot key");
    assertThat(files()).isEmpty();
    keys().signer(PRODUCTION);
    ceremony.rotate(PRODUCTION, DAY, DAY);
    assertThatThrownBy(() -> ceremony.rotate(PRODUCTION, DAY, DAY))
        .hasMessageContaining("does not sign yet");
    assertThatThrownBy(() -> ceremony.rotate(PRODUCTION, DAY.negated(), DAY))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
