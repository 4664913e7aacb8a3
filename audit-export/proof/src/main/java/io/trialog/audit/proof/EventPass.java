package io.trialog.audit.proof;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads events.ndjson once, front to back: hashes every line, compares it with its place in the
 * level-0 tiles, and checks what the events say about their own order.
 *
 * <p>When the tiles are known to give the signed root, a line whose hash is not in its place is the
 * culprit and is named at once. The checks of order end there: behind a changed event they would
 * accuse its neighbours. When the tiles are not trusted, differences are kept for the caller, who
 * decides once both roots are known.
 *
 * <p>Memory: one line, one tile, the upper tiles and 100 to 200 bytes for each stream.
 */
final class EventPass {

  /** A line whose leaf hash is not the one in the tile. */
  record Difference(Finding.EventName event, Hash inTile, Hash ofLine) {}

  private record StreamHead(long sequence, Hash leafHash) {}

  private static final int MAX_DIFFERENCES = 20;

  private final BundleFiles files;
  private final Checkpoint checkpoint;
  private final boolean tilesTrusted;
  private final Findings findings;
  private final HashedTree tree;
  private final Map<String, StreamHead> heads = new HashMap<>();
  private final List<Difference> differences = new ArrayList<>();
  private Optional<byte[]> tile = Optional.empty();
  private Instant lastRecorded = Instant.MIN;
  private boolean orderIsKnown = true;

  EventPass(
      BundleFiles files,
      Checkpoint checkpoint,
      boolean tilesTrusted,
      long earlierSize,
      Findings findings) {
    this.files = files;
    this.checkpoint = checkpoint;
    this.tilesTrusted = tilesTrusted;
    this.findings = findings;
    this.tree = new HashedTree(earlierSize);
  }

  HashedTree tree() {
    return tree;
  }

  List<Difference> differences() {
    return differences;
  }

  void run() throws IOException {
    try (EventLines lines = new EventLines(files.open(BundleVerifier.EVENTS))) {
      Optional<byte[]> line = lines.next();
      while (line.isPresent() && tree.size() < checkpoint.size()) {
        check(tree.size(), line.get());
        line = lines.next();
      }
      checkEnd(lines, line);
    }
    tree.finish();
  }

  private void checkEnd(EventLines lines, Optional<byte[]> next) {
    String expected = checkpoint.size() + " events";
    if (next.isPresent()) {
      findings.add(
          Finding.of(
              Finding.Code.EVENTS_EXTRA,
              nameOf(tree.size(), next.get()),
              expected + ", as the checkpoint says",
              "a line for one more"));
    } else if (tree.size() < checkpoint.size()) {
      findings.add(
          Finding.of(
              Finding.Code.EVENTS_MISSING,
              BundleVerifier.EVENTS,
              expected + ", as the checkpoint says",
              tree.size() + " lines"));
    }
    if (!lines.terminated()) {
      findings.add(
          Finding.of(
              Finding.Code.EVENTS_FORMAT,
              BundleVerifier.EVENTS,
              "a line feed at the end",
              "an unfinished line"));
    }
  }

  private void check(long index, byte[] line) throws IOException {
    Hash hash = Merkle.leafHash(line);
    int place = (int) (index % TilePath.FULL);
    if (place == 0) {
      tile = files.readTile(TilePath.of(0, index / TilePath.FULL, checkpoint.size()));
    }
    boolean differs = tile.isPresent() && !hash.isAt(tile.get(), place * Hash.BYTES);
    if (differs) {
      noteDifference(index, line, Hash.at(tile.get(), place * Hash.BYTES, Hash.BYTES), hash);
    }
    if (orderIsKnown) {
      checkLeaf(index, line, hash);
    }
    tree.append(hash);
  }

  private void noteDifference(long index, byte[] line, Hash inTile, Hash ofLine) {
    Finding.EventName name = nameOf(index, line);
    if (tilesTrusted) {
      orderIsKnown = false;
      findings.add(
          Finding.of(
              Finding.Code.EVENT_CHANGED,
              name,
              "leaf hash " + inTile + ", which the signed root covers",
              "leaf hash " + ofLine + otherIndex(index, line)));
    } else if (differences.size() < MAX_DIFFERENCES) {
      differences.add(new Difference(name, inTile, ofLine));
    }
  }

  /** Lines that were swapped, inserted or taken out still say their own index. */
  private static String otherIndex(long index, byte[] line) {
    try {
      long own = Leaf.parse(line).index();
      return own == index ? "" : " of a line that says index " + own;
    } catch (MalformedException e) {
      return ", and the line is no leaf (" + e.rule() + ")";
    }
  }

  private void checkLeaf(long index, byte[] line, Hash hash) {
    Leaf leaf;
    try {
      leaf = Leaf.parse(line);
    } catch (MalformedException e) {
      findings.add(
          Finding.of(
              Finding.Code.EVENT_MALFORMED,
              nameOf(index, line),
              "a leaf in canonical form",
              e.rule()));
      return;
    }
    Finding.EventName name = new Finding.EventName(index, leaf.stream(), leaf.eventId());
    if (leaf.index() != index) {
      findings.add(
          Finding.of(Finding.Code.EVENT_INDEX, name, "index " + index, "index " + leaf.index()));
    }
    checkTime(name, leaf.recordedAt());
    checkStream(name, leaf, hash);
  }

  private void checkTime(Finding.EventName name, Instant recordedAt) {
    if (recordedAt.isBefore(lastRecorded)) {
      findings.add(
          Finding.of(
              Finding.Code.EVENT_TIME,
              name,
              "recordedAt not before " + lastRecorded,
              recordedAt.toString()));
    }
    lastRecorded = recordedAt;
  }

  private void checkStream(Finding.EventName name, Leaf leaf, Hash hash) {
    StreamHead head = heads.put(leaf.stream(), new StreamHead(leaf.streamSeq(), hash));
    long expected = head == null ? 0 : head.sequence() + 1;
    String previous = head == null ? "" : head.leafHash().base64Url();
    if (leaf.streamSeq() != expected) {
      findings.add(
          Finding.of(
              Finding.Code.STREAM_SEQUENCE,
              name,
              "streamSeq " + expected,
              "streamSeq " + leaf.streamSeq()));
    } else if (!leaf.streamPrev().equals(previous)) {
      findings.add(
          Finding.of(
              Finding.Code.STREAM_CHAIN,
              name,
              "streamPrev " + previous,
              "streamPrev " + leaf.streamPrev()));
    }
  }

  private static Finding.EventName nameOf(long index, byte[] line) {
    try {
      Leaf leaf = Leaf.parse(line);
      return new Finding.EventName(index, leaf.stream(), leaf.eventId());
    } catch (MalformedException e) {
      return guessName(index, line);
    }
  }

  /**
   * What a line that is no leaf any more still says about itself. In canonical form both members
   * stand behind {@code data}, hence the search from the end.
   */
  private static Finding.EventName guessName(long index, byte[] line) {
    String text = new String(line, StandardCharsets.UTF_8);
    return new Finding.EventName(
        index, guessMember(text, "\"stream\":\""), guessMember(text, "\"eventId\":\""));
  }

  private static String guessMember(String text, String start) {
    int from = text.lastIndexOf(start);
    int to = from < 0 ? -1 : text.indexOf('"', from + start.length());
    if (to < 0) {
      return "?";
    }
    String quoted = StrictText.quote(text.substring(from + start.length(), to));
    return quoted.substring(1, quoted.length() - 1);
  }
}
