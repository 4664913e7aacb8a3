package io.trialog.command;

import io.trialog.language.Design;
import io.trialog.language.wire.JsonCodec;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What an approval is bound to. */
final class Proposals {
  private Proposals() {}

  /** Lower-case hex SHA-256 of the design's JSON as it stands in the log. */
  static String digest(Design design) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(JsonCodec.encode(design));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
