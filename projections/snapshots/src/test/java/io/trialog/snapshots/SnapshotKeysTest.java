package io.trialog.snapshots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.language.InvalidValue;
import io.trialog.sdk.core.note.SignedNote;
import io.trialog.sdk.core.note.VerifierKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys on disk. */
class SnapshotKeysTest {
  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("snapshot-production.key");
  }

  @Test
  void a_key_is_made_once_for_its_owner_only_and_found_again() throws IOException {
    String made = SnapshotKeys.open(folder).signer("production").verifierKey().toString();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
    assertThat(SnapshotKeys.open(folder).verifierKeys()).containsEntry("production", made);
    assertThat(made).startsWith("trialog/production+");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file());
    }
  }

  @Test
  void what_it_signs_opens_with_its_public_key_and_no_other() throws Exception {
    SnapshotKeys keys = SnapshotKeys.open(folder);
    String note = keys.signer("production").sign("{}\n");
    VerifierKey own = VerifierKey.parse(keys.verifierKeys().get("production"));
    assertThat(SignedNote.open(note, own)).isEqualTo("{}\n");
    VerifierKey other = keys.signer("staging").verifierKey();
    assertThatThrownBy(() -> SignedNote.open(note, other)).hasMessageContaining("staging");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwxrwxrwx"})
  void a_key_file_that_is_open_to_others_stops_the_start(String permissions) throws IOException {
    SnapshotKeys.open(folder).signer("production");
    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString(permissions));
    assertThatThrownBy(() -> SnapshotKeys.open(folder))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(file().toString())
        .hasMessageContaining("chmod 600");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no key", "PRIVATE+KEY+trialog/production+00000000+AAAA"})
  void a_damaged_key_file_stops_the_start_and_its_text_is_not_shown(String text)
      throws IOException {
    SnapshotKeys.open(folder).signer("production");
    Files.writeString(file(), text);
    assertThatThrownBy(() -> SnapshotKeys.open(folder))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("must hold the key of trialog/production");
  }

  @Test
  void the_key_of_another_environment_is_refused() throws IOException {
    SnapshotKeys.open(folder).signer("staging");
    Files.move(folder.resolve("snapshot-staging.key"), file());
    assertThatThrownBy(() -> SnapshotKeys.open(folder))
        .hasMessageContaining("must hold the key of trialog/production");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../etc", "", "Production", "a/b"})
  void a_name_that_is_no_environment_makes_no_file(String environment) throws IOException {
    SnapshotKeys keys = SnapshotKeys.open(folder);
    assertThatThrownBy(() -> keys.signer(environment)).isInstanceOf(InvalidValue.class);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }
}
