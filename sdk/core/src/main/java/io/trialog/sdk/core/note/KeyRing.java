package io.trialog.sdk.core.note;

import io.trialog.sdk.core.note.NoteException.Reason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The keys that a reader of one environment's snapshots trusts (protocol clause 12): the first one,
 * which it was given, and those that follow it by signed statements. Immutable; any thread.
 *
 * <p>No clock decides. A note by a newer key ends the trust in the older ones, because from then on
 * an honest server signs with the newer one too.
 */
public final class KeyRing {
  /** Most keys of a chain. */
  public static final int MAX_KEYS = 100;

  private final List<VerifierKey> chain;
  private final Set<VerifierKey> revoked;
  private final List<KeyStatement> statements;

  /** The oldest key of the chain that is still trusted. */
  private final int oldest;

  /** The text of a note that was verified, and by which key. */
  public static final class Opened {
    private final String text;
    private final VerifierKey key;

    Opened(String text, VerifierKey key) {
      this.text = text;
      this.key = key;
    }

    /** With its final newline. */
    public String text() {
      return text;
    }

    /** The newest trusted key that signed. */
    public VerifierKey key() {
      return key;
    }
  }

  private KeyRing(
      List<VerifierKey> chain,
      Set<VerifierKey> revoked,
      List<KeyStatement> statements,
      int oldest) {
    this.chain = Collections.unmodifiableList(chain);
    this.revoked = Collections.unmodifiableSet(revoked);
    this.statements = Collections.unmodifiableList(statements);
    this.oldest = oldest;
  }

  /** A ring of one key, which was configured or trusted on first use. */
  public static KeyRing of(VerifierKey first) {
    return new KeyRing(List.of(first), Set.of(), List.of(), 0);
  }

  /**
   * The ring after one more statement; the same ring when it is about keys of others, or known.
   *
   * @throws NoteException MALFORMED; NOT_SIGNED_BY_KEY or BAD_SIGNATURE by those who must sign it;
   *     FORKED when the key already has another successor
   */
  public KeyRing with(String note) throws NoteException {
    KeyStatement statement = KeyStatement.parse(note);
    int at = chain.indexOf(statement.key());
    if (at < 0) {
      return this;
    }
    return statement.isRevocation() ? revoking(statement, at) : followed(statement, at);
  }

  private KeyRing followed(KeyStatement statement, int at) throws NoteException {
    SignedNote.open(statement.note(), statement.key());
    SignedNote.open(statement.note(), statement.successor());
    if (at < chain.size() - 1 && chain.get(at + 1).equals(statement.successor())) {
      return this;
    }
    if (at < chain.size() - 1 || chain.contains(statement.successor())) {
      throw new NoteException(
          Reason.FORKED, "the key " + statement.key().idText() + " has another successor");
    }
    if (chain.size() == MAX_KEYS) {
      throw new NoteException(Reason.MALFORMED, "expected at most " + MAX_KEYS + " keys");
    }
    return new KeyRing(
        plus(chain, statement.successor()), revoked, plus(statements, statement), oldest);
  }

  private KeyRing revoking(KeyStatement statement, int at) throws NoteException {
    for (int i = chain.size() - 1; i > at; i--) {
      if (!revoked.contains(chain.get(i)) && signed(statement.note(), chain.get(i))) {
        Set<VerifierKey> now = new HashSet<>(revoked);
        return now.add(statement.key())
            ? new KeyRing(chain, now, plus(statements, statement), oldest)
            : this;
      }
    }
    throw new NoteException(
        Reason.NOT_SIGNED_BY_KEY, "expected a revocation by a successor that is not revoked");
  }

  private static boolean signed(String note, VerifierKey key) throws NoteException {
    try {
      SignedNote.open(note, key);
      return true;
    } catch (NoteException e) {
      if (e.reason() == Reason.NOT_SIGNED_BY_KEY) {
        return false;
      }
      throw e;
    }
  }

  private static <T> List<T> plus(List<T> list, T one) {
    List<T> more = new ArrayList<>(list);
    more.add(one);
    return more;
  }

  /**
   * Opens a note: the newest trusted key that has a signature line decides.
   *
   * @throws NoteException as {@link SignedNote#open}; REVOKED or RETIRED when only such keys of the
   *     chain have a line
   */
  public Opened open(String note) throws NoteException {
    for (int i = chain.size() - 1; i >= 0; i--) {
      VerifierKey key = chain.get(i);
      if (i >= oldest && !revoked.contains(key)) {
        try {
          return new Opened(SignedNote.open(note, key), key);
        } catch (NoteException e) {
          if (e.reason() != Reason.NOT_SIGNED_BY_KEY) {
            throw e;
          }
        }
      }
    }
    throw distrusted(note);
  }

  private NoteException distrusted(String note) throws NoteException {
    Set<String> ids = SignedNote.keyIds(note, newest().name());
    for (int i = chain.size() - 1; i >= 0; i--) {
      VerifierKey key = chain.get(i);
      if (ids.contains(key.idText())) {
        return revoked.contains(key)
            ? new NoteException(Reason.REVOKED, "the key " + key.idText() + " is revoked")
            : new NoteException(
                Reason.RETIRED, "a newer key than " + key.idText() + " has signed before");
      }
    }
    return new NoteException(
        Reason.NOT_SIGNED_BY_KEY,
        "expected a signature of " + newest().name() + " with key id " + newest().idText());
  }

  /** The ring once a note by this key was taken: the ones before it are trusted no more. */
  public KeyRing provenBy(VerifierKey key) {
    int at = chain.indexOf(key);
    return at <= oldest ? this : new KeyRing(chain, revoked, statements, at);
  }

  /** From the first to the newest. */
  public List<VerifierKey> keys() {
    return chain;
  }

  /** The end of the chain. */
  public VerifierKey newest() {
    return chain.get(chain.size() - 1);
  }

  /** Whether a statement revoked it. */
  public boolean isRevoked(VerifierKey key) {
    return revoked.contains(key);
  }

  /** The statements that made the ring, in their order. */
  public List<KeyStatement> statements() {
    return statements;
  }
}
