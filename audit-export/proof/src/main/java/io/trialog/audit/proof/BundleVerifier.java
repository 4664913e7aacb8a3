package io.trialog.audit.proof;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Checks an unpacked bundle against the auditor's own policy, offline.
 *
 * <p>In this order:
 *
 * <ol>
 *   <li>MANIFEST is signed by the export key of the policy, the checkpoint by the log key, and
 *       cosigned by the witnesses the policy asks for. Keys inside the bundle are never read.
 *   <li>The level-0 tiles are hashed up. If they give the signed root they are as good as signed,
 *       and an event that differs from its place in them is the one that was changed.
 *   <li>Every event is hashed, compared and read: canonical form, dense index, time never
 *       decreasing, dense stream sequence, chain of previous hashes. The root over all must be the
 *       signed one, and the upper tiles must be equal bit by bit.
 *   <li>Every file has the SHA-256 that MANIFEST states, and no other file is there.
 * </ol>
 *
 * <p>What a lone bundle cannot show: that the log was rolled back, or rewritten by whoever holds
 * its key. Keep the last checkpoint and pass it as {@code earlier}, or require witnesses.
 *
 * <p>Streams: memory does not grow with the number of events but for 32 bytes per 256 of them, and
 * some 200 bytes per stream. Does not throw for anything inside the bundle.
 */
public final class BundleVerifier {

  public static final String EVENTS = "events.ndjson";
  public static final String CHECKPOINT = "checkpoint";
  public static final String POLICY = "policy";

  /** Most findings kept in a {@link Verification}. */
  public static final int MAX_FINDINGS = 100;

  /** Largest log that is checked: above it, the tiles outnumber what a manifest may list. */
  public static final long MAX_EVENTS = 50_000_000;

  private static final int MAX_CHECKPOINT_BYTES = 1 << 20;
  private static final Pattern KEY_FILE = Pattern.compile("keys/[a-z]{1,16}\\.(vkey|spki\\.der)");

  private final Policy policy;
  private final Optional<Checkpoint> earlier;
  private final Findings findings = new Findings();
  private final BundleFiles files;
  private boolean witnessed;

  private BundleVerifier(Path bundle, Policy policy, Optional<Checkpoint> earlier) {
    this.policy = policy;
    this.earlier = earlier;
    this.files = new BundleFiles(bundle, findings);
  }

  /** Checks the folder {@code bundle}. */
  public static Verification verify(Path bundle, Policy policy) {
    return new BundleVerifier(bundle, policy, Optional.empty()).run();
  }

  /**
   * Checks the folder and that its events continue an earlier checkpoint of the same log, which the
   * auditor kept. Throws {@link MalformedException} if that one is not signed by the policy's key.
   */
  public static Verification verify(Path bundle, Policy policy, byte[] earlierCheckpoint) {
    Note note = Note.parse(earlierCheckpoint);
    Checkpoint earlier = Checkpoint.parse(note);
    boolean signed = policy.logKey(earlier.origin()).map(note::signedBy).orElse(false);
    if (!signed) {
      throw new MalformedException(
          "the earlier checkpoint is not signed by a log key of the policy");
    }
    return new BundleVerifier(bundle, policy, Optional.of(earlier)).run();
  }

  private Verification run() {
    Optional<Manifest> manifest = readManifest();
    Optional<Checkpoint> checkpoint = readCheckpoint();
    if (manifest.isPresent() && checkpoint.isPresent()) {
      compareHeads(manifest.get(), checkpoint.get());
    }
    long eventsRead = checkpoint.map(this::checkTree).orElse(0L);
    manifest.ifPresent(this::checkListedFiles);
    checkPlaces(manifest, checkpoint);
    return new Verification(
        checkpoint.map(Checkpoint::origin).orElse(""),
        checkpoint.map(Checkpoint::size).orElse(0L),
        checkpoint.map(Checkpoint::root),
        eventsRead,
        witnessed,
        earlier.map(Checkpoint::size),
        findings.kept(),
        findings.omitted());
  }

  private void add(Finding.Code code, String file, String expected, String found) {
    findings.add(Finding.of(code, file, expected, found));
  }

  private Optional<Manifest> readManifest() {
    Optional<byte[]> bytes = files.read(Manifest.FILE, Note.MAX_BYTES);
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    try {
      Note note = Note.parse(bytes.get());
      Manifest manifest = Manifest.parse(note);
      checkManifestSignature(note, manifest.origin());
      return Optional.of(manifest);
    } catch (MalformedException e) {
      add(Finding.Code.MANIFEST_MALFORMED, Manifest.FILE, "a signed manifest", e.rule());
      return Optional.empty();
    }
  }

  private void checkManifestSignature(Note note, String origin) {
    Optional<VerifierKey> key = policy.exportKey(origin);
    if (key.isEmpty()) {
      add(
          Finding.Code.MANIFEST_SIGNATURE,
          Manifest.FILE,
          "a policy with the log lines " + origin + " and " + origin + Policy.EXPORT_SUFFIX,
          "a policy for " + policy.origins());
    } else if (!note.signedBy(key.get())) {
      add(
          Finding.Code.MANIFEST_SIGNATURE,
          Manifest.FILE,
          "a valid signature by " + key.get().name() + "+" + key.get().keyIdHex(),
          "none");
    }
  }

  private Optional<Checkpoint> readCheckpoint() {
    Optional<byte[]> bytes = files.read(CHECKPOINT, MAX_CHECKPOINT_BYTES);
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    try {
      Note note = Note.parse(bytes.get());
      Checkpoint checkpoint = Checkpoint.parse(note);
      if (checkpoint.size() > MAX_EVENTS) {
        throw new MalformedException("more than " + MAX_EVENTS + " events");
      }
      checkCheckpointSignatures(note, checkpoint);
      return Optional.of(checkpoint);
    } catch (MalformedException e) {
      add(Finding.Code.CHECKPOINT_MALFORMED, CHECKPOINT, "a signed checkpoint", e.rule());
      return Optional.empty();
    }
  }

  private void checkCheckpointSignatures(Note note, Checkpoint checkpoint) {
    Optional<VerifierKey> key = policy.logKey(checkpoint.origin());
    if (key.isEmpty()) {
      add(
          Finding.Code.CHECKPOINT_ORIGIN,
          CHECKPOINT,
          "a log of the policy: " + policy.origins(),
          checkpoint.origin());
      return;
    }
    if (!note.signedBy(key.get())) {
      add(
          Finding.Code.CHECKPOINT_SIGNATURE,
          CHECKPOINT,
          "a valid signature by " + key.get().name() + "+" + key.get().keyIdHex(),
          "none");
    }
    boolean quorum = policy.isWitnessed(note);
    witnessed = policy.needsWitnesses() && quorum;
    if (!quorum) {
      add(
          Finding.Code.CHECKPOINT_QUORUM,
          CHECKPOINT,
          "the cosignatures that the policy's quorum asks for",
          "too few valid ones");
    }
  }

  private void compareHeads(Manifest manifest, Checkpoint checkpoint) {
    String stated = manifest.origin() + ", " + manifest.size() + " events";
    String signed = checkpoint.origin() + ", " + checkpoint.size() + " events";
    if (!stated.equals(signed)) {
      add(Finding.Code.MANIFEST_MISMATCH, Manifest.FILE, signed + " (checkpoint)", stated);
    }
  }

  /** Returns the number of events read. */
  private long checkTree(Checkpoint checkpoint) {
    try {
      HashedTree overTiles = hashTiles(checkpoint);
      boolean tilesTrusted = overTiles.is(checkpoint);
      if (!files.has(EVENTS)) {
        add(Finding.Code.FILE_MISSING, EVENTS, "the file", "none");
        return 0;
      }
      EventPass events = new EventPass(files, checkpoint, tilesTrusted, earlierSize(), findings);
      events.run();
      HashedTree trusted = tilesTrusted ? overTiles : events.tree();
      judgeDifferences(checkpoint, tilesTrusted, events);
      checkUpperTiles(trusted);
      checkHistory(checkpoint, trusted);
      return events.tree().size();
    } catch (IOException e) {
      add(Finding.Code.UNREADABLE, EVENTS, "a readable bundle", e.toString());
      return 0;
    }
  }

  private long earlierSize() {
    return earlier.map(Checkpoint::size).orElse(-1L);
  }

  /** The tree over the level-0 tiles; it stays too small if one of them is absent or too short. */
  private HashedTree hashTiles(Checkpoint checkpoint) throws IOException {
    HashedTree tree = new HashedTree(earlierSize());
    for (TilePath tile : TilePath.ofLevel(0, checkpoint.size())) {
      Optional<byte[]> bytes = readTile(tile);
      for (int offset = 0; bytes.isPresent() && offset < tile.bytes(); offset += Hash.BYTES) {
        tree.append(Hash.at(bytes.get(), offset, Hash.BYTES));
      }
    }
    tree.finish();
    return tree;
  }

  private Optional<byte[]> readTile(TilePath tile) {
    Optional<byte[]> bytes = files.readTile(tile);
    if (bytes.isEmpty()) {
      Long size = files.sizes().get(tile.path());
      if (size == null) {
        add(Finding.Code.FILE_MISSING, tile.path(), tile.bytes() + " bytes", "none");
      } else {
        add(Finding.Code.TILE_CHANGED, tile.path(), tile.bytes() + " bytes", size + " bytes");
      }
    }
    return bytes;
  }

  private void judgeDifferences(Checkpoint checkpoint, boolean tilesTrusted, EventPass events) {
    boolean eventsTrusted = events.tree().is(checkpoint);
    for (EventPass.Difference difference : events.differences()) {
      findings.add(eventsTrusted ? changedTile(checkpoint, difference) : eitherChanged(difference));
    }
    boolean unexplained = events.differences().isEmpty() && !tilesTrusted;
    if (!eventsTrusted && unexplained && events.tree().size() == checkpoint.size()) {
      add(
          Finding.Code.ROOT,
          CHECKPOINT,
          "root " + events.tree().root() + " (computed over the events)",
          "root " + checkpoint.root());
    }
  }

  private static Finding changedTile(Checkpoint checkpoint, EventPass.Difference difference) {
    long index = difference.event().index();
    return Finding.of(
        Finding.Code.TILE_CHANGED,
        TilePath.of(0, index / TilePath.FULL, checkpoint.size()).path(),
        "leaf hash "
            + difference.ofLine()
            + " for event "
            + index
            + ", which gives the signed root",
        "leaf hash " + difference.inTile());
  }

  private static Finding eitherChanged(EventPass.Difference difference) {
    return Finding.of(
        Finding.Code.EVENT_OR_TILE_CHANGED,
        difference.event(),
        "leaf hash " + difference.inTile() + " (tile); neither gives the signed root",
        "leaf hash " + difference.ofLine() + " (event)");
  }

  private void checkUpperTiles(HashedTree trusted) {
    for (Map.Entry<TilePath, byte[]> tile : trusted.upperTiles().entrySet()) {
      Optional<byte[]> bytes = readTile(tile.getKey());
      if (bytes.isPresent() && !Arrays.equals(bytes.get(), tile.getValue())) {
        add(
            Finding.Code.TILE_CHANGED,
            tile.getKey().path(),
            "the hashes of the tiles below",
            "others");
      }
    }
  }

  private void checkHistory(Checkpoint checkpoint, HashedTree trusted) {
    if (earlier.isEmpty()) {
      return;
    }
    Checkpoint kept = earlier.get();
    boolean continues =
        kept.origin().equals(checkpoint.origin())
            && kept.size() <= checkpoint.size()
            && trusted.earlierRoot().equals(Optional.of(kept.root()));
    if (!continues) {
      add(
          Finding.Code.HISTORY_REWRITTEN,
          CHECKPOINT,
          "events that continue "
              + kept.origin()
              + " at size "
              + kept.size()
              + ", root "
              + kept.root(),
          checkpoint.origin()
              + " at size "
              + checkpoint.size()
              + ", root at the earlier size "
              + trusted.earlierRoot().map(Hash::toString).orElse("none"));
    }
  }

  private void checkListedFiles(Manifest manifest) {
    for (Map.Entry<String, Hash> listed : manifest.hashes().entrySet()) {
      String path = listed.getKey();
      if (!files.has(path)) {
        add(Finding.Code.FILE_MISSING, path, "SHA-256 " + listed.getValue().hex(), "no such file");
        continue;
      }
      Optional<Hash> found = files.sha256(path);
      if (found.isPresent() && !found.get().equals(listed.getValue())) {
        add(
            Finding.Code.FILE_CHANGED,
            path,
            "SHA-256 " + listed.getValue().hex(),
            "SHA-256 " + found.get().hex());
      }
    }
    for (String required : Set.of(CHECKPOINT, EVENTS)) {
      if (!manifest.hashes().containsKey(required)) {
        add(Finding.Code.FILE_UNLISTED, required, "a line in MANIFEST", "none");
      }
    }
  }

  /** Files that are listed nowhere, and listed ones that have no meaning. */
  private void checkPlaces(Optional<Manifest> manifest, Optional<Checkpoint> checkpoint) {
    Set<String> tiles = new HashSet<>();
    checkpoint.ifPresent(head -> tiles.addAll(tilePaths(head.size())));
    for (String path : files.sizes().keySet()) {
      boolean listed =
          path.equals(Manifest.FILE)
              || manifest.map(list -> list.hashes().containsKey(path)).orElse(true);
      if (!listed) {
        add(Finding.Code.FILE_UNLISTED, path, "a line in MANIFEST", "none");
      } else if (checkpoint.isPresent() && !isKnown(path) && !tiles.contains(path)) {
        add(Finding.Code.FILE_UNKNOWN, path, "a file of the format", "a name it does not have");
      }
    }
  }

  private static boolean isKnown(String path) {
    return Set.of(Manifest.FILE, CHECKPOINT, EVENTS, POLICY).contains(path)
        || KEY_FILE.matcher(path).matches();
  }

  private static Set<String> tilePaths(long size) {
    Set<String> paths = new HashSet<>();
    for (int level = 0; TilePath.hashesAt(level, size) > 0; level++) {
      TilePath.ofLevel(level, size).forEach(tile -> paths.add(tile.path()));
    }
    return paths;
  }
}
