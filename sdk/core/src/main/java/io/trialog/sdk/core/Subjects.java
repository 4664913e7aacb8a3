package io.trialog.sdk.core;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** The hashed subject that exposures and outcomes carry (protocol clause 6.1). */
public final class Subjects {
  /** Characters of a hashed subject. */
  public static final int LENGTH = 22;

  private static final int BYTES = 16;

  private Subjects() {}

  /**
   * The first 16 bytes of SHA-256 of {@code trialog:environment:unit:subject} in base64url without
   * padding. It keeps ids out of the pipeline; it is not anonymous, as whoever knows an id can hash
   * it too.
   *
   * @param unit the unit the subject was found by, {@code user_id}
   */
  public static String hash(String environment, String unit, String subject) {
    String text = "trialog:" + environment + ":" + unit + ":" + subject;
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      byte[] digest = sha256.digest(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must have SHA-256", e);
    }
  }
}
