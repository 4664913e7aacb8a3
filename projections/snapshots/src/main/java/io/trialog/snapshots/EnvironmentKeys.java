package io.trialog.snapshots;

import io.trialog.language.Keys;
import io.trialog.sdk.core.note.NoteException;
import io.trialog.sdk.core.note.NoteSigner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * One Ed25519 key for each environment, of one kind, in a folder: {@code <kind>-<environment>.key},
 * one line {@code PRIVATE+KEY+<name>+<id>+<base64>}, readable by its owner only. A key is made when
 * its environment is first asked for. Thread-safe.
 *
 * <p>File permissions need a POSIX file system; on another one opening fails rather than leave keys
 * open.
 */
public final class EnvironmentKeys {
  private static final String SUFFIX = ".key";
  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
  private static final int FILE_LIMIT_BYTES = 4_096;

  private final Path folder;
  private final String prefix;
  private final UnaryOperator<String> signerName;
  private final Map<String, NoteSigner> signers = new ConcurrentHashMap<>();

  private EnvironmentKeys(Path folder, String kind, UnaryOperator<String> signerName) {
    this.folder = folder;
    this.prefix = kind + "-";
    this.signerName = signerName;
  }

  /**
   * Opens the folder, makes it if need be, and reads every key in it.
   *
   * @param kind how the files' names begin
   * @param signerName of an environment
   * @throws IllegalStateException when a key file is open to others than its owner, or damaged; the
   *     message names the file and what to do, never the key
   */
  public static EnvironmentKeys open(Path folder, String kind, UnaryOperator<String> signerName) {
    EnvironmentKeys keys = new EnvironmentKeys(folder, kind, signerName);
    try {
      Files.createDirectories(folder);
      try (Stream<Path> files = Files.list(folder)) {
        files.filter(keys::isKeyFile).forEach(file -> keys.signer(keys.environmentOf(file)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the folder of keys " + folder, e);
    }
    return keys;
  }

  /** The signer of an environment; makes and stores a key when there is none. */
  public NoteSigner signer(String environment) {
    Keys.environment("environment", environment);
    return signers.computeIfAbsent(environment, this::load);
  }

  /** The signer of an environment that has a key; makes none. */
  public Optional<NoteSigner> find(String environment) {
    Keys.environment("environment", environment);
    boolean there =
        signers.containsKey(environment)
            || Files.exists(folder.resolve(prefix + environment + SUFFIX));
    return there ? Optional.of(signer(environment)) : Optional.empty();
  }

  /** The public keys by environment, of every environment that has a key. */
  public SortedMap<String, String> verifierKeys() {
    SortedMap<String, String> keys = new TreeMap<>();
    signers.forEach((name, signer) -> keys.put(name, signer.verifierKey().toString()));
    return keys;
  }

  private NoteSigner load(String environment) {
    Path file = folder.resolve(prefix + environment + SUFFIX);
    try {
      if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
        create(file, environment);
      }
      return read(file, environment);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read or write the key file " + file, e);
    }
  }

  /** A crash must not leave half a key under the name, so it appears whole and stored, or not. */
  private void create(Path file, String environment) throws IOException {
    Path fresh = Files.createTempFile(file.toAbsolutePath().getParent(), ".new-", SUFFIX + ".part");
    try {
      Files.setPosixFilePermissions(fresh, OWNER_ONLY);
      String line = generate(environment).privateKey() + "\n";
      try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        channel.write(StandardCharsets.US_ASCII.encode(line));
        channel.force(true);
      }
      Files.createLink(file, fresh);
    } catch (FileAlreadyExistsException e) {
      // Another process was first; its key is read then.
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  private NoteSigner generate(String environment) {
    try {
      return NoteSigner.generate(signerName.apply(environment));
    } catch (NoteException e) {
      throw new IllegalStateException("cannot make a key for " + environment, e);
    }
  }

  private NoteSigner read(Path file, String environment) throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    if (!OWNER_ONLY.containsAll(permissions)) {
      throw new IllegalStateException(
          "the key file %s must be readable by its owner only, found %s; run: chmod 600 %s, and ask who read it"
              .formatted(file, PosixFilePermissions.toString(permissions), file));
    }
    if (Files.size(file) > FILE_LIMIT_BYTES) {
      throw damaged(file, environment, null);
    }
    try {
      NoteSigner signer = NoteSigner.parse(Files.readString(file).strip());
      if (!signer.verifierKey().name().equals(signerName.apply(environment))) {
        throw damaged(file, environment, null);
      }
      return signer;
    } catch (NoteException | java.nio.charset.MalformedInputException e) {
      throw damaged(file, environment, e);
    }
  }

  private IllegalStateException damaged(
      Path file, String environment, @org.jspecify.annotations.Nullable Exception cause) {
    return new IllegalStateException(
        "the key file %s must hold the key of %s; restore it, or remove it to begin with a new key that every reader must be told"
            .formatted(file, signerName.apply(environment)),
        cause);
  }

  private boolean isKeyFile(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith(prefix) && name.endsWith(SUFFIX);
  }

  private String environmentOf(Path file) {
    String name = file.getFileName().toString();
    return name.substring(prefix.length(), name.length() - SUFFIX.length());
  }
}
