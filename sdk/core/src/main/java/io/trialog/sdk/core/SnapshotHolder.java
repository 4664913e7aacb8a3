package io.trialog.sdk.core;

import io.trialog.sdk.core.SnapshotRefusedException.Reason;
import io.trialog.sdk.core.note.KeyRing;
import io.trialog.sdk.core.note.NoteException;
import io.trialog.sdk.core.note.SignedNote;
import io.trialog.sdk.core.note.VerifierKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The snapshot that is being served, replaced only by newer ones that pass every check (protocol
 * clause 4.3). Reading is one volatile load; offering may come from any thread, one at a time.
 */
public final class SnapshotHolder {
  /** What became of an offer. */
  public enum Offer {
    /** Newer: it is served from now on. */
    ACCEPTED,
    /** The position that is already served: nothing changes. */
    UNCHANGED
  }

  private final String environment;
  private final Map<Reason, Long> refusals = new EnumMap<>(Reason.class);
  private volatile @Nullable Snapshot current;
  private volatile KeyRing keys;

  /** Ids of the keys whose lines the last note had that was not refused; first the key's own. */
  private Set<String> signers;

  /** The key that verified {@link #current}. */
  private volatile VerifierKey verifiedBy;

  /** The note of {@link #current}. */
  private byte[] note = new byte[0];

  /** The same as {@link #signers}, of the last pointer that was not refused. */
  private Set<String> pointerSigners;

  /** When the latest pointer was issued that was not refused, and the key that verified it. */
  private @Nullable Instant issued;

  private VerifierKey issuedBy;

  /** The last pointer that was not refused, if it was issued later than all before it. */
  private @Nullable SnapshotPointer issuedAnew;

  /** A holder without a snapshot. */
  public SnapshotHolder(String environment, VerifierKey key) {
    this.environment = Keys.environment(environment);
    this.keys = KeyRing.of(key);
    this.signers = Set.of(key.idText());
    this.verifiedBy = key;
    this.pointerSigners = signers;
    this.issuedBy = key;
  }

  /**
   * The snapshot to evaluate on, unless the key that verified it was revoked since. Such a one is
   * still evaluated until another one is there, but nothing is compared with it: whoever had the
   * key may have chosen its position.
   */
  public @Nullable Snapshot trusted() {
    return keys.isRevoked(verifiedBy) ? null : current;
  }

  /** The keys that are trusted now. */
  public KeyRing keys() {
    return keys;
  }

  /**
   * Learns from statements about keys, in their order (protocol clause 12).
   *
   * @return what was wrong with each one that was refused; those are skipped
   */
  public synchronized List<String> learn(List<String> statements) {
    List<String> refused = new ArrayList<>();
    for (String statement : statements) {
      try {
        keys = keys.with(statement);
      } catch (NoteException e) {
        refused.add(e.reason() + ": " + e.getMessage());
      }
    }
    return refused;
  }

  /**
   * Whether a note is signed with other keys than the last one that was not refused, as its lines
   * say.
   */
  public synchronized boolean hasOtherSigners(byte[] offered) {
    return !signers.equals(signers(new String(offered, StandardCharsets.UTF_8)));
  }

  /** The same, of a pointer and the last pointer that was not refused. */
  public synchronized boolean hasOtherPointerSigners(byte[] offered) {
    return !pointerSigners.equals(signers(new String(offered, StandardCharsets.UTF_8)));
  }

  private Set<String> signers(String note) {
    return SignedNote.keyIds(note, keys.newest().name());
  }

  /** The snapshot to evaluate on; null until one was accepted. */
  public @Nullable Snapshot current() {
    return current;
  }

  /**
   * Offers the bytes of a signed note. A refused one is counted, and the one before stays.
   *
   * @throws SnapshotRefusedException with the first check that failed
   */
  public synchronized Offer offer(byte[] note) throws SnapshotRefusedException {
    try {
      String decoded = SnapshotReader.decoded(note);
      KeyRing.Opened opened = SnapshotReader.verified(decoded, keys);
      Snapshot offered = SnapshotReader.read(opened.text(), environment);
      return take(offered, opened.key(), decoded, note);
    } catch (SnapshotRefusedException e) {
      refusals.merge(e.reason(), 1L, Long::sum);
      throw e;
    }
  }

  /**
   * The whole note that a delta makes of the one being served (protocol clause 10), to be offered
   * next: nothing about it is checked yet. A refused delta is counted.
   *
   * @param data of the event
   * @throws SnapshotRefusedException TOO_LARGE, NOT_UTF8, BAD_DELTA or UNKNOWN_BASE
   */
  public synchronized byte[] whole(byte[] data) throws SnapshotRefusedException {
    try {
      SnapshotDelta delta = SnapshotDelta.parse(data);
      Snapshot base = current;
      if (base == null || base.position() != delta.from()) {
        throw new SnapshotRefusedException(
            Reason.UNKNOWN_BASE,
            "expected a delta from "
                + (base == null ? "nothing" : base.position())
                + ", found one from "
                + delta.from());
      }
      return delta.note(SignedNote.textBytes(note));
    } catch (SnapshotRefusedException e) {
      refusals.merge(e.reason(), 1L, Long::sum);
      throw e;
    }
  }

  /**
   * Offers what was kept; true when it is served from now on. That it is older than what is served
   * is ordinary here, and no refusal.
   *
   * @throws SnapshotRefusedException with the first other check that failed
   */
  public synchronized boolean restore(byte[] note) throws SnapshotRefusedException {
    try {
      String decoded = SnapshotReader.decoded(note);
      KeyRing.Opened opened = SnapshotReader.verified(decoded, keys);
      Snapshot kept = SnapshotReader.read(opened.text(), environment);
      Snapshot served = trusted();
      return (served == null || kept.position() > served.position())
          && take(kept, opened.key(), decoded, note) == Offer.ACCEPTED;
    } catch (SnapshotRefusedException e) {
      refusals.merge(e.reason(), 1L, Long::sum);
      throw e;
    }
  }

  /**
   * Reads a pointer to a snapshot; a refused one is counted as a refused snapshot is.
   *
   * @throws SnapshotRefusedException with the first check that failed; OLDER_POSITION when it
   *     points to one older than what is served
   */
  public synchronized SnapshotPointer point(byte[] note) throws SnapshotRefusedException {
    try {
      String decoded = SnapshotPointer.decoded(note);
      KeyRing.Opened opened = SnapshotReader.verified(decoded, keys);
      SnapshotPointer pointer = SnapshotPointer.read(opened.text(), environment);
      requireNotOlder(pointer.position());
      pointerSigners = signers(decoded);
      see(pointer, opened.key());
      return pointer;
    } catch (SnapshotRefusedException e) {
      refusals.merge(e.reason(), 1L, Long::sum);
      throw e;
    }
  }

  /** Whoever had a revoked key may have chosen the times of its pointers: they count no more. */
  private void see(SnapshotPointer pointer, VerifierKey by) {
    Instant before = keys.isRevoked(issuedBy) ? null : issued;
    boolean later = before == null || pointer.issued().isAfter(before);
    issuedAnew = before != null && later ? pointer : null;
    if (later) {
      issued = pointer.issued();
      issuedBy = by;
    }
  }

  /**
   * Whether the pointer that was read last says that what is served is the newest (protocol clause
   * 13.7): it names it, and was issued later than all pointers before it. The first one cannot
   * tell; no clock is compared.
   */
  public synchronized boolean isConfirmedBy(SnapshotPointer pointer) {
    Snapshot served = trusted();
    return pointer == issuedAnew
        && served != null
        && served.position() == pointer.position()
        && !keys.isRevoked(issuedBy);
  }

  private Offer take(Snapshot offered, VerifierKey by, String decoded, byte[] note)
      throws SnapshotRefusedException {
    Offer offer = replace(offered, by);
    keys = keys.provenBy(by);
    signers = signers(decoded);
    if (offer == Offer.ACCEPTED) {
      this.note = note.clone();
    }
    return offer;
  }

  private void requireNotOlder(long position) throws SnapshotRefusedException {
    Snapshot served = trusted();
    if (served != null && position < served.position()) {
      throw new SnapshotRefusedException(
          Reason.OLDER_POSITION,
          "expected a position of at least " + served.position() + ", found " + position);
    }
  }

  private Offer replace(Snapshot offered, VerifierKey by) throws SnapshotRefusedException {
    requireNotOlder(offered.position());
    Snapshot served = trusted();
    if (served != null && offered.position() == served.position()) {
      return Offer.UNCHANGED;
    }
    current = offered;
    verifiedBy = by;
    return Offer.ACCEPTED;
  }

  /** How many offers were refused, by reason; a copy. */
  public synchronized Map<Reason, Long> refusals() {
    return new EnumMap<>(refusals);
  }
}
