package io.trialog.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/**
 * Names made of content: row digests, event ids and hashed subjects. The same row of the same
 * experiment has the same ids on every run and machine, which is what lets the platform fold a
 * repeated replay once.
 *
 * <p>An event id is a name-based UUID of version 8 (RFC 9562 section 5.8): the first 128 bits of
 * SHA-256 over the length-prefixed parts, with the version and variant bits set.
 */
final class EventIds {

  private static final int SUBJECT_BYTES = 16;
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private EventIds() {}

  static RowDigest rowDigest(List<String> cells) {
    ByteBuffer digest = ByteBuffer.wrap(digest(cells));
    return new RowDigest(digest.getLong(), digest.getLong());
  }

  /** SHA-256 over a list of texts; no two different lists share an encoding. */
  static byte[] digest(List<String> texts) {
    MessageDigest sha256 = sha256();
    for (String text : texts) {
      part(sha256, text.getBytes(UTF_8));
    }
    return sha256.digest();
  }

  /**
   * The exposure does not depend on the metric: a second outcome column adds no second exposure.
   */
  static UUID exposure(String experiment, RowDigest row, int ordinal) {
    return id(List.of("exposure", experiment), row, ordinal);
  }

  /**
   * An outcome is a fact about a subject, whatever experiments the subject is in: the same file
   * replayed as a second experiment brings new exposures, but must not bring each outcome a second
   * time.
   */
  static UUID outcome(String hashedSubject, String metric, RowDigest row, int ordinal) {
    return id(List.of("outcome", hashedSubject, metric), row, ordinal);
  }

  /** The platform's name of a subject: 22 characters, the same as every SDK computes. */
  static String hashedSubject(String environment, String unit, String subject) {
    String name = "trialog:" + environment + ":" + unit + ":" + subject;
    byte[] digest = sha256().digest(name.getBytes(UTF_8));
    return BASE64.encodeToString(Arrays.copyOf(digest, SUBJECT_BYTES));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static UUID id(List<String> names, RowDigest row, int ordinal) {
    MessageDigest sha256 = sha256();
    part(sha256, "trialog-replay".getBytes(UTF_8));
    for (String name : names) {
      part(sha256, name.getBytes(UTF_8));
    }
    ByteBuffer place = ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES);
    sha256.update(place.putLong(row.high()).putLong(row.low()).putInt(ordinal).array());
    ByteBuffer digest = ByteBuffer.wrap(sha256.digest());
    long high = (digest.getLong() & 0xFFFF_FFFF_FFFF_0FFFL) | 0x8000L;
    long low = (digest.getLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low);
  }

  private static void part(MessageDigest sha256, byte[] bytes) {
    sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
    sha256.update(bytes);
  }
}
