package io.trialog.snapshots;

import io.trialog.sdk.core.note.NoteException;
import io.trialog.sdk.core.note.NoteSigner;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A private key on disk: one line, which its owner only may read. No message shows it. */
final class KeyFile {
  static final String SUFFIX = ".key";

  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
  private static final int FILE_LIMIT_BYTES = 4_096;

  private KeyFile() {}

  /** Stores a key; false when there is such a file already, which stays. */
  static boolean create(Path file, NoteSigner signer) throws IOException {
    return create(file, signer.privateKey() + "\n");
  }

  /** A crash must not leave half a text under the name, so it appears whole and stored, or not. */
  static boolean create(Path file, String text) throws IOException {
    Path fresh = Files.createTempFile(file.toAbsolutePath().getParent(), ".new-", ".part");
    try {
      Files.setPosixFilePermissions(fresh, OWNER_ONLY);
      try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        channel.write(StandardCharsets.UTF_8.encode(text));
        channel.force(true);
      }
      Files.createLink(file, fresh);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  /**
   * Reads a key.
   *
   * @param name that its signer must have
   * @throws IllegalStateException when the file is open to others than its owner, or damaged
   */
  static NoteSigner read(Path file, String name) throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    if (!OWNER_ONLY.containsAll(permissions)) {
      throw new IllegalStateException(
          "the key file %s must be readable by its owner only, found %s; run: chmod 600 %s, and ask who read it"
              .formatted(file, PosixFilePermissions.toString(permissions), file));
    }
    if (Files.size(file) > FILE_LIMIT_BYTES) {
      throw damaged(file, name, null);
    }
    try {
      NoteSigner signer = NoteSigner.parse(Files.readString(file).strip());
      if (!signer.verifierKey().name().equals(name)) {
        throw damaged(file, name, null);
      }
      return signer;
    } catch (NoteException | MalformedInputException e) {
      throw damaged(file, name, e);
    }
  }

  private static IllegalStateException damaged(Path file, String name, @Nullable Exception cause) {
    return new IllegalStateException(
        "the key file %s must hold the key of %s; restore it, or remove it to begin with a new key that every reader must be told"
            .formatted(file, name),
        cause);
  }
}
