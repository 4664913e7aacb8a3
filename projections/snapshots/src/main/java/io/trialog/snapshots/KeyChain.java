package io.trialog.snapshots;

import io.trialog.language.Keys;
import io.trialog.sdk.core.SnapshotWriter;
import io.trialog.sdk.core.note.KeyRing;
import io.trialog.sdk.core.note.KeyStatement;
import io.trialog.sdk.core.note.NoteException;
import io.trialog.sdk.core.note.NoteSigner;
import io.trialog.sdk.core.note.VerifierKey;
import io.trialog.snapshots.SnapshotKeyState.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The snapshot keys of one environment as their folder has them. Immutable.
 *
 * <p>The first key is in {@code snapshot-<environment>.key}, those that follow are in {@code
 * snapshot-<environment>+<key id>.key}, and {@code snapshot-<environment>.<number>.note} say how
 * they follow. No file is ever changed, so their names tell whether anything is new.
 *
 * @param held private keys that are there
 * @param files names of all of the environment's files
 */
record KeyChain(KeyRing ring, Map<VerifierKey, NoteSigner> held, NavigableSet<String> files) {
  private static final String PREFIX = "snapshot-";
  private static final String NOTE = ".note";

  KeyChain {
    held = Map.copyOf(held);
  }

  /** The names of the files of an environment. */
  static NavigableSet<String> files(Path folder, String environment) throws IOException {
    NavigableSet<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> environmentOf(name).filter(environment::equals).isPresent())
          .forEach(names::add);
    }
    return names;
  }

  /** The environment that a file is about; empty for a file that is none of keys. */
  static Optional<String> environmentOf(String file) {
    if (!file.startsWith(PREFIX) || !(file.endsWith(KeyFile.SUFFIX) || file.endsWith(NOTE))) {
      return Optional.empty();
    }
    return Optional.of(file.substring(PREFIX.length()).split("[+.]", 2)[0])
        .filter(name -> !name.isEmpty());
  }

  /** Where the first key of an environment is. */
  static Path firstKey(Path folder, String environment) {
    return folder.resolve(PREFIX + environment + KeyFile.SUFFIX);
  }

  /** Where a key that follows another is. */
  static Path laterKey(Path folder, String environment, VerifierKey key) {
    return folder.resolve(PREFIX + environment + "+" + key.idText() + KeyFile.SUFFIX);
  }

  static Path note(Path folder, String environment, int number) {
    return folder.resolve("%s%s.%04d%s".formatted(PREFIX, environment, number, NOTE));
  }

  /**
   * Reads what there is; makes the first key when there is nothing.
   *
   * @param given private keys, separated by white space, that are not in files; null for none
   */
  static KeyChain load(Path folder, String environment, @Nullable String given) throws IOException {
    Keys.environment("environment", environment);
    List<NoteSigner> handed = handed(environment, given);
    if (files(folder, environment).isEmpty() && handed.isEmpty()) {
      KeyFile.create(firstKey(folder, environment), fresh(environment));
    }
    NavigableSet<String> files = files(folder, environment);
    Map<VerifierKey, NoteSigner> held = new HashMap<>();
    for (String file : files) {
      if (file.endsWith(KeyFile.SUFFIX)) {
        NoteSigner signer =
            KeyFile.read(folder.resolve(file), SnapshotWriter.signerName(environment));
        held.put(signer.verifierKey(), signer);
      }
    }
    handed.forEach(signer -> held.put(signer.verifierKey(), signer));
    List<String> notes = new ArrayList<>();
    for (String file : files) {
      if (file.endsWith(NOTE)) {
        notes.add(Files.readString(folder.resolve(file)));
      }
    }
    return new KeyChain(ring(folder, environment, handed, notes), held, files);
  }

  /** A new key for an environment. */
  static NoteSigner fresh(String environment) {
    try {
      return NoteSigner.generate(SnapshotWriter.signerName(environment));
    } catch (NoteException e) {
      throw new IllegalStateException("cannot make a key for " + environment, e);
    }
  }

  private static List<NoteSigner> handed(String environment, @Nullable String given) {
    List<NoteSigner> signers = new ArrayList<>();
    for (String word : given == null ? new String[0] : given.strip().split("\\s+", -1)) {
      signers.add(handedOne(environment, word));
    }
    return signers;
  }

  private static NoteSigner handedOne(String environment, String word) {
    String name = SnapshotWriter.signerName(environment);
    try {
      NoteSigner signer = NoteSigner.parse(word);
      if (signer.verifierKey().name().equals(name)) {
        return signer;
      }
    } catch (NoteException e) {
      // Said below; the exception adds nothing that a person needs.
    }
    throw new IllegalStateException(
        "the variable %s must hold private keys of %s, each as PRIVATE+KEY+name+id+key"
            .formatted(SnapshotKeys.variable(environment), name));
  }

  private static KeyRing ring(
      Path folder, String environment, List<NoteSigner> handed, List<String> notes)
      throws IOException {
    try {
      VerifierKey first =
          notes.isEmpty()
              ? only(folder, environment, handed)
              : KeyStatement.parse(notes.getFirst()).key();
      KeyRing ring = KeyRing.of(first);
      for (String note : notes) {
        KeyRing next = ring.with(note);
        if (next == ring) {
          throw damaged(folder, environment, null);
        }
        ring = next;
      }
      return ring;
    } catch (NoteException e) {
      throw damaged(folder, environment, e);
    }
  }

  private static VerifierKey only(Path folder, String environment, List<NoteSigner> handed)
      throws IOException {
    if (handed.size() > 1) {
      throw new IllegalStateException(
          "the variable %s has %d keys, but %s has no statement of which follows which"
              .formatted(SnapshotKeys.variable(environment), handed.size(), folder));
    }
    return handed.isEmpty()
        ? KeyFile.read(firstKey(folder, environment), SnapshotWriter.signerName(environment))
            .verifierKey()
        : handed.getFirst().verifierKey();
  }

  private static IllegalStateException damaged(
      Path folder, String environment, @Nullable Exception cause) {
    return new IllegalStateException(
        "the statements %s%s.*%s in %s must each follow from the ones before; restore them"
            .formatted(PREFIX, environment, NOTE, folder),
        cause);
  }

  /**
   * Signs with every key that signs at this time, the newest first.
   *
   * @throws IllegalStateException when the newest of them is not held
   */
  NoteSigner signer(Instant now) {
    List<VerifierKey> signing = signing(now);
    NoteSigner signer = held.get(signing.getFirst());
    if (signer == null) {
      throw new IllegalStateException(
          "the private key of %s is missing; restore its file or its variable"
              .formatted(signing.getFirst()));
    }
    for (VerifierKey older : signing.subList(1, signing.size())) {
      NoteSigner beside = held.get(older);
      signer = beside == null ? signer : signer.alongside(beside);
    }
    return signer;
  }

  /** Never empty: when none signs by its times, the newest does. */
  private List<VerifierKey> signing(Instant now) {
    List<VerifierKey> signing =
        states(now).reversed().stream()
            .filter(each -> each.state() == State.ACTIVE || each.state() == State.RETIRING)
            .map(SnapshotKeyState::key)
            .toList();
    return signing.isEmpty() ? List.of(ring.newest()) : signing;
  }

  /** How the keys stand, from the first to the newest. */
  List<SnapshotKeyState> states(Instant now) {
    List<KeyStatement> rotations =
        ring.statements().stream().filter(each -> !each.isRevocation()).toList();
    int active =
        IntStream.range(0, ring.keys().size())
            .filter(i -> i == 0 || !rotations.get(i - 1).from().isAfter(now))
            .max()
            .orElse(0);
    List<SnapshotKeyState> states = new ArrayList<>();
    for (int i = 0; i < ring.keys().size(); i++) {
      Instant from = i == 0 ? null : rotations.get(i - 1).from();
      Instant until = i == rotations.size() ? null : rotations.get(i).until();
      VerifierKey key = ring.keys().get(i);
      states.add(new SnapshotKeyState(key, state(key, i - active, until, now), from, until));
    }
    return states;
  }

  private State state(VerifierKey key, int behind, @Nullable Instant until, Instant now) {
    if (ring.isRevoked(key)) {
      return State.REVOKED;
    }
    if (behind > 0) {
      return State.ANNOUNCED;
    }
    if (behind == 0) {
      return State.ACTIVE;
    }
    return until != null && now.isBefore(until) ? State.RETIRING : State.RETIRED;
  }

  /** When the keys that sign are others without a new file; the far future for never. */
  Instant nextChange(Instant now) {
    return ring.statements().stream()
        .flatMap(each -> Stream.of(each.from(), each.until()))
        .filter(each -> each.isAfter(now))
        .min(Instant::compareTo)
        .orElse(Instant.MAX);
  }

  /** Without the private keys. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "KeyChain[%s]", ring.keys());
  }
}
