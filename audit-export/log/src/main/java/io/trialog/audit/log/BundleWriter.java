package io.trialog.audit.log;

import io.trialog.audit.proof.BundleVerifier;
import io.trialog.audit.proof.Checkpoint;
import io.trialog.audit.proof.Frontier;
import io.trialog.audit.proof.Hash;
import io.trialog.audit.proof.Leaf;
import io.trialog.audit.proof.MalformedException;
import io.trialog.audit.proof.Manifest;
import io.trialog.audit.proof.Merkle;
import io.trialog.audit.proof.Note;
import io.trialog.audit.proof.Policy;
import io.trialog.audit.proof.TileBuilder;
import io.trialog.audit.proof.VerifierKey;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipOutputStream;
import javax.sql.DataSource;

/**
 * Writes the log up to a signed size as a bundle: {@code checkpoint}, {@code events.ndjson}, {@code
 * keys/}, {@code policy}, {@code tile/} and, last, {@code MANIFEST} signed by the export key.
 *
 * <p>Same size, same bytes: nothing in a bundle depends on when, where or for whom it is written.
 * (A zip is compressed by the JDK's zlib, so its bytes, unlike its contents, may differ between
 * JDKs.)
 *
 * <p>Before the first byte goes out, every leaf is hashed again and the root compared with the
 * signed one, so a damaged log fails closed. Streams; memory grows by 32 bytes per 256 leaves, and
 * some 150 bytes per file for the manifest. Thread-safe.
 */
public final class BundleWriter {

  private final LeafStore store;
  private final AuditKeys keys;

  public BundleWriter(DataSource database, AuditKeys keys) {
    this.store = new LeafStore(database);
    this.keys = keys;
  }

  /** Whether a checkpoint of this size was signed, so that a bundle of it can be written. */
  public boolean canWrite(long size) {
    return store.checkpoint(size).isPresent();
  }

  /**
   * Checks the leaves below {@code size} against the signed checkpoint.
   *
   * @throws IllegalArgumentException if no checkpoint of this size was signed
   * @throws AuditDefect naming the first leaf that is not what was signed
   */
  public void check(long size) {
    Checkpoint signed = LeafStore.head(checkpointOf(size));
    Frontier tree = new Frontier();
    try {
      store.forEachLeaf(
          size,
          stored -> {
            requireUnchanged(stored);
            tree.append(stored.hash());
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!tree.root().equals(signed.root())) {
      throw new AuditDefect(
          "the first "
              + size
              + " leaves of the audit log have root "
              + tree.root()
              + ", but root "
              + signed.root()
              + " was signed");
    }
  }

  private Note checkpointOf(long size) {
    return store
        .checkpoint(size)
        .orElseThrow(
            () -> new IllegalArgumentException("no checkpoint of size " + size + " was signed"));
  }

  private static void requireUnchanged(LeafStore.StoredLeaf stored) {
    Hash found = Merkle.leafHash(stored.bytes());
    if (!found.equals(stored.hash())) {
      throw new AuditDefect(
          "leaf "
              + stored.index()
              + " of the audit log was changed"
              + nameOf(stored)
              + ": expected leaf hash "
              + stored.hash()
              + ", found "
              + found);
    }
  }

  private static String nameOf(LeafStore.StoredLeaf stored) {
    try {
      Leaf leaf = Leaf.parse(stored.bytes());
      return " (stream " + leaf.stream() + ", event " + leaf.eventId() + ")";
    } catch (MalformedException e) {
      return " (it is no leaf any more)";
    }
  }

  /** Checks, then writes a zip and leaves {@code out} open. */
  public void writeZip(long size, OutputStream out) throws IOException {
    check(size);
    ZipOutputStream zip = new ZipOutputStream(out);
    write(size, BundleSink.zip(zip));
    zip.finish();
  }

  /** Checks, then writes new files below a folder; an existing file is an error. */
  public void writeFolder(long size, Path folder) throws IOException {
    check(size);
    write(size, BundleSink.folder(folder));
  }

  private void write(long size, BundleSink sink) throws IOException {
    HashedFiles files = new HashedFiles(sink);
    files.put(BundleVerifier.CHECKPOINT, checkpointOf(size).bytes());
    writeEvents(size, files);
    writeKeys(files);
    writeTiles(size, files);
    Manifest manifest = new Manifest(keys.origin(), size, files.hashes);
    try (OutputStream out = sink.open(Manifest.FILE)) {
      out.write(keys.exportSigner().sign(manifest.text()).bytes());
    }
  }

  private void writeEvents(long size, HashedFiles files) throws IOException {
    try (OutputStream out = files.open(BundleVerifier.EVENTS)) {
      store.forEachLeaf(
          size,
          stored -> {
            out.write(stored.bytes());
            out.write('\n');
          });
    }
  }

  private void writeKeys(HashedFiles files) throws IOException {
    files.put("keys/export.spki.der", keys.exportKey().spki());
    files.put("keys/export.vkey", line(keys.exportKey()));
    files.put("keys/log.spki.der", keys.logKey().spki());
    files.put("keys/log.vkey", line(keys.logKey()));
    String policy =
        Policy.textFor(
            List.of("A copy for convenience. Verify with the policy you kept, not with this one."),
            keys.logKey(),
            keys.exportKey());
    files.put(BundleVerifier.POLICY, policy.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] line(VerifierKey key) {
    return (key.vkey() + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Level 0 goes out as it comes; the levels above are kept to the end, to be in order of path. */
  private void writeTiles(long size, HashedFiles files) throws IOException {
    SortedMap<String, byte[]> upper = new TreeMap<>();
    TileBuilder tiles =
        new TileBuilder((tile, bytes) -> {
          if (tile.level() == 0) {
            files.put(tile.path(), bytes);
          } else {
            upper.put(tile.path(), bytes);
          }
        });
    store.forEachHash(size, tiles::append);
    tiles.finish();
    for (var tile : upper.entrySet()) {
      files.put(tile.getKey(), tile.getValue());
    }
  }

  /** Notes the SHA-256 of every file that passes. */
  private static final class HashedFiles {
    final SortedMap<String, Hash> hashes = new TreeMap<>();
    private final BundleSink sink;

    HashedFiles(BundleSink sink) {
      this.sink = sink;
    }

    void put(String path, byte[] bytes) throws IOException {
      try (OutputStream out = open(path)) {
        out.write(bytes);
      }
    }

    OutputStream open(String path) throws IOException {
      MessageDigest digest = Hash.newSha256();
      return new DigestOutputStream(sink.open(path), digest) {
        @Override
        public void close() throws IOException {
          super.close();
          hashes.put(path, Hash.finish(digest));
        }
      };
    }
  }
}
