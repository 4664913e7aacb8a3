package io.trialog.snapshots;

import io.trialog.language.Keys;
import io.trialog.sdk.core.note.NoteException;
import io.trialog.sdk.core.note.NoteSigner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
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
  private static final String SUFFIX = KeyFile.SUFFIX;

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
        // Another process may be first; its key is read then.
        KeyFile.create(file, generate(environment));
      }
      return KeyFile.read(file, signerName.apply(environment));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read or write the key file " + file, e);
    }
  }

  private NoteSigner generate(String environment) {
    try {
      return NoteSigner.generate(signerName.apply(environment));
    } catch (NoteException e) {
      throw new IllegalStateException("cannot make a key for " + environment, e);
    }
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
