package io.trialog.audittrail.lucene;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An index that must be made again; the message says why. */
final class DamagedIndexException extends IOException {
  private static final long serialVersionUID = 1L;

  DamagedIndexException(String why, @Nullable Exception cause) {
    super(why, cause);
  }
}
