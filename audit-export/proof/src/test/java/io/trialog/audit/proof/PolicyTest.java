package io.trialog.audit.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyTest {

  private static final SignerKey LOG = SignerKey.generate("log.example/prod", new SecureRandom());
  private static final SignerKey EXPORT =
      SignerKey.generate("log.example/prod/export", new SecureRandom());
  private static final Checkpoint HEAD =
      new Checkpoint("log.example/prod", 3, Hash.sha256(new byte[] {3}));

  /** A witness made from the JDK alone. */
  private static final class Witness {
    final KeyPair pair;
    final VerifierKey key;

    Witness(String name) {
      try {
        pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
      byte[] spki = pair.getPublic().getEncoded();
      byte[] publicKey = Arrays.copyOfRange(spki, spki.length - 32, spki.length);
      key = VerifierKey.of(name, VerifierKey.Kind.COSIGNATURE, publicKey);
    }

    Note cosign(String text, long seconds) throws GeneralSecurityException {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(pair.getPrivate());
      signature.update(
          ("cosignature/v1\ntime " + seconds + "\n" + text).getBytes(StandardCharsets.UTF_8));
      byte[] line =
          ByteBuffer.allocate(4 + 8 + 64)
              .putInt(key.keyId())
              .putLong(seconds)
              .put(signature.sign())
              .array();
      String note =
          text + "\n\u2014 " + key.name() + " " + Base64.getEncoder().encodeToString(line) + "\n";
      return Note.parse(note.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static final Witness W1 = new Witness("w1.example");
  private static final Witness W2 = new Witness("w2.example");
  private static final Witness W3 = new Witness("w3.example");

  private static String fill(String text) {
    return text.replace("LOG", LOG.verifierKey().vkey())
        .replace("EXPORT", EXPORT.verifierKey().vkey())
        .replace("VKEY1", W1.key.vkey())
        .replace("VKEY2", W2.key.vkey())
        .replace("VKEY3", W3.key.vkey());
  }

  private static Policy policy(String text) {
    return Policy.parse(fill(text).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void the_export_key_is_the_log_line_named_after_the_log() {
    Policy policy =
        policy(
            "# ours\n\n \t# more\nlog LOG https://log.example/prod\n\tlog EXPORT \nquorum none\n");

    assertThat(policy.origins()).containsExactly("log.example/prod");
    assertThat(policy.logKey("log.example/prod")).contains(LOG.verifierKey());
    assertThat(policy.exportKey("log.example/prod")).contains(EXPORT.verifierKey());
    assertThat(policy.isWitnessed(LOG.sign(HEAD.text()))).isTrue();
    assertThat(policy.needsWitnesses()).isFalse();
  }

  @Test
  void the_export_key_never_stands_for_a_log() {
    Policy policy = policy("log LOG\nlog EXPORT\nquorum none\n");

    assertThat(policy.logKey("log.example/prod/export")).isEmpty();
    assertThat(policy.exportKey("log.example/prod/export")).isEmpty();
  }

  @Test
  void a_group_asks_for_as_many_witnesses_as_it_says() throws GeneralSecurityException {
    Policy policy =
        policy(
            "log LOG\nwitness a VKEY1\nwitness b VKEY2\nwitness c VKEY3\n"
                + "group pair 2 a b\ngroup all all pair c\nquorum all\n");
    Note signed = LOG.sign(HEAD.text());
    Note one = signed.with(W1.cosign(HEAD.text(), 1_679_315_147));
    Note two = one.with(W2.cosign(HEAD.text(), 1));
    Note three = two.with(W3.cosign(HEAD.text(), 0));

    assertThat(policy.isWitnessed(signed)).isFalse();
    assertThat(policy.isWitnessed(one)).isFalse();
    assertThat(policy.isWitnessed(two)).isFalse();
    assertThat(policy.isWitnessed(three)).isTrue();
  }

  @Test
  void a_cosignature_of_another_head_or_another_time_does_not_count()
      throws GeneralSecurityException {
    Policy policy = policy("log LOG\nwitness a VKEY1\nquorum a\n");
    Note cosigned = W1.cosign(HEAD.text(), 1_679_315_147);
    String other = new Checkpoint("log.example/prod", 4, HEAD.root()).text();
    Note moved = new Note(other, cosigned.signatures());
    Note.Line line = cosigned.signatures().getFirst();
    java.util.List<Byte> later = new java.util.ArrayList<>(line.signature());
    later.set(7, (byte) (later.get(7) + 1));
    Note redated =
        new Note(HEAD.text(), java.util.List.of(new Note.Line(line.name(), line.keyId(), later)));

    assertThat(policy.isWitnessed(cosigned)).isTrue();
    assertThat(policy.isWitnessed(moved)).isFalse();
    assertThat(policy.isWitnessed(redated)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "log LOG\n",
        "quorum none\n",
        "log LOG\nquorum none",
        "log LOG\r\nquorum none\r\n",
        "log LOG\nquorum none\nquorum none\n",
        "log LOG\nlog LOG\nquorum none\n",
        "log LOG a b\nquorum none\n",
        "log VKEY1\nquorum none\n",
        "log LOG\nwitness a LOG\nquorum a\n",
        "log LOG\nquorum a\nwitness a VKEY1\n",
        "log LOG\nwitness none VKEY1\nquorum none\n",
        "log LOG\nwitness a VKEY1\nwitness a VKEY2\nquorum a\n",
        "log LOG\nwitness a VKEY1\nwitness b VKEY1\nquorum a\n",
        "log LOG\nwitness a VKEY1\ngroup g 2 a\nquorum g\n",
        "log LOG\nwitness a VKEY1\ngroup g 0 a\nquorum g\n",
        "log LOG\nwitness a VKEY1\ngroup g 01 a\nquorum g\n",
        "log LOG\nwitness a VKEY1\ngroup g any a a\nquorum g\n",
        "log LOG\nwitness a VKEY1\ngroup g any a\ngroup h any a\nquorum g\n",
        "log LOG\ngroup g any g\nquorum g\n",
        "log LOG\ngroup g any\nquorum g\n",
        "log LOG\nexport EXPORT\nquorum none\n",
        "LOG LOG\nquorum none\n",
        "log LOG\u000b\nquorum none\n"
      })
  void a_policy_that_is_not_to_the_letter_is_refused(String text) {
    assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> policy(text));
  }

  @Test
  void a_refusal_names_the_line() {
    assertThatExceptionOfType(MalformedException.class)
        .isThrownBy(() -> policy("log LOG\n\nlogs LOG\nquorum none\n"))
        .withMessageContaining("line 3");
  }
}
