package io.trialog.sdk.core;

import io.trialog.sdk.core.SnapshotRefusedException.Reason;
import io.trialog.sdk.core.json.JsonException;
import io.trialog.sdk.core.json.JsonReader;
import io.trialog.sdk.core.json.Member;
import io.trialog.sdk.core.note.KeyRing;
import io.trialog.sdk.core.note.NoteException;
import io.trialog.sdk.core.note.VerifierKey;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads snapshots from what a server sent, trusting only the key. Pure functions; any thread.
 *
 * <p>A format has no members beside the ones of the protocol: an SDK that skipped a member it does
 * not know would assign by half of the rules. A server that adds a rule adds a format.
 */
public final class SnapshotReader {
  /** Largest note, 16 MiB. */
  public static final int MAX_BYTES = 16 << 20;

  private static final Set<String> FORMAT_1 =
      Set.of("environment", "experiments", "format", "position", "time");
  private static final Set<String> FORMAT_2 =
      Set.of("exclusion_sets", "flags", "holdouts", "kill_switch");

  private SnapshotReader() {}

  /**
   * The snapshot of a signed note in its bytes.
   *
   * @throws SnapshotRefusedException with the first check that failed
   */
  public static Snapshot open(byte[] note, VerifierKey key, String environment)
      throws SnapshotRefusedException {
    return open(decoded(note), key, environment);
  }

  static String decoded(byte[] note) throws SnapshotRefusedException {
    checkSize(note.length);
    return utf8(note);
  }

  static String utf8(byte[] note) throws SnapshotRefusedException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(note))
          .toString();
    } catch (CharacterCodingException e) {
      throw new SnapshotRefusedException(Reason.NOT_UTF8, "the note is not UTF-8", e);
    }
  }

  /**
   * The snapshot of a signed note.
   *
   * @param key of the environment's signer
   * @param environment the one that was asked for; a snapshot of another is refused, although its
   *     signature may be right
   * @throws SnapshotRefusedException with the first check that failed
   */
  public static Snapshot open(String note, VerifierKey key, String environment)
      throws SnapshotRefusedException {
    return read(verified(note, KeyRing.of(key)).text(), environment);
  }

  /** The snapshot of a note's text. */
  static Snapshot read(String text, String environment) throws SnapshotRefusedException {
    String json = text.substring(0, text.length() - 1);
    if (json.indexOf('\n') >= 0) {
      throw new SnapshotRefusedException(Reason.NOT_A_NOTE, "expected a text of one line");
    }
    Snapshot snapshot = parse(json);
    if (!snapshot.environment().equals(environment)) {
      throw new SnapshotRefusedException(
          Reason.OTHER_ENVIRONMENT,
          "expected a snapshot of " + environment + ", found one of " + snapshot.environment());
    }
    return snapshot;
  }

  private static void checkSize(int size) throws SnapshotRefusedException {
    if (size > MAX_BYTES) {
      throw new SnapshotRefusedException(
          Reason.TOO_LARGE, "expected at most " + MAX_BYTES + " bytes, found " + size);
    }
  }

  static KeyRing.Opened verified(String note, KeyRing keys) throws SnapshotRefusedException {
    checkSize(note.length());
    try {
      return keys.open(note);
    } catch (NoteException e) {
      throw new SnapshotRefusedException(reason(e.reason()), e.getMessage(), e);
    }
  }

  private static Reason reason(NoteException.Reason reason) {
    switch (reason) {
      case MALFORMED:
        return Reason.NOT_A_NOTE;
      case NOT_SIGNED_BY_KEY:
        return Reason.NOT_SIGNED_BY_KEY;
      case BAD_SIGNATURE:
        return Reason.BAD_SIGNATURE;
      case ED25519_UNAVAILABLE:
        return Reason.ED25519_UNAVAILABLE;
      case REVOKED:
        return Reason.KEY_REVOKED;
      case RETIRED:
        return Reason.KEY_RETIRED;
      case FORKED:
        // Of statements about keys only.
    }
    throw new IllegalStateException("unknown reason " + reason);
  }

  /**
   * The snapshot of canonical JSON whose origin the caller vouches for: a store of its own, a test.
   *
   * @throws SnapshotRefusedException NOT_CANONICAL, UNKNOWN_FORMAT or INVALID
   */
  public static Snapshot parse(String json) throws SnapshotRefusedException {
    try {
      return snapshot(new Member("snapshot", JsonReader.readCanonical(json)));
    } catch (JsonException e) {
      throw new SnapshotRefusedException(Reason.NOT_CANONICAL, e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new SnapshotRefusedException(Reason.INVALID, e.getMessage(), e);
    }
  }

  private static Snapshot snapshot(Member tree) throws SnapshotRefusedException {
    long format = format(tree);
    Set<String> members = new HashSet<>(FORMAT_1);
    if (format == 2) {
      members.addAll(FORMAT_2);
    }
    tree.only(members);
    boolean more = format == 2;
    Snapshot.Builder builder =
        Snapshot.builder(
                tree.get("environment").text(),
                tree.get("position").integer(),
                time(tree.get("time").text()))
            .format((int) format)
            .experiments(
                sorted(
                    tree.get("experiments"),
                    more ? PartsReader::experiment : PartsReader::firstExperiment,
                    Experiment::key));
    if (more) {
      builder
          .killSwitch(tree.get("kill_switch").truth())
          .flags(sorted(tree.get("flags"), PartsReader::flag, Flag::key))
          .holdouts(sorted(tree.get("holdouts"), PartsReader::holdout, Holdout::key))
          .exclusionSets(
              sorted(tree.get("exclusion_sets"), PartsReader::exclusionSet, ExclusionSet::key));
    }
    return builder.build();
  }

  /** Format 2 is known by its number and its members: a 2 on format 1 is no format. */
  private static long format(Member tree) throws SnapshotRefusedException {
    long format = tree.get("format").integer();
    boolean known = format == 1;
    if (format == 2) {
      known = true;
      for (String member : FORMAT_2) {
        known &= tree.has(member);
      }
    }
    if (!known) {
      throw new SnapshotRefusedException(
          Reason.UNKNOWN_FORMAT, "expected format 1 or 2 with its members, found " + format);
    }
    return format;
  }

  private static <T> List<T> sorted(
      Member tree, Function<Member, T> read, Function<T, String> key) {
    List<T> parts = new ArrayList<>();
    String before = "";
    for (Member element : tree.elements()) {
      T part = read.apply(element);
      if (key.apply(part).compareTo(before) <= 0) {
        throw new IllegalArgumentException("parts must be sorted by key, each one once");
      }
      before = key.apply(part);
      parts.add(part);
    }
    return parts;
  }

  static Instant instant(String text) throws SnapshotRefusedException {
    try {
      return time(text);
    } catch (IllegalArgumentException e) {
      throw new SnapshotRefusedException(Reason.INVALID, e.getMessage(), e);
    }
  }

  /** Only the very form that the writer writes, so that bytes and model say the same. */
  private static Instant time(String text) {
    try {
      Instant time = Instant.parse(text);
      if (SnapshotWriter.time(time).equals(text)) {
        return time;
      }
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("time must be a UTC time in milliseconds", e);
    }
    throw new IllegalArgumentException("time must be a UTC time in milliseconds");
  }
}
