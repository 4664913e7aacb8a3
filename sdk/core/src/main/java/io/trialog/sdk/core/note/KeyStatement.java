package io.trialog.sdk.core.note;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/**
 * What the holder of a snapshot key says about keys, as a signed note (protocol clause 12): that
 * another key follows, or that one is revoked. Immutable; any thread.
 *
 * <p>Its text has several lines and a snapshot's has one, so neither can be taken for the other.
 */
public final class KeyStatement {
  /** The first line of the text of a rotation. */
  static final String ROTATION = "trialog snapshot key rotation";

  /** The first line of the text of a revocation. */
  static final String REVOCATION = "trialog snapshot key revocation";

  private static final int MAX_CHARS = 16_384;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final String note;
  private final VerifierKey key;
  private final VerifierKey successor;
  private final Instant from;
  private final Instant until;

  private KeyStatement(
      String note, VerifierKey key, VerifierKey successor, Instant from, Instant until)
      throws NoteException {
    this.note = note;
    this.key = key;
    this.successor = successor;
    this.from = from;
    this.until = until;
    if (!key.name().equals(successor.name()) || until.isBefore(from)) {
      throw malformed("expected two keys of one name, and an end that is not before the begin");
    }
  }

  /**
   * Says that a key follows another; signed by both.
   *
   * @param from when the successor begins to sign
   * @param until when the other ends to, not before {@code from}
   * @throws IllegalArgumentException for keys of two names, the same key, or an end too early
   */
  public static KeyStatement rotation(
      NoteSigner signer, NoteSigner successor, Instant from, Instant until) {
    String text =
        String.join(
            "\n",
            ROTATION,
            signer.verifierKey().toString(),
            successor.verifierKey().toString(),
            TIME.format(from),
            TIME.format(until),
            "");
    return made(successor.alongside(signer).sign(text));
  }

  /**
   * Says that a key must not be trusted any more.
   *
   * @param signer a successor of it
   */
  public static KeyStatement revocation(NoteSigner signer, VerifierKey revoked, Instant when) {
    String text = String.join("\n", REVOCATION, revoked.toString(), TIME.format(when), "");
    return made(signer.sign(text));
  }

  private static KeyStatement made(String note) {
    try {
      return parse(note);
    } catch (NoteException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /**
   * Reads a statement; its signatures are not checked, which {@link KeyRing#with} does.
   *
   * @throws NoteException MALFORMED
   */
  public static KeyStatement parse(String note) throws NoteException {
    int split = note.lastIndexOf("\n\n");
    if (split < 0 || note.length() > MAX_CHARS) {
      throw malformed("expected a note of at most " + MAX_CHARS + " characters");
    }
    String[] lines = note.substring(0, split).split("\n", 6);
    if (lines.length == 5 && lines[0].equals(ROTATION)) {
      VerifierKey key = VerifierKey.parse(lines[1]);
      VerifierKey successor = VerifierKey.parse(lines[2]);
      if (key.equals(successor)) {
        throw malformed("a key does not follow itself");
      }
      return new KeyStatement(note, key, successor, instant(lines[3]), instant(lines[4]));
    }
    if (lines.length == 3 && lines[0].equals(REVOCATION)) {
      VerifierKey key = VerifierKey.parse(lines[1]);
      return new KeyStatement(note, key, key, instant(lines[2]), instant(lines[2]));
    }
    throw malformed("expected a rotation of five lines or a revocation of three");
  }

  private static Instant instant(String text) throws NoteException {
    try {
      Instant instant = Instant.parse(text);
      if (TIME.format(instant).equals(text)) {
        return instant;
      }
    } catch (DateTimeParseException e) {
      // Refused below, like another form of a time.
    }
    throw malformed("expected a time as YYYY-MM-DDTHH:MM:SS.mmmZ");
  }

  private static NoteException malformed(String message) {
    return new NoteException(NoteException.Reason.MALFORMED, message);
  }

  /** Whether it revokes, and names no successor. */
  public boolean isRevocation() {
    return key.equals(successor);
  }

  /** The key that is followed or revoked. */
  public VerifierKey key() {
    return key;
  }

  /** The key that follows; of a revocation, the revoked one itself. */
  public VerifierKey successor() {
    return successor;
  }

  /** When the successor begins to sign, or the time of the revocation. */
  public Instant from() {
    return from;
  }

  /** When the key that is followed ends to sign, or the time of the revocation. */
  public Instant until() {
    return until;
  }

  /** The signed note. */
  public String note() {
    return note;
  }
}
