package io.trialog.command.experiment;

import io.trialog.language.Change;
import io.trialog.language.Design;
import io.trialog.language.wire.JsonCodec;
import io.trialog.language.wire.Sha256;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What an approval is bound to: lower-case hex SHA-256 of what stands in the log. */
public final class Proposals {
  private static final byte[] BETWEEN = "\n".getBytes(StandardCharsets.UTF_8);

  private Proposals() {}

  /** Of the design's JSON. */
  public static String digest(Design design) {
    return Sha256.hex(JsonCodec.encode(design));
  }

  /** Of the design's JSON, a line feed, and the JSON of the change of it; of the design alone. */
  public static String digest(Design design, @Nullable Change change) {
    return change == null
        ? digest(design)
        : Sha256.hex(JsonCodec.encode(design), BETWEEN, JsonCodec.encode(change));
  }
}
