package io.trialog.sdk.core.note;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.sdk.core.note.NoteException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Protocol clauses 4.1 and 4.2. */
class SignedNoteTest {
  /** Key, text and signature of Go's golang.org/x/mod/sumdb/note documentation. */
  private static final String GO_KEY =
      "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

  private static final String GO_TEXT =
      "If you think cryptography is the answer to your problem,\n"
          + "then you don't know what your problem is.\n";

  private static final String GO_NOTE =
      GO_TEXT
          + "\n"
          + "\u2014 PeterNeumann"
          + " x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

  @Test
  void a_note_of_go_opens_with_the_key_of_go() throws Exception {
    VerifierKey key = VerifierKey.parse(GO_KEY);
    assertThat(key.toString()).isEqualTo(GO_KEY);
    assertThat(key.name()).isEqualTo("PeterNeumann");
    assertThat(SignedNote.open(GO_NOTE, key)).isEqualTo(GO_TEXT);
  }

  @Test
  void signatures_of_strangers_are_ignored_and_ours_must_be_right() throws Exception {
    NoteSigner signer = NoteSigner.generate("trialog/production");
    NoteSigner other = NoteSigner.generate("witness");
    String note = signer.sign("x\n");
    String others = other.sign("x\n").substring("x\n\n".length());
    assertThat(SignedNote.open(note + others, signer.verifierKey())).isEqualTo("x\n");
    assertThat(SignedNote.open(note + others, other.verifierKey())).isEqualTo("x\n");
    String wrong = note.replace("x\n\n", "y\n\n");
    assertRefused(Reason.BAD_SIGNATURE, wrong, signer.verifierKey());
    assertRefused(Reason.NOT_SIGNED_BY_KEY, "x\n\n" + others, signer.verifierKey());
  }

  @Test
  void a_stored_key_signs_the_same_note_again() throws Exception {
    NoteSigner signer = NoteSigner.generate("trialog/production");
    NoteSigner again = NoteSigner.parse(signer.privateKey());
    assertThat(again.verifierKey()).isEqualTo(signer.verifierKey());
    assertThat(again.sign("x\n")).isEqualTo(signer.sign("x\n"));
    assertThat(signer.toString()).doesNotContain("PRIVATE");
  }

  @Test
  void a_key_whose_name_was_changed_is_refused() throws Exception {
    String vkey = NoteSigner.generate("trialog/production").verifierKey().toString();
    assertMalformedKey(vkey.replace("production", "staging"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "+", "a+b", "a+b+c", "a+00000000+AQ==", "a b+00000000+AAAA"})
  void a_text_that_is_no_key_is_refused(String text) {
    assertMalformedKey(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "\n\n",
        "x",
        "x\n",
        "x\n\n",
        "x\n\n\u2014 a AAAAAAA=",
        "x\n\n- a AAAAAAA=\n",
        "x\n\n\u2014 a\n",
        "x\n\n\u2014 a AA==\n",
        "x\n\n\u2014 a ?\n",
        "x\r\n\n\u2014 a AAAAAAA=\n"
      })
  void a_text_that_is_no_note_is_refused(String note) throws Exception {
    assertRefused(Reason.MALFORMED, note, VerifierKey.parse(GO_KEY));
  }

  @Test
  void too_many_signatures_are_refused() throws Exception {
    String note = "x\n\n" + "\u2014 a AAAAAAA=\n".repeat(SignedNote.MAX_SIGNATURES + 1);
    assertRefused(Reason.MALFORMED, note, VerifierKey.parse(GO_KEY));
  }

  private static void assertMalformedKey(String text) {
    assertThatThrownBy(() -> VerifierKey.parse(text))
        .isInstanceOfSatisfying(
            NoteException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED));
  }

  private static void assertRefused(Reason reason, String note, VerifierKey key) {
    assertThatThrownBy(() -> SignedNote.open(note, key))
        .isInstanceOfSatisfying(NoteException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
