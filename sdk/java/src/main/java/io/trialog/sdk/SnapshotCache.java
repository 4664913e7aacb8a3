package io.trialog.sdk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * The last good snapshot on disk, as the signed note it came in, the key that was trusted on first
 * use, and what was learnt of its successors. What is read is checked like what comes from the
 * network. One process a folder.
 */
final class SnapshotCache {
  /** No note has two empty lines. */
  private static final String BETWEEN = "\n\n\n";

  private final Path note;
  private final Path key;
  private final Path statements;

  SnapshotCache(Path folder, String environment) {
    this.note = folder.resolve(environment + ".snapshot");
    this.key = folder.resolve(environment + ".vkey");
    this.statements = folder.resolve(environment + ".statements");
  }

  Optional<byte[]> note() throws IOException {
    return read(note);
  }

  Optional<String> key() throws IOException {
    return read(key).map(bytes -> new String(bytes, StandardCharsets.UTF_8).strip());
  }

  /** Statements about keys, in their order. */
  List<String> statements() throws IOException {
    String all =
        read(statements).map(bytes -> new String(bytes, StandardCharsets.UTF_8)).orElse("");
    return all.isEmpty() ? List.of() : List.of(all.split(BETWEEN, -1));
  }

  void saveStatements(List<String> notes) throws IOException {
    write(statements, String.join(BETWEEN, notes).getBytes(StandardCharsets.UTF_8));
  }

  void saveNote(byte[] bytes) throws IOException {
    write(note, bytes);
  }

  void saveKey(String vkey) throws IOException {
    write(key, (vkey + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static Optional<byte[]> read(Path file) throws IOException {
    try {
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Beside it and then moved, so that a crash leaves the old file or the new one. */
  private static void write(Path file, byte[] bytes) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException("the cache needs a folder");
    }
    Files.createDirectories(folder);
    Path temporary = Files.createTempFile(folder, "trialog", ".tmp");
    try {
      Files.write(temporary, bytes);
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
