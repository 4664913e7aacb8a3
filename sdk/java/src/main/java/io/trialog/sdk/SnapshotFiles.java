package io.trialog.sdk;

import io.trialog.sdk.core.SnapshotPointer;
import io.trialog.sdk.core.SnapshotReader;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The files of an environment on a static server (protocol clause 13.6). It gets no token. For the
 * feed's thread.
 */
final class SnapshotFiles {
  private final Http http;
  private final String folder;
  private @Nullable Instant issued;

  SnapshotFiles(URI base, Settings settings) {
    this.http = new Http(base, "", settings.requestTimeout());
    this.folder = "/" + settings.environment() + "/";
  }

  byte[] pointer() throws IOException, InterruptedException {
    return get("latest", SnapshotPointer.MAX_BYTES + 1);
  }

  /** The file that the pointer names, checked against its hash. */
  byte[] file(SnapshotPointer pointer) throws IOException, InterruptedException {
    byte[] note = get(pointer.file(), SnapshotReader.MAX_BYTES);
    if (!pointer.names(note)) {
      throw new IOException("the file " + pointer.file() + " has not the hash that it should have");
    }
    return note;
  }

  private byte[] get(String name, int mostBytes) throws IOException, InterruptedException {
    Http.Answer answer = http.get(folder + name, mostBytes, "Cache-Control", "no-cache");
    if (answer.status() != 200) {
      throw new IOException("expected " + folder + name + ", found status " + answer.status());
    }
    return answer.body();
  }

  /**
   * Whether its publisher has issued the pointer since the last look. The first look cannot tell;
   * no clock is compared.
   */
  boolean isIssuedAnew(SnapshotPointer pointer) {
    Instant before = issued;
    if (before == null || pointer.issued().isAfter(before)) {
      issued = pointer.issued();
    }
    return before != null && pointer.issued().isAfter(before);
  }
}
