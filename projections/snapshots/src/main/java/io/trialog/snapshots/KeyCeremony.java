package io.trialog.snapshots;

import io.trialog.language.Keys;
import io.trialog.sdk.core.note.KeyStatement;
import io.trialog.sdk.core.note.NoteSigner;
import io.trialog.sdk.core.note.VerifierKey;
import io.trialog.snapshots.SnapshotKeyState.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an operator does with snapshot keys, by adding files to their folder; a platform that runs
 * takes them up. One at a time on an environment: of two, the second fails.
 */
public final class KeyCeremony {
  private final Path folder;
  private final Map<String, String> variables;
  private final Clock clock;

  /**
   * For one folder of keys.
   *
   * @param folder of the snapshot keys; must be there
   * @param variables those of the process, for keys that are not in files
   */
  public KeyCeremony(Path folder, Map<String, String> variables, Clock clock) {
    this.folder = folder;
    this.variables = Map.copyOf(variables);
    this.clock = clock;
  }

  /** Environments that have keys here, sorted. */
  public List<String> environments() throws IOException {
    return SnapshotKeys.environments(folder);
  }

  /** How the keys of an environment stand, from the first to the newest. */
  public List<SnapshotKeyState> list(String environment) throws IOException {
    return chain(environment).states(clock.instant());
  }

  /**
   * Makes a key that follows the newest one. Private keys that ended to sign are removed.
   *
   * @param wait until it begins to sign, so that all nodes have its files by then
   * @param overlap how long the one before signs beside it after that
   * @throws IllegalStateException when there is no key, its private part is not here, or its own
   *     begin is still to come
   */
  public VerifierKey rotate(String environment, Duration wait, Duration overlap)
      throws IOException {
    if (wait.isNegative() || overlap.isNegative()) {
      throw new IllegalArgumentException("the wait and the overlap must not be negative");
    }
    KeyChain chain = chain(environment);
    Instant now = now();
    if (chain.states(now).getLast().state() == State.ANNOUNCED) {
      throw new IllegalStateException(
          "the key %s does not sign yet; rotate again once it does"
              .formatted(chain.ring().newest().idText()));
    }
    NoteSigner newest = held(chain, chain.ring().newest());
    NoteSigner fresh = KeyChain.fresh(environment);
    Instant from = now.plus(wait);
    KeyStatement statement = KeyStatement.rotation(newest, fresh, from, from.plus(overlap));
    // The key first: nobody signs with it before the statement is there.
    KeyFile.create(KeyChain.laterKey(folder, environment, fresh.verifierKey()), fresh);
    append(environment, chain, statement);
    for (SnapshotKeyState state : chain.states(now)) {
      if (state.state() == State.RETIRED) {
        forget(environment, state.key());
      }
    }
    return fresh.verifierKey();
  }

  /**
   * Says that a key must not be trusted any more, and removes its private part. The newest one is
   * replaced at once for that.
   *
   * @param keyId 8 hexadecimal digits
   * @return the newest key afterwards
   */
  public VerifierKey revoke(String environment, String keyId) throws IOException {
    VerifierKey revoked = named(chain(environment), keyId);
    if (chain(environment).ring().newest().equals(revoked)) {
      rotate(environment, Duration.ZERO, Duration.ZERO);
    }
    KeyChain chain = chain(environment);
    NoteSigner newest = held(chain, chain.ring().newest());
    append(environment, chain, KeyStatement.revocation(newest, revoked, now()));
    forget(environment, revoked);
    return newest.verifierKey();
  }

  private static VerifierKey named(KeyChain chain, String keyId) {
    VerifierKey key =
        chain.ring().keys().stream()
            .filter(each -> each.idText().equals(keyId))
            .findFirst()
            .orElseThrow(() ->
                new IllegalStateException(
                    "there is no key %s; there are %s"
                        .formatted(
                            keyId,
                            chain.ring().keys().stream().map(VerifierKey::idText).toList())));
    if (chain.ring().isRevoked(key)) {
      throw new IllegalStateException("the key %s is revoked already".formatted(keyId));
    }
    return key;
  }

  private KeyChain chain(String environment) throws IOException {
    Keys.environment("environment", environment);
    String given = given(environment);
    if (given == null && KeyChain.files(folder, environment).isEmpty()) {
      throw new IllegalStateException(
          "there is no snapshot key of %s in %s".formatted(environment, folder));
    }
    return KeyChain.load(folder, environment, given);
  }

  private @Nullable String given(String environment) {
    return variables.get(SnapshotKeys.variable(environment));
  }

  private static NoteSigner held(KeyChain chain, VerifierKey key) {
    NoteSigner signer = chain.held().get(key);
    if (signer == null) {
      throw new IllegalStateException(
          "the private key of %s is not here; restore its file or its variable".formatted(key));
    }
    return signer;
  }

  private void append(String environment, KeyChain chain, KeyStatement statement)
      throws IOException {
    int number = chain.ring().statements().size() + 1;
    if (!KeyFile.create(KeyChain.note(folder, environment, number), statement.note())) {
      throw new IllegalStateException(
          "somebody else changes the keys of %s at the same time; look, and try again"
              .formatted(environment));
    }
  }

  private void forget(String environment, VerifierKey key) throws IOException {
    Files.deleteIfExists(KeyChain.laterKey(folder, environment, key));
    Path first = KeyChain.firstKey(folder, environment);
    if (Files.exists(first) && KeyFile.read(first, key.name()).verifierKey().equals(key)) {
      Files.delete(first);
    }
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
