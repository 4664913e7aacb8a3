package io.trialog.benchmarks.assignment;

import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The least that a slot costs: one salt, ASCII subjects only, a digest and buffers that are used
 * again, no check of anything. What the SDK is compared with; not for several threads.
 */
final class BareSlot {
  private final MessageDigest sha256;
  private final byte[] digest = new byte[32];
  private final byte[] buffer = new byte[256];
  private final int start;

  BareSlot(String salt) {
    byte[] prefix = (salt + ":").getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(prefix, 0, buffer, 0, prefix.length);
    start = prefix.length;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must have SHA-256", e);
    }
  }

  /** The remainder word by word: the rest so far is the high half of the next dividend. */
  int slot(String subject) {
    hash(subject);
    long rest = 0;
    for (int i = 0; i < 32; i += 4) {
      rest = ((rest << 32) | word(i)) % 10_000;
    }
    return (int) rest;
  }

  /** The remainder by one division, as the SDK does it. */
  int slotBySum(String subject) {
    hash(subject);
    long sum =
        word(0) * 9_216
            + word(4) * 2_896
            + word(8) * 2_976
            + word(12) * 1_456
            + word(16) * 336
            + word(20) * 1_616
            + word(24) * 7_296
            + word(28);
    return (int) (sum % 10_000);
  }

  private void hash(String subject) {
    int length = subject.length();
    for (int i = 0; i < length; i++) {
      buffer[start + i] = (byte) subject.charAt(i);
    }
    sha256.update(buffer, 0, start + length);
    try {
      sha256.digest(digest, 0, digest.length);
    } catch (DigestException e) {
      throw new IllegalStateException("a SHA-256 digest has 32 bytes", e);
    }
  }

  private long word(int at) {
    return ((digest[at] & 0xFFL) << 24)
        | ((digest[at + 1] & 0xFFL) << 16)
        | ((digest[at + 2] & 0xFFL) << 8)
        | (digest[at + 3] & 0xFFL);
  }
}
