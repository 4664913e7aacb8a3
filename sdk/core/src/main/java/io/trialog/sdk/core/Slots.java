package io.trialog.sdk.core;

import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The hash of assignment, version 1 (protocol clause 1.1).
 *
 * <p>{@code slot = int(sha256(utf8(salt + ":" + subject))) mod 10000}, the whole digest read as one
 * unsigned big-endian integer. Safe for any number of threads: each thread owns its digest and its
 * buffers, and a call allocates nothing once they have grown to the longest key seen.
 */
public final class Slots {
  /** Number of slots of a hash space; slots are {@code 0..COUNT-1}. */
  public static final int COUNT = 10_000;

  /** A thread's buffer that outgrew this is dropped again after the call. */
  private static final int KEPT_BUFFER_BYTES = 8_192;

  /** As many shared hash spaces as an experiment usually meets: a few holdouts, a few sets. */
  private static final int REMEMBERED = 8;

  // A subclass, because Android 7 has no ThreadLocal.withInitial.
  private static final ThreadLocal<Hasher> HASHERS =
      new ThreadLocal<>() {
        @Override
        protected Hasher initialValue() {
          return new Hasher();
        }
      };

  private Slots() {}

  /**
   * The slot of a subject, 0 to 9,999.
   *
   * @param salt the experiment's salt; any text, may be empty
   * @param subject the unit's id; any text, may be empty. A lone surrogate counts as {@code '?'},
   *     as Java's UTF-8 encoder writes it
   */
  public static int slot(String salt, String subject) {
    return slot(prefix(salt), subject);
  }

  /** The bytes of {@code salt + ":"}, to be computed once an experiment. */
  static byte[] prefix(String salt) {
    // A salt that ends in a lone high surrogate cannot join with ':' into a pair, so encoding the
    // two parts apart gives the same bytes as encoding the whole.
    return (salt + ":").getBytes(StandardCharsets.UTF_8);
  }

  static int slot(byte[] prefix, String subject) {
    return HASHERS.get().slot(prefix, subject);
  }

  /**
   * The same for a hash space that many experiments share. Each thread remembers the last answers:
   * slots, which never change, and not assignments, which a new snapshot may change.
   */
  static int remembered(byte[] prefix, String subject) {
    return HASHERS.get().remembered(prefix, subject);
  }

  /** Remainder of the digest, 32 bits at a time: the remainder so far is the high word. */
  private static int modulus(byte[] digest) {
    long rest = 0;
    for (int i = 0; i < 32; i += 4) {
      long word =
          ((digest[i] & 0xFFL) << 24)
              | ((digest[i + 1] & 0xFFL) << 16)
              | ((digest[i + 2] & 0xFFL) << 8)
              | (digest[i + 3] & 0xFFL);
      rest = ((rest << 32) | word) % COUNT;
    }
    return (int) rest;
  }

  private static final class Hasher {
    private final MessageDigest sha256;
    private final byte[] digest = new byte[32];
    private byte[] buffer = new byte[256];
    private final byte[][] prefixes = new byte[REMEMBERED][];
    private final @Nullable String[] subjects = new @Nullable String[REMEMBERED];
    private final int[] slots = new int[REMEMBERED];
    private int oldest;

    Hasher() {
      try {
        sha256 = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform must have SHA-256", e);
      }
    }

    @SuppressWarnings("ReferenceEquality") // The very array of a hash space: nobody copies it.
    int remembered(byte[] prefix, String subject) {
      for (int i = 0; i < REMEMBERED; i++) {
        if (prefixes[i] == prefix && subject.equals(subjects[i])) {
          return slots[i];
        }
      }
      int slot = slot(prefix, subject);
      prefixes[oldest] = prefix;
      subjects[oldest] = subject;
      slots[oldest] = slot;
      oldest = (oldest + 1) % REMEMBERED;
      return slot;
    }

    int slot(byte[] prefix, String subject) {
      int longest = prefix.length + 3 * subject.length();
      if (buffer.length < longest) {
        buffer = new byte[longest];
      }
      System.arraycopy(prefix, 0, buffer, 0, prefix.length);
      int length = encode(subject, prefix.length);
      try {
        sha256.update(buffer, 0, length);
        sha256.digest(digest, 0, digest.length);
      } catch (DigestException e) {
        throw new IllegalStateException("a SHA-256 digest has 32 bytes", e);
      }
      if (buffer.length > KEPT_BUFFER_BYTES) {
        buffer = Arrays.copyOf(buffer, 256);
      }
      return modulus(digest);
    }

    private int encode(String subject, int from) {
      byte[] out = buffer;
      int at = from;
      int length = subject.length();
      for (int i = 0; i < length; i++) {
        char c = subject.charAt(i);
        if (c < 0x80) {
          out[at++] = (byte) c;
        } else if (c < 0x800) {
          out[at++] = (byte) (0xC0 | (c >> 6));
          out[at++] = (byte) (0x80 | (c & 0x3F));
        } else if (!Character.isSurrogate(c)) {
          out[at++] = (byte) (0xE0 | (c >> 12));
          out[at++] = (byte) (0x80 | ((c >> 6) & 0x3F));
          out[at++] = (byte) (0x80 | (c & 0x3F));
        } else if (isPair(subject, i)) {
          int point = Character.toCodePoint(c, subject.charAt(++i));
          out[at++] = (byte) (0xF0 | (point >> 18));
          out[at++] = (byte) (0x80 | ((point >> 12) & 0x3F));
          out[at++] = (byte) (0x80 | ((point >> 6) & 0x3F));
          out[at++] = (byte) (0x80 | (point & 0x3F));
        } else {
          out[at++] = '?';
        }
      }
      return at;
    }

    private static boolean isPair(String text, int at) {
      return Character.isHighSurrogate(text.charAt(at))
          && at + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(at + 1));
    }
  }
}
