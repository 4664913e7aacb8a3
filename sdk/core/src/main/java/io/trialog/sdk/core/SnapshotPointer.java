package io.trialog.sdk.core;

import io.trialog.sdk.core.SnapshotRefusedException.Reason;
import io.trialog.sdk.core.note.KeyRing;
import io.trialog.sdk.core.note.NoteSigner;
import io.trialog.sdk.core.note.VerifierKey;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which file has the newest snapshot of an environment, as a signed note of its own (protocol
 * clause 13.6). Immutable; any thread.
 *
 * <p>The key that signs it signs snapshots too. A snapshot is one line and a pointer is six, so
 * neither can be taken for the other.
 */
public final class SnapshotPointer {
  /** Largest pointer, in bytes. */
  public static final int MAX_BYTES = 4_096;

  private static final String KIND = "trialog/latest";
  private static final int DIGITS_IN_NAME = 16;
  private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";
  private static final Pattern TEXT =
      Pattern.compile(
          KIND
              + "\n([a-z0-9-]{1,32})\n(0|[1-9][0-9]{0,15})"
              + "\n([0-9]{1,16}-[0-9a-f]{16}\\.note)\n([0-9a-f]{64})\n("
              + TIME
              + ")\n");

  private final String environment;
  private final long position;
  private final String file;
  private final String sha256;
  private final Instant issued;

  private SnapshotPointer(
      String environment, long position, String file, String sha256, Instant issued) {
    this.environment = environment;
    this.position = position;
    this.file = file;
    this.sha256 = sha256;
    this.issued = issued;
  }

  /**
   * The pointer to a note.
   *
   * @param issued when its publisher says that the note is the newest; milliseconds are kept
   */
  public static SnapshotPointer to(String environment, long position, byte[] note, Instant issued) {
    String sha256 = sha256(note);
    return new SnapshotPointer(
        Keys.environment(environment), position, name(position, sha256), sha256, issued);
  }

  private static String name(long position, String sha256) {
    return position + "-" + sha256.substring(0, DIGITS_IN_NAME) + ".note";
  }

  /**
   * Reads a signed pointer, checked as a snapshot is.
   *
   * @throws SnapshotRefusedException with the first check that failed
   */
  public static SnapshotPointer open(byte[] note, VerifierKey key, String environment)
      throws SnapshotRefusedException {
    return read(SnapshotReader.verified(decoded(note), KeyRing.of(key)).text(), environment);
  }

  static String decoded(byte[] note) throws SnapshotRefusedException {
    if (note.length > MAX_BYTES) {
      throw new SnapshotRefusedException(
          Reason.TOO_LARGE, "expected a pointer of at most " + MAX_BYTES + " bytes");
    }
    return SnapshotReader.utf8(note);
  }

  /** The pointer of a note's text. */
  static SnapshotPointer read(String text, String environment) throws SnapshotRefusedException {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new SnapshotRefusedException(Reason.INVALID, "expected the six lines of a pointer");
    }
    SnapshotPointer pointer = read(matcher);
    if (!pointer.environment.equals(environment)) {
      throw new SnapshotRefusedException(
          Reason.OTHER_ENVIRONMENT,
          "expected a pointer of " + environment + ", found one of " + pointer.environment);
    }
    return pointer;
  }

  private static SnapshotPointer read(Matcher lines) throws SnapshotRefusedException {
    long position = Long.parseLong(lines.group(2));
    Instant issued = SnapshotReader.instant(lines.group(5));
    if (position >= 1L << 53) {
      throw new SnapshotRefusedException(
          Reason.INVALID, "expected a position of 0 to 2^53-1, found " + position);
    }
    if (!lines.group(3).equals(name(position, lines.group(4)))) {
      throw new SnapshotRefusedException(
          Reason.INVALID, "expected a file named by position and hash, found " + lines.group(3));
    }
    return new SnapshotPointer(lines.group(1), position, lines.group(3), lines.group(4), issued);
  }

  /** The signed note. */
  public String signed(NoteSigner signer) {
    return signer.sign(
        String.join(
            "\n",
            KIND,
            environment,
            Long.toString(position),
            file,
            sha256,
            SnapshotWriter.time(issued),
            ""));
  }

  /** Whose snapshots it is about. */
  public String environment() {
    return environment;
  }

  /** Position of the snapshot in the file. */
  public long position() {
    return position;
  }

  /** Name of the file, beside the pointer: {@code <position>-<16 hex digits>.note}. */
  public String file() {
    return file;
  }

  /** When the publisher said that this is the newest; later ones confirm it. */
  public Instant issued() {
    return issued;
  }

  /** Whether these bytes are the file's. */
  public boolean names(byte[] note) {
    return sha256(note).equals(sha256);
  }

  private static String sha256(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      StringBuilder hex = new StringBuilder(2 * digest.length);
      for (byte each : digest) {
        hex.append(Character.forDigit(each >> 4 & 0xF, 16))
            .append(Character.forDigit(each & 0xF, 16));
      }
      return hex.toString();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must have SHA-256", e);
    }
  }

  /** Position and file. */
  @Override
  public String toString() {
    return "SnapshotPointer[" + environment + " " + file + "]";
  }
}
