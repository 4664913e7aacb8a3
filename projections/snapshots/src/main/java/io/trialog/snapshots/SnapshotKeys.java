package io.trialog.snapshots;

import io.trialog.sdk.core.SnapshotWriter;
import io.trialog.sdk.core.note.NoteSigner;
import java.nio.file.Path;
import java.util.SortedMap;

/** The keys that sign snapshots, one for each environment: {@code snapshot-<environment>.key}. */
public final class SnapshotKeys {
  private final EnvironmentKeys keys;

  private SnapshotKeys(EnvironmentKeys keys) {
    this.keys = keys;
  }

  /** See {@link EnvironmentKeys#open}. */
  public static SnapshotKeys open(Path folder) {
    return new SnapshotKeys(EnvironmentKeys.open(folder, "snapshot", SnapshotWriter::signerName));
  }

  /** The signer {@code trialog/<environment>}; makes and stores a key when there is none. */
  public NoteSigner signer(String environment) {
    return keys.signer(environment);
  }

  /** The public keys by environment, of every environment that has a key. */
  public SortedMap<String, String> verifierKeys() {
    return keys.verifierKeys();
  }
}
