package io.trialog.sdk.core.note;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.sdk.core.note.NoteException.Reason;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Protocol clause 12. */
class KeyRingTest {
  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00.123Z");
  private static final String TEXT = "{}\n";

  private NoteSigner first;
  private NoteSigner second;
  private NoteSigner third;
  private KeyRing ring;

  @BeforeEach
  void make() throws Exception {
    first = NoteSigner.generate("trialog/production");
    second = NoteSigner.generate("trialog/production");
    third = NoteSigner.generate("trialog/production");
    ring = KeyRing.of(first.verifierKey());
  }

  private static String rotation(NoteSigner from, NoteSigner to) {
    return KeyStatement.rotation(from, to, NOW, NOW.plusSeconds(60)).note();
  }

  private static String revocation(NoteSigner by, NoteSigner of) {
    return KeyStatement.revocation(by, of.verifierKey(), NOW).note();
  }

  private static void assertRefused(Reason reason, KeyRing by, String note) {
    assertThatThrownBy(() -> by.open(note))
        .isInstanceOfSatisfying(NoteException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  private static void assertNotLearnt(Reason reason, KeyRing by, String statement) {
    assertThatThrownBy(() -> by.with(statement))
        .isInstanceOfSatisfying(NoteException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  /** Clause 12.2. */
  @Test
  void a_successor_is_trusted_by_the_word_of_the_key_before_it() throws Exception {
    assertRefused(Reason.NOT_SIGNED_BY_KEY, ring, second.sign(TEXT));
    KeyRing rotated = ring.with(rotation(first, second));
    assertThat(rotated.open(second.sign(TEXT)).key()).isEqualTo(second.verifierKey());
    assertThat(rotated.open(first.sign(TEXT)).key()).isEqualTo(first.verifierKey());
    assertThat(rotated.keys()).containsExactly(first.verifierKey(), second.verifierKey());
    KeyRing again = rotated.with(rotation(second, third));
    assertThat(again.open(third.sign(TEXT)).text()).isEqualTo(TEXT);
    assertThat(again.with(rotation(first, second))).isSameAs(again);
  }

  /** Clause 12.2: during the overlap a reader of either key is served. */
  @Test
  void a_note_of_two_keys_opens_with_each_and_the_newest_known_one_decides() throws Exception {
    String both = second.alongside(first).sign(TEXT);
    assertThat(SignedNote.keyIds(both, "trialog/production"))
        .containsExactlyInAnyOrder(first.verifierKey().idText(), second.verifierKey().idText());
    assertThat(ring.open(both).key()).isEqualTo(first.verifierKey());
    KeyRing rotated = ring.with(rotation(first, second));
    assertThat(rotated.open(both).key()).isEqualTo(second.verifierKey());
    String wrong = both.replace(lines(second.sign(TEXT)), lines(second.sign("[]\n")));
    assertRefused(Reason.BAD_SIGNATURE, rotated, wrong);
    assertThat(second.alongside(first).verifierKeys())
        .containsExactly(second.verifierKey(), first.verifierKey());
  }

  private static String lines(String note) {
    return note.substring(note.lastIndexOf("\n\n") + 2);
  }

  /** Clause 12.3. */
  @Test
  void once_the_successor_was_seen_the_one_before_is_trusted_no_more() throws Exception {
    KeyRing rotated = ring.with(rotation(first, second));
    KeyRing seen = rotated.provenBy(second.verifierKey());
    assertRefused(Reason.RETIRED, seen, first.sign(TEXT));
    assertThat(seen.open(second.alongside(first).sign(TEXT)).key()).isEqualTo(second.verifierKey());
    assertThat(seen.provenBy(first.verifierKey())).isSameAs(seen);
  }

  /** Clause 12.4. */
  @Test
  void a_revoked_key_is_refused_by_the_word_of_its_successor() throws Exception {
    KeyRing rotated = ring.with(rotation(first, second));
    KeyRing revoked = rotated.with(revocation(second, first));
    assertRefused(Reason.REVOKED, revoked, first.sign(TEXT));
    assertThat(revoked.open(second.sign(TEXT)).key()).isEqualTo(second.verifierKey());
    assertThat(revoked.isRevoked(first.verifierKey())).isTrue();
    assertThat(revoked.with(revocation(second, first))).isSameAs(revoked);
    assertThat(revoked.statements()).hasSize(2);
  }

  /** Clause 12.4: a thief of the old key cannot revoke the new one, nor itself. */
  @Test
  void nobody_revokes_but_a_successor() throws Exception {
    KeyRing rotated = ring.with(rotation(first, second));
    assertNotLearnt(Reason.NOT_SIGNED_BY_KEY, rotated, revocation(first, second));
    assertNotLearnt(Reason.NOT_SIGNED_BY_KEY, rotated, revocation(first, first));
    assertNotLearnt(Reason.NOT_SIGNED_BY_KEY, rotated, revocation(third, first));
    assertNotLearnt(Reason.NOT_SIGNED_BY_KEY, rotated, revocation(second, second));
  }

  /** Clause 12.2: a thief of an old key cannot lead away who knows its successor. */
  @Test
  void a_key_has_one_successor() throws Exception {
    KeyRing rotated = ring.with(rotation(first, second));
    assertNotLearnt(Reason.FORKED, rotated, rotation(first, third));
    assertNotLearnt(Reason.FORKED, rotated, rotation(second, first));
  }

  /** Clause 12.2: both must sign. */
  @Test
  void a_rotation_needs_both_signatures() throws Exception {
    String text = rotation(first, second).substring(0, rotation(first, second).indexOf("\n\n") + 1);
    assertNotLearnt(Reason.NOT_SIGNED_BY_KEY, ring, first.sign(text));
    assertNotLearnt(Reason.NOT_SIGNED_BY_KEY, ring, second.sign(text));
    String forged = rotation(first, second).replace("2026-11-22T10:00:00", "2026-11-22T09:00:00");
    assertNotLearnt(Reason.BAD_SIGNATURE, ring, forged);
  }

  /** Clause 12.2: what is about other keys changes nothing. */
  @Test
  void statements_about_strangers_are_skipped() throws Exception {
    assertThat(ring.with(rotation(second, third))).isSameAs(ring);
    assertThat(ring.with(revocation(third, second))).isSameAs(ring);
    NoteSigner elsewhere = NoteSigner.generate("trialog/staging");
    assertThatThrownBy(() -> rotation(first, elsewhere))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Clause 12.1: a statement is no snapshot, and a snapshot no statement. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}\n",
        "trialog snapshot key rotation\n",
        "trialog snapshot key revocation\nK\n2026-11-22T10:00:00Z\n",
        "trialog snapshot key revocation\nK\n2026-11-22T10:00:00.000Z\nmore\n",
        "trialog snapshot key promotion\nK\n2026-11-22T10:00:00.000Z\n"
      })
  void other_texts_are_malformed(String text) {
    String named = text.replace("K", first.verifierKey().toString());
    assertNotLearnt(Reason.MALFORMED, ring, first.sign(named));
  }

  @Test
  void a_statement_is_read_back_as_it_was_made() throws Exception {
    KeyStatement made = KeyStatement.rotation(first, second, NOW, NOW.plusSeconds(5));
    KeyStatement read = KeyStatement.parse(made.note());
    assertThat(read.key()).isEqualTo(first.verifierKey());
    assertThat(read.successor()).isEqualTo(second.verifierKey());
    assertThat(List.of(read.from(), read.until())).containsExactly(NOW, NOW.plusSeconds(5));
    assertThat(read.isRevocation()).isFalse();
    assertThatThrownBy(() -> KeyStatement.rotation(first, second, NOW, NOW.minusMillis(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> KeyStatement.rotation(first, first, NOW, NOW))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
