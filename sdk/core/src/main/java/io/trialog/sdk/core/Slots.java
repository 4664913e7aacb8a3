package io.trialog.sdk.core;

import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
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

  /** Shared hash spaces that a thread remembers a slot of; a power of two. */
  private static final int REMEMBERED = 64;

  /** Longer subjects are not remembered, so that a thread keeps little alive. */
  private static final int LONGEST_REMEMBERED = 256;

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
   * The same for a hash space that many experiments share. Each thread remembers the last answer of
   * each space: slots, which never change, and not assignments, which a new snapshot may change.
   *
   * @param number of the space; spaces whose numbers are 64 apart forget each other's answers
   */
  static int remembered(byte[] prefix, int number, String subject) {
    return HASHERS.get().remembered(prefix, number & (REMEMBERED - 1), subject);
  }

  /**
   * Remainder of the digest. Each of its eight words counts as often as 2^32 to its power leaves of
   * 10,000, so that the products do not wait for each other and one division is enough; their sum
   * is below 2^49.
   */
  private static int modulus(byte[] digest) {
    long sum =
        word(digest, 0) * 9_216
            + word(digest, 4) * 2_896
            + word(digest, 8) * 2_976
            + word(digest, 12) * 1_456
            + word(digest, 16) * 336
            + word(digest, 20) * 1_616
            + word(digest, 24) * 7_296
            + word(digest, 28);
    return (int) (sum % COUNT);
  }

  private static long word(byte[] digest, int at) {
    return ((digest[at] & 0xFFL) << 24)
        | ((digest[at + 1] & 0xFFL) << 16)
        | ((digest[at + 2] & 0xFFL) << 8)
        | (digest[at + 3] & 0xFFL);
  }

  /**
   * A thread's digest and buffers. The subject lies at a fixed place in the buffer and each salt is
   * written before it, so that many experiments of one subject encode it once.
   */
  private static final class Hasher {
    private final MessageDigest sha256;
    private final byte[] digest = new byte[32];
    private int start = 128;
    private byte[] buffer = new byte[start + 128];
    private char[] chars = new char[128];

    /** The subject at {@code start}, and how many bytes it has there. */
    private String encoded = "";

    private int length;

    /** An error, such as a full stack, may have left half a message in the digest. */
    private boolean inUse;

    // Of shared hash spaces; made when there is one.
    private byte[][] prefixes = new byte[0][];
    private @Nullable String[] subjects = new @Nullable String[0];
    private int[] slots = new int[0];

    Hasher() {
      try {
        sha256 = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform must have SHA-256", e);
      }
    }

    int remembered(byte[] prefix, int at, String subject) {
      @SuppressWarnings("ReferenceEquality") // The very array of a hash space: nobody copies it.
      boolean known = at < slots.length && prefixes[at] == prefix && subject.equals(subjects[at]);
      return known ? slots[at] : remember(prefix, at, subject);
    }

    private int remember(byte[] prefix, int at, String subject) {
      int slot = slot(prefix, subject);
      if (subject.length() <= LONGEST_REMEMBERED) {
        if (slots.length == 0) {
          prefixes = new byte[REMEMBERED][];
          subjects = new @Nullable String[REMEMBERED];
          slots = new int[REMEMBERED];
        }
        prefixes[at] = prefix;
        subjects[at] = subject;
        slots[at] = slot;
      }
      return slot;
    }

    @SuppressWarnings("ReferenceEquality") // The last text itself; an equal one is encoded again.
    int slot(byte[] prefix, String subject) {
      if (subject != encoded || prefix.length > start) {
        place(subject, prefix.length);
      }
      int from = start - prefix.length;
      System.arraycopy(prefix, 0, buffer, from, prefix.length);
      digest(from, prefix.length + length);
      if (buffer.length > KEPT_BUFFER_BYTES) {
        place("", 128);
      }
      return modulus(digest);
    }

    private void digest(int from, int bytes) {
      if (inUse) {
        sha256.reset();
      }
      inUse = true;
      sha256.update(buffer, from, bytes);
      try {
        sha256.digest(digest, 0, digest.length);
      } catch (DigestException e) {
        throw new IllegalStateException("a SHA-256 digest has 32 bytes", e);
      }
      inUse = false;
    }

    /** Puts a subject into the buffer, behind room for a prefix. */
    private void place(String subject, int room) {
      encoded = "";
      length = 0;
      int longest = 3 * subject.length();
      if (room > start || buffer.length - start < longest || buffer.length > KEPT_BUFFER_BYTES) {
        buffer = new byte[Math.max(128, room) + Math.max(128, longest)];
        start = Math.max(128, room);
      }
      length = encode(subject, start) - start;
      encoded = subject;
    }

    /** Copied out of the text at once, which is faster than asking it for each char. */
    private int encode(String subject, int from) {
      int count = subject.length();
      if (chars.length < count || chars.length > KEPT_BUFFER_BYTES) {
        chars = new char[Math.max(128, count)];
      }
      subject.getChars(0, count, chars, 0);
      int all = 0;
      for (int i = 0; i < count; i++) {
        all |= chars[i];
        buffer[from + i] = (byte) chars[i];
      }
      return all < 0x80 ? from + count : encodeAny(count, from);
    }

    private int encodeAny(int count, int from) {
      byte[] out = buffer;
      int at = from;
      for (int i = 0; i < count; i++) {
        char c = chars[i];
        if (c < 0x80) {
          out[at++] = (byte) c;
        } else if (c < 0x800) {
          out[at++] = (byte) (0xC0 | (c >> 6));
          out[at++] = (byte) (0x80 | (c & 0x3F));
        } else if (!Character.isSurrogate(c)) {
          out[at++] = (byte) (0xE0 | (c >> 12));
          out[at++] = (byte) (0x80 | ((c >> 6) & 0x3F));
          out[at++] = (byte) (0x80 | (c & 0x3F));
        } else if (isPair(i, count)) {
          int point = Character.toCodePoint(c, chars[++i]);
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

    private boolean isPair(int at, int count) {
      return Character.isHighSurrogate(chars[at])
          && at + 1 < count
          && Character.isLowSurrogate(chars[at + 1]);
    }
  }
}
