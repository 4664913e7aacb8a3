package io.trialog.audit.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.trialog.audit.proof.BundleVerifier;
import io.trialog.audit.proof.Leaf;
import io.trialog.audit.proof.Verification;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

class BundleWriterTest {

  @TempDir Path temp;
  private TestLog log;

  @BeforeEach
  void openLog() {
    log = new TestLog(temp.resolve("log"));
  }

  private byte[] zip(long size) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    log.writer().writeZip(size, out);
    return out.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 255, 256, 257, 600})
  void a_written_bundle_verifies(int size) throws IOException {
    log.open().append(log.events(size));

    log.writer().writeFolder(size, temp.resolve("bundle"));

    Verification result = BundleVerifier.verify(temp.resolve("bundle"), log.policy());
    assertThat(result.findings()).isEmpty();
    assertThat(result.eventsRead()).isEqualTo(size);
  }

  @Test
  @Tag("slow")
  void a_log_of_many_batches_verifies_past_the_second_tile_level() throws IOException {
    Sequencer sequencer = log.open();
    for (int i = 0; i < 7; i++) {
      sequencer.append(log.events(9_363));
    }

    log.writer().writeFolder(65_541, temp.resolve("bundle"));

    Verification result = BundleVerifier.verify(temp.resolve("bundle"), log.policy());
    assertThat(result.findings()).isEmpty();
    assertThat(temp.resolve("bundle/tile/2/000.p/1")).exists();
  }

  @Test
  void two_exports_of_one_size_are_equal_to_the_byte_also_after_the_log_has_grown()
      throws IOException {
    Sequencer sequencer = log.open();
    sequencer.append(log.events(300));
    byte[] first = zip(300);

    sequencer.append(log.events(10));
    log.now = log.now.plusSeconds(86_400);

    assertThat(zip(300)).isEqualTo(first);
    assertThat(zip(310)).isNotEqualTo(first);
  }

  @Test
  void zip_and_folder_hold_the_same_files() throws IOException {
    log.open().append(log.events(300));
    log.writer().writeFolder(300, temp.resolve("bundle"));
    TreeMap<String, byte[]> zipped = new TreeMap<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip(300)))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        zipped.put(entry.getName(), in.readAllBytes());
      }
    }

    assertThat(zipped.keySet())
        .containsExactly(
            "MANIFEST",
            "checkpoint",
            "events.ndjson",
            "keys/export.spki.der",
            "keys/export.vkey",
            "keys/log.spki.der",
            "keys/log.vkey",
            "policy",
            "tile/0/000",
            "tile/0/001.p/44",
            "tile/1/000.p/1");
    for (String path : zipped.keySet()) {
      assertThat(temp.resolve("bundle").resolve(path)).hasBinaryContent(zipped.get(path));
    }
  }

  @Test
  void the_manifest_is_what_sha256sum_prints() throws IOException {
    log.open().append(log.events(3));
    log.writer().writeFolder(3, temp.resolve("bundle"));

    String manifest = Files.readString(temp.resolve("bundle/MANIFEST"));

    assertThat(manifest)
        .startsWith("experiment-audit-export/v1\naudit.example.com/prod\n0 3\n")
        .contains("\n\n\u2014 audit.example.com/prod/export ")
        .containsPattern("\n[0-9a-f]{64}  events\\.ndjson\n");
  }

  @Test
  void only_signed_sizes_can_be_written() {
    log.open().append(log.events(3));

    assertThat(log.writer().canWrite(3)).isTrue();
    assertThat(log.writer().canWrite(2)).isFalse();
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> log.writer().check(2))
        .withMessageContaining("size 2");
  }

  @Test
  void a_changed_event_stops_the_export_before_its_first_byte_and_is_named() {
    log.open().append(log.events(10));
    JdbcTemplate jdbc = new JdbcTemplate(log.database());
    byte[] leaf =
        jdbc.queryForObject("SELECT leaf FROM audit_leaf WHERE leaf_index = 6", byte[].class);
    String changed =
        new String(leaf, StandardCharsets.UTF_8).replace("\"because\"", "\"no reason\"");
    jdbc.update(
        "UPDATE audit_leaf SET leaf = ? WHERE leaf_index = 6",
        (Object) changed.getBytes(StandardCharsets.UTF_8));
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    assertThatExceptionOfType(AuditDefect.class)
        .isThrownBy(() -> log.writer().writeZip(10, out))
        .withMessageContaining("leaf 6")
        .withMessageContaining(Leaf.parse(leaf).stream())
        .withMessageContaining(Leaf.parse(leaf).eventId());
    assertThat(out.size()).isZero();
  }

  @Test
  void a_leaf_overwritten_with_ff_is_named_too() {
    log.open().append(log.events(10));
    new JdbcTemplate(log.database())
        .update(
            "UPDATE audit_leaf SET leaf = ? WHERE leaf_index = 2", (Object) new byte[] {-1, -1});

    assertThatExceptionOfType(AuditDefect.class)
        .isThrownBy(() -> log.writer().check(10))
        .withMessageContaining("leaf 2");
  }

  @Test
  void a_leaf_changed_together_with_its_hash_still_stops_the_export() {
    log.open().append(log.events(10));
    JdbcTemplate jdbc = new JdbcTemplate(log.database());
    byte[] bytes = {'{', '}'};
    jdbc.update(
        "UPDATE audit_leaf SET leaf = ?, leaf_hash = ? WHERE leaf_index = 2",
        bytes,
        io.trialog.audit.proof.Merkle.leafHash(bytes).bytes());

    assertThatExceptionOfType(AuditDefect.class)
        .isThrownBy(() -> log.writer().check(10))
        .withMessageContaining("was signed");
  }

  @Test
  void an_existing_file_is_not_overwritten() throws IOException {
    log.open().append(log.events(1));
    Files.createDirectories(temp.resolve("bundle"));
    Files.writeString(temp.resolve("bundle/checkpoint"), "mine");

    assertThatExceptionOfType(java.nio.file.FileAlreadyExistsException.class)
        .isThrownBy(() -> log.writer().writeFolder(1, temp.resolve("bundle")));
  }
}
