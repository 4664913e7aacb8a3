package io.trialog.audit.log;

import io.trialog.audit.proof.MalformedException;
import io.trialog.audit.proof.Policy;
import io.trialog.audit.proof.SignerKey;
import io.trialog.audit.proof.VerifierKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The two private keys of an audit log and, beside them, the last head that was signed.
 *
 * <p>{@code log.key} signs checkpoints and nothing else, {@code export.key} manifests and nothing
 * else. {@code log.head} is a copy of the largest checkpoint, kept away from the database so that a
 * database restored from an old backup is recognised. Keep the folder out of that backup's restore.
 *
 * <p>Files have mode 600 where the file system knows modes; a key that others may read is refused.
 */
public final class AuditKeys {

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private final Path folder;
  private final SignerKey log;
  private final SignerKey export;

  private AuditKeys(Path folder, SignerKey log, SignerKey export) {
    this.folder = folder;
    this.log = log;
    this.export = export;
  }

  /**
   * Reads the keys, or makes both if neither is there.
   *
   * @param origin identity of the log, for example {@code audit.example.com/prod}: no spaces and no
   *     plus sign; it can never change
   * @throws AuditDefect if a key is missing, readable by others, damaged, or of another origin
   */
  public static AuditKeys open(Path folder, String origin) {
    try {
      Path log = folder.resolve("log.key");
      Path export = folder.resolve("export.key");
      if (!Files.exists(log) && !Files.exists(export)) {
        makeFolder(folder);
        SecureRandom random = new SecureRandom();
        writeNew(export, SignerKey.generate(origin + Policy.EXPORT_SUFFIX, random).skey());
        writeNew(log, SignerKey.generate(origin, random).skey());
      }
      return new AuditKeys(folder, read(log, origin), read(export, origin + Policy.EXPORT_SUFFIX));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void makeFolder(Path folder) throws IOException {
    if (hasModes(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } else {
      Files.createDirectories(folder);
    }
  }

  private static boolean hasModes(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private static FileAttribute<?>[] ownerOnly(Path path) {
    return hasModes(path)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
        : new FileAttribute<?>[0];
  }

  private static void writeNew(Path file, String line) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            ownerOnly(file))) {
      channel.write(StandardCharsets.UTF_8.encode(line + "\n"));
      channel.force(true);
    }
  }

  private static SignerKey read(Path file, String name) throws IOException {
    if (!Files.exists(file)) {
      throw new AuditDefect(file + " is missing, but its sibling is there: restore it");
    }
    if (hasModes(file) && !OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
      throw new AuditDefect(file + " may be read by others: chmod 600 it");
    }
    SignerKey key = parse(file);
    if (!key.verifierKey().name().equals(name)) {
      throw new AuditDefect(
          file
              + " is the key of "
              + key.verifierKey().name()
              + ", the log is configured as "
              + name);
    }
    return key;
  }

  private static SignerKey parse(Path file) throws IOException {
    try {
      return SignerKey.parse(Files.readString(file).stripTrailing());
    } catch (MalformedException e) {
      throw new AuditDefect(file + " is damaged: " + e.rule());
    }
  }

  /** Identity of the log; first line of its checkpoints. */
  public String origin() {
    return log.verifierKey().name();
  }

  /** For the {@code log} member of {@code /api/v1/keys}. */
  public VerifierKey logKey() {
    return log.verifierKey();
  }

  /** For the {@code export} member of {@code /api/v1/keys}. */
  public VerifierKey exportKey() {
    return export.verifierKey();
  }

  SignerKey logSigner() {
    return log;
  }

  SignerKey exportSigner() {
    return export;
  }

  private Path headFile() {
    return folder.resolve("log.head");
  }

  Optional<byte[]> readHead() {
    try {
      return Files.exists(headFile())
          ? Optional.of(Files.readAllBytes(headFile()))
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Replaces the head atomically; on disk when this returns. */
  void writeHead(byte[] note) {
    Path next = folder.resolve("log.head.next");
    try {
      try (FileChannel channel =
          FileChannel.open(
              next,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(note));
        channel.force(true);
      }
      Files.move(
          next, headFile(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
