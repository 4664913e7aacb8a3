package io.trialog.guardrails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.language.wire.ControlMessage;
import io.trialog.sdk.core.note.NoteException;
import io.trialog.sdk.core.note.NoteSigner;
import io.trialog.sdk.core.note.SignedNote;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardrailKeysTest {
  private static final ControlMessage MESSAGE =
      new ControlMessage(ControlMessage.Kind.VERDICT, "production", "{}");

  @TempDir Path folder;

  @Test
  void a_key_is_made_once_readable_by_its_owner_only() throws Exception {
    GuardrailKeys keys = GuardrailKeys.open(folder, Map.of());
    String note = keys.sign(MESSAGE);
    Path file = folder.resolve("guardrails-production.key");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    GuardrailKeys again = GuardrailKeys.open(folder, Map.of());
    assertThat(again.verifierKeys()).containsOnlyKeys("production");
    assertThat(SignedNote.open(note, again.verifier("production"))).isEqualTo(MESSAGE.text());
    assertThat(again.sign(MESSAGE)).isEqualTo(note);
  }

  @Test
  void a_key_that_others_may_read_is_refused() throws Exception {
    GuardrailKeys.open(folder, Map.of()).verifier("production");
    Path file = folder.resolve("guardrails-production.key");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(() -> GuardrailKeys.open(folder, Map.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("chmod 600")
        .hasMessageNotContaining("PRIVATE");
  }

  @Test
  void a_key_in_a_variable_wins_and_leaves_no_file() throws Exception {
    NoteSigner signer = NoteSigner.generate("trialog/guardrails/pre-live");
    GuardrailKeys keys =
        GuardrailKeys.open(folder, Map.of("TRIALOG_GUARDRAIL_KEY_PRE_LIVE", signer.privateKey()));
    assertThat(keys.verifier("pre-live")).isEqualTo(signer.verifierKey());
    assertThat(keys.verifierKeys()).containsOnlyKeys("pre-live");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void a_variable_with_the_key_of_another_environment_is_refused_without_showing_it()
      throws NoteException {
    String secret = NoteSigner.generate("trialog/guardrails/staging").privateKey();
    GuardrailKeys keys =
        GuardrailKeys.open(folder, Map.of("TRIALOG_GUARDRAIL_KEY_PRODUCTION", secret));
    assertThatThrownBy(() -> keys.sign(MESSAGE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("TRIALOG_GUARDRAIL_KEY_PRODUCTION")
        .hasMessageNotContaining(secret.substring(secret.length() - 20));
  }
}
