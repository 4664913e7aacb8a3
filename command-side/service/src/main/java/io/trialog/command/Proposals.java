package io.trialog.command;

import io.trialog.language.Design;
import io.trialog.language.wire.JsonCodec;
import io.trialog.language.wire.Sha256;

/** What an approval is bound to. */
final class Proposals {
  private Proposals() {}

  /** Lower-case hex SHA-256 of the design's JSON as it stands in the log. */
  static String digest(Design design) {
    return Sha256.hex(JsonCodec.encode(design));
  }
}
