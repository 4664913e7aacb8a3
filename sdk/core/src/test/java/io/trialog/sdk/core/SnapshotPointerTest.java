package io.trialog.sdk.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.sdk.core.SnapshotRefusedException.Reason;
import io.trialog.sdk.core.note.NoteSigner;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Protocol clause 13.6. */
class SnapshotPointerTest {
  private static final Instant ISSUED = Instant.parse("2026-11-22T10:00:00.123Z");
  private NoteSigner signer;
  private byte[] note;
  private String pointer;

  @BeforeEach
  void sign() throws Exception {
    signer = NoteSigner.generate("trialog/production");
    note = snapshotNote(10);
    pointer = SnapshotPointer.to("production", 10, note, ISSUED).signed(signer);
  }

  private byte[] snapshotNote(long position) {
    return utf8(
        SnapshotWriter.note(Snapshot.of("production", position, Instant.EPOCH, List.of()), signer));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private SnapshotPointer open(String text) throws SnapshotRefusedException {
    return SnapshotPointer.open(utf8(text), signer.verifierKey(), "production");
  }

  private void refused(String text, Reason reason) {
    assertThatThrownBy(() -> open(text))
        .isInstanceOfSatisfying(
            SnapshotRefusedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void what_was_signed_is_read_again() throws Exception {
    SnapshotPointer read = open(pointer);
    assertThat(read.environment()).isEqualTo("production");
    assertThat(read.position()).isEqualTo(10);
    assertThat(read.file()).matches("10-[0-9a-f]{16}\\.note");
    assertThat(read.issued()).isEqualTo(ISSUED);
    assertThat(read.names(note)).isTrue();
    assertThat(read.names(snapshotNote(11))).isFalse();
  }

  @Test
  void a_pointer_is_no_snapshot_and_a_snapshot_no_pointer() {
    refused(new String(note, StandardCharsets.UTF_8), Reason.INVALID);
    assertThatThrownBy(() -> SnapshotReader.open(utf8(pointer), signer.verifierKey(), "production"))
        .isInstanceOfSatisfying(
            SnapshotRefusedException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.NOT_A_NOTE));
  }

  @Test
  void what_is_forged_changed_foreign_or_of_another_form_is_refused() throws Exception {
    NoteSigner thief = NoteSigner.generate("trialog/production");
    refused(
        SnapshotPointer.to("production", 10, note, ISSUED).signed(thief), Reason.NOT_SIGNED_BY_KEY);
    refused(pointer.replace("10:00:00", "11:00:00"), Reason.BAD_SIGNATURE);
    refused(
        SnapshotPointer.to("staging", 10, note, ISSUED).signed(signer), Reason.OTHER_ENVIRONMENT);
    refused("latest", Reason.NOT_A_NOTE);
    refused(" ".repeat(SnapshotPointer.MAX_BYTES + 1), Reason.TOO_LARGE);
    String text = pointer.substring(0, pointer.indexOf("\n\n") + 1);
    for (String other :
        List.of(
            text.replace("trialog/latest", "trialog/oldest"),
            text.replaceFirst("\n10\n", "\n010\n"),
            text.replaceFirst("\n10\n", "\n11\n"),
            text.replaceFirst("10-", "../10-"),
            text.replaceFirst("10-.", "10-g"),
            text.replace(".123Z", "Z"),
            text.replace("2026-11-22", "2026-13-22"),
            text + "more\n")) {
      assertThat(other).isNotEqualTo(text);
      refused(signer.sign(other), Reason.INVALID);
    }
  }

  @Test
  void a_pointer_to_less_than_what_is_served_is_refused_and_counted() throws Exception {
    SnapshotHolder holder = new SnapshotHolder("production", signer.verifierKey());
    assertThat(holder.point(utf8(pointer)).position()).isEqualTo(10);
    holder.offer(snapshotNote(11));
    assertThatThrownBy(() -> holder.point(utf8(pointer)))
        .isInstanceOf(SnapshotRefusedException.class);
    assertThat(holder.refusals()).containsOnlyKeys(Reason.OLDER_POSITION);
  }
}
