package io.trialog.audit.proof;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Makes bundles, honest ones and such as whoever holds the keys could make. */
final class TestBundle {

  static final String ORIGIN = "log.example/prod";

  final SignerKey log = SignerKey.generate(ORIGIN, new java.security.SecureRandom());
  final SignerKey export =
      SignerKey.generate(ORIGIN + Policy.EXPORT_SUFFIX, new java.security.SecureRandom());
  final List<byte[]> lines = new ArrayList<>();
  private final Map<String, Hash> streamHeads = new HashMap<>();
  private final Map<String, Long> streamSizes = new HashMap<>();

  static TestBundle ofEvents(int count) {
    TestBundle bundle = new TestBundle();
    for (int i = 0; i < count; i++) {
      bundle.add("experiment/e" + i % 3);
    }
    return bundle;
  }

  Policy policy() {
    return Policy.parse(
        ("log " + log.verifierKey() + "\nlog " + export.verifierKey() + "\nquorum none\n")
            .getBytes(StandardCharsets.UTF_8));
  }

  void add(String stream) {
    long sequence = streamSizes.getOrDefault(stream, 0L);
    String previous = sequence == 0 ? "" : streamHeads.get(stream).base64Url();
    add(leaf(stream, sequence, previous, lines.size(), lines.size()));
  }

  Leaf leaf(String stream, long sequence, String previous, long index, long seconds) {
    return new Leaf(
        new Leaf.Actor("", "u-1", "human", Optional.empty()),
        "",
        "00".repeat(32),
        "c-" + index,
        Json.Members.of(Map.of("traffic_ppm", new Json.Int(index))),
        Instant.ofEpochSecond(1_700_000_000),
        "event-" + index,
        index,
        Instant.ofEpochSecond(1_700_000_000 + seconds),
        List.of(),
        stream,
        previous,
        sequence,
        "ExperimentRamped",
        1);
  }

  void add(Leaf leaf) {
    byte[] bytes = leaf.bytes();
    lines.add(bytes);
    streamHeads.put(leaf.stream(), Merkle.leafHash(bytes));
    streamSizes.put(leaf.stream(), leaf.streamSeq() + 1);
  }

  Note checkpoint() {
    Frontier frontier = new Frontier();
    lines.forEach(line -> frontier.append(Merkle.leafHash(line)));
    return log.sign(new Checkpoint(ORIGIN, lines.size(), frontier.root()).text());
  }

  Path write(Path folder) throws IOException {
    TreeMap<String, byte[]> files = new TreeMap<>();
    TileBuilder tiles = new TileBuilder((tile, bytes) -> files.put(tile.path(), bytes));
    ByteArrayOutputStream events = new ByteArrayOutputStream();
    for (byte[] line : lines) {
      tiles.append(Merkle.leafHash(line));
      events.write(line);
      events.write('\n');
    }
    tiles.finish();
    files.put("events.ndjson", events.toByteArray());
    files.put("checkpoint", checkpoint().bytes());
    files.put("keys/log.vkey", (log.verifierKey() + "\n").getBytes(StandardCharsets.UTF_8));
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
    writeManifest(folder, files);
    return folder;
  }

  private void writeManifest(Path folder, Map<String, byte[]> files) throws IOException {
    TreeMap<String, Hash> hashes = new TreeMap<>();
    files.forEach((path, bytes) -> hashes.put(path, Hash.sha256(bytes)));
    Manifest manifest = new Manifest(ORIGIN, lines.size(), hashes);
    Files.write(folder.resolve(Manifest.FILE), export.sign(manifest.text()).bytes());
  }

  /** Signs what is in the folder now, so that only the tree can tell. */
  void signAgain(Path folder) throws IOException {
    TreeMap<String, byte[]> files = new TreeMap<>();
    try (var paths = Files.walk(folder)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        files.put(folder.relativize(path).toString(), Files.readAllBytes(path));
      }
    }
    files.remove(Manifest.FILE);
    writeManifest(folder, files);
  }
}
