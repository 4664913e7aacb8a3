package io.trialog.audit.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NoteTest {

  // The example of golang.org/x/mod/sumdb/note.
  private static final String GO_SKEY =
      "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
  private static final String GO_VKEY =
      "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  private static final String GO_NOTE =
      """
      If you think cryptography is the answer to your problem,
      then you don't know what your problem is.

      \u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
      """;

  private static final SignerKey KEY = SignerKey.generate("log.example/a", new SecureRandom());
  private static final SignerKey OTHER = SignerKey.generate("log.example/b", new SecureRandom());

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void the_published_go_example_is_reproduced_to_the_byte() {
    SignerKey key = SignerKey.parse(GO_SKEY);
    Note note = Note.parse(utf8(GO_NOTE));

    assertThat(key.verifierKey().vkey()).isEqualTo(GO_VKEY);
    assertThat(key.skey()).isEqualTo(GO_SKEY);
    assertThat(key.sign(note.text()).bytes()).isEqualTo(utf8(GO_NOTE));
    assertThat(note.signedBy(VerifierKey.parse(GO_VKEY))).isTrue();
  }

  @Test
  void a_note_survives_writing_and_reading() {
    Note note = KEY.sign("one\n\nthree\n");

    assertThat(Note.parse(note.bytes())).isEqualTo(note);
    assertThat(Note.parse(note.bytes()).signedBy(KEY.verifierKey())).isTrue();
  }

  @Test
  void signatures_of_unknown_keys_are_ignored() {
    Note note = OTHER.sign("text\n").with(KEY.sign("text\n"));

    assertThat(Note.parse(note.bytes()).signedBy(KEY.verifierKey())).isTrue();
    assertThat(OTHER.sign("text\n").signedBy(KEY.verifierKey())).isFalse();
  }

  @Test
  void a_key_of_the_same_name_is_another_key() {
    SignerKey namesake = SignerKey.generate(KEY.verifierKey().name(), new SecureRandom());

    assertThat(namesake.sign("text\n").signedBy(KEY.verifierKey())).isFalse();
    assertThat(namesake.sign("text\n").with(KEY.sign("text\n")).signedBy(KEY.verifierKey()))
        .isTrue();
  }

  @Test
  void an_invalid_signature_under_a_known_key_spoils_the_note() {
    String good = new String(KEY.sign("text\n").bytes(), StandardCharsets.UTF_8);
    String signature = good.substring(good.indexOf('\u2014'));
    Note spoiled = Note.parse(utf8("other\n\n" + signature));
    Note both = KEY.sign("other\n").with(spoiled);

    assertThat(spoiled.signedBy(KEY.verifierKey())).isFalse();
    assertThat(both.signedBy(KEY.verifierKey())).isFalse();
  }

  static java.util.stream.Stream<UnaryOperator<String>> manglings() {
    return java.util.stream.Stream.of(
        note -> note.substring(0, note.length() - 1),
        note -> note.replace("\n", "\r\n"),
        note -> note.replace("\n\n", "\n"),
        note -> note + "\n",
        note -> note + "no signature\n",
        note -> note.replace("\u2014 ", "- "),
        note -> note.replace("\u2014 ", "\u2014  "),
        note -> note.replace("=\n", "\n"),
        note -> note.replace("log.example/a ", "log.example/a+x "),
        note -> note.replace("log.example/a ", " "),
        note -> note.replace("text", "te\txt"),
        note -> note.replace("text", "te\0xt"),
        note -> "",
        note -> "\n\n",
        note -> note + note.substring(note.indexOf('\u2014')).repeat(64));
  }

  @ParameterizedTest
  @MethodSource("manglings")
  void a_note_that_is_not_to_the_letter_is_refused(UnaryOperator<String> mangling) {
    String note = new String(KEY.sign("text\n").bytes(), StandardCharsets.UTF_8);

    assertThatExceptionOfType(MalformedException.class)
        .isThrownBy(() -> Note.parse(utf8(mangling.apply(note))));
  }

  @Test
  void every_flipped_bit_breaks_the_note_or_its_signature() {
    byte[] note = KEY.sign("a text\n").bytes();

    for (int bit = 0; bit < note.length * 8; bit++) {
      byte[] flipped = note.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(isSigned(flipped)).as("bit %d", bit).isFalse();
    }
  }

  private static boolean isSigned(byte[] note) {
    try {
      return Note.parse(note).signedBy(KEY.verifierKey());
    } catch (MalformedException e) {
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void random_bytes_are_refused_and_nothing_worse(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      assertThatExceptionOfType(MalformedException.class)
          .as("seed %d, round %d", seed, i)
          .isThrownBy(() -> Note.parse(bytes));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "name",
        "name+00000000",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TX",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
      })
  void a_verifier_key_that_does_not_fit_itself_is_refused(String vkey) {
    assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> VerifierKey.parse(vkey));
  }

  @Test
  void a_private_key_does_not_show_itself() {
    String secret = GO_SKEY.substring(GO_SKEY.lastIndexOf('+') + 1);

    assertThat(SignerKey.parse(GO_SKEY).toString()).doesNotContain(secret);
    assertThatExceptionOfType(MalformedException.class)
        .isThrownBy(() -> SignerKey.parse(GO_SKEY.replace("c74f20a3", "c74f20a4")))
        .withMessageNotContaining(secret);
  }

  @Test
  void a_checkpoint_has_three_lines() {
    Checkpoint checkpoint = new Checkpoint("log.example/a", 7, Hash.sha256(new byte[] {1}));
    Note note = KEY.sign(checkpoint.text());

    assertThat(Checkpoint.parse(Note.parse(note.bytes()))).isEqualTo(checkpoint);
    assertThat(checkpoint.text()).hasLineCount(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "log.example/a\n07\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "log.example/a\n+7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "log.example/a\n-7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "log.example/a\n 7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "log.example/a\n\u0667\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "log.example/a\n99999999999999999\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "log.example/a\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",
        "log.example/a\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n",
        "log.example/a\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nextension\n",
        "log.example/a\n7\n",
        "\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "log.example/a\n0\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
      })
  void a_checkpoint_that_is_not_to_the_letter_is_refused(String text) {
    Note note = KEY.sign(text);

    assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> Checkpoint.parse(note));
  }
}
