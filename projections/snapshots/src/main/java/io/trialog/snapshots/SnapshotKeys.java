package io.trialog.snapshots;

import io.trialog.language.Keys;
import io.trialog.sdk.core.note.KeyStatement;
import io.trialog.sdk.core.note.NoteSigner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The keys that sign snapshots, of each environment: in a folder (see {@link KeyChain} for its
 * files), or in the variable {@value #VARIABLE}{@code <ENVIRONMENT>} (upper case, {@code _} for
 * {@code -}). The first key is made when its environment is first asked for. Thread-safe.
 *
 * <p>Whoever rotates or revokes adds files ({@link KeyCeremony}); they are noticed within a second
 * of the next use. While the new files cannot be used the keys stay as they were.
 */
public final class SnapshotKeys {
  static final String VARIABLE = "TRIALOG_SNAPSHOT_KEY_";

  private static final Logger LOG = System.getLogger(SnapshotKeys.class.getName());
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Path folder;
  private final Map<String, String> variables;
  private final Clock clock;
  private final ConcurrentMap<String, Current> current = new ConcurrentHashMap<>();

  /** What signs until then, and when the folder was looked at. */
  private record Current(KeyChain chain, NoteSigner signer, Instant until, Instant looked) {
    Current lookedAt(Instant now) {
      return new Current(chain, signer, until, now);
    }
  }

  private SnapshotKeys(Path folder, Map<String, String> variables, Clock clock) {
    this.folder = folder;
    this.variables = Map.copyOf(variables);
    this.clock = clock;
  }

  /** Keys in files only. */
  public static SnapshotKeys open(Path folder) {
    return open(folder, Map.of(), Clock.systemUTC());
  }

  /**
   * Opens the folder, makes it if need be, and reads every key in it.
   *
   * @param variables those of the process
   * @throws IllegalStateException when a key file is open to others than its owner, or damaged; the
   *     message names the file and what to do, never the key
   */
  public static SnapshotKeys open(Path folder, Map<String, String> variables, Clock clock) {
    SnapshotKeys keys = new SnapshotKeys(folder, variables, clock);
    try {
      Files.createDirectories(folder);
      environments(folder).forEach(keys::signer);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the folder of keys " + folder, e);
    }
    return keys;
  }

  /** Environments that have a file, sorted. */
  static List<String> environments(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .flatMap(file -> KeyChain.environmentOf(file.getFileName().toString()).stream())
          .distinct()
          .sorted()
          .toList();
    }
  }

  static String variable(String environment) {
    return VARIABLE + environment.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  /**
   * The signer {@code trialog/<environment>}: of the newest key that signs now, with those beside
   * it that have not ended. The same object as long as these are the same.
   */
  public NoteSigner signer(String environment) {
    return current(environment).signer();
  }

  private Current current(String environment) {
    Instant now = clock.instant();
    Current known = current.get(environment);
    if (known != null && isFresh(known, now)) {
      return known;
    }
    Keys.environment("environment", environment);
    return current.compute(environment, (name, before) -> looked(name, before, now));
  }

  /** A clock that was set back must not hide new files until it is where it was. */
  private static boolean isFresh(Current known, Instant now) {
    return !now.isBefore(known.looked())
        && now.isBefore(known.looked().plus(LOOK))
        && now.isBefore(known.until());
  }

  private Current looked(String environment, @Nullable Current before, Instant now) {
    if (before == null) {
      return load(environment, now);
    }
    if (isFresh(before, now)) {
      return before;
    }
    try {
      boolean same = KeyChain.files(folder, environment).equals(before.chain().files());
      return same && now.isBefore(before.until())
          ? before.lookedAt(now)
          : stable(before, load(environment, now));
    } catch (IOException | RuntimeException e) {
      LOG.log(
          Level.ERROR,
          "The snapshot keys of {0} cannot be read again, so they stay: {1}",
          environment,
          e.getMessage());
      return before.lookedAt(now);
    }
  }

  private Current stable(Current before, Current now) {
    if (now.signer().verifierKeys().equals(before.signer().verifierKeys())) {
      return new Current(now.chain(), before.signer(), now.until(), now.looked());
    }
    LOG.log(Level.INFO, "Snapshots are signed from now on by {0}", now.signer().verifierKeys());
    return now;
  }

  private Current load(String environment, Instant now) {
    try {
      KeyChain chain = KeyChain.load(folder, environment, variables.get(variable(environment)));
      return new Current(chain, chain.signer(now), chain.nextChange(now), now);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read or write the keys of " + environment, e);
    }
  }

  /** The newest public key that signs, by environment, of every environment that has one. */
  public SortedMap<String, String> verifierKeys() {
    SortedMap<String, String> keys = new TreeMap<>();
    current.keySet().forEach(name -> keys.put(name, signer(name).verifierKey().toString()));
    return keys;
  }

  /** How the keys of an environment stand, from the first to the newest. */
  public List<SnapshotKeyState> states(String environment) {
    return current(environment).chain().states(clock.instant());
  }

  /** The signed statements by which they follow each other and are revoked, in their order. */
  public List<String> statements(String environment) {
    return current(environment).chain().ring().statements().stream()
        .map(KeyStatement::note)
        .toList();
  }
}
