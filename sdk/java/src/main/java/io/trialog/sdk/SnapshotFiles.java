package io.trialog.sdk;

import io.trialog.sdk.core.SnapshotPointer;
import io.trialog.sdk.core.SnapshotReader;
import io.trialog.sdk.core.note.KeyStatements;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;

/**
 * The files of an environment on a static server (protocol clauses 12.8 and 13.6). It gets no
 * token. For the feed's thread.
 */
final class SnapshotFiles {
  private static final int NOT_FOUND = 404;

  private final Http http;
  private final String folder;

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

  /** The list of statements about keys (protocol clause 12.8); empty when there is no such file. */
  Optional<byte[]> statements() throws IOException, InterruptedException {
    Http.Answer answer = answer("keys", KeyStatements.MAX_BYTES);
    return answer.status() == NOT_FOUND
        ? Optional.empty()
        : Optional.of(found("keys", answer).body());
  }

  private byte[] get(String name, int mostBytes) throws IOException, InterruptedException {
    return found(name, answer(name, mostBytes)).body();
  }

  private Http.Answer answer(String name, int mostBytes) throws IOException, InterruptedException {
    return http.get(folder + name, mostBytes, "Cache-Control", "no-cache");
  }

  private Http.Answer found(String name, Http.Answer answer) throws IOException {
    if (answer.status() != 200) {
      throw new IOException("expected " + folder + name + ", found status " + answer.status());
    }
    return answer;
  }
}
