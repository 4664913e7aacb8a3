package io.trialog.audit.proof;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Turns leaf hashes into hash tiles, each handed out once, when it is full or at the end.
 *
 * <p>A full tile's own root becomes one hash in a tile of the level above; a partial tile is not
 * hashed upwards (c2sp.org/tlog-tiles). Keeps one open tile of 8 KiB for each level. Not
 * thread-safe.
 */
public final class TileBuilder {

  /** Takes a finished tile; the bytes belong to the receiver. */
  @FunctionalInterface
  public interface Sink {
    void accept(TilePath tile, byte[] bytes) throws IOException;
  }

  private static final class OpenTile {
    final byte[] bytes = new byte[TilePath.FULL * Hash.BYTES];
    long index;
    int width;
  }

  private final Sink sink;
  private final List<OpenTile> levels = new ArrayList<>();
  private final Frontier frontier = new Frontier();

  public TileBuilder(Sink sink) {
    this.sink = sink;
  }

  public void append(Hash leafHash) throws IOException {
    frontier.append(leafHash);
    append(0, leafHash);
  }

  private void append(int level, Hash hash) throws IOException {
    if (level == levels.size()) {
      levels.add(new OpenTile());
    }
    OpenTile open = levels.get(level);
    hash.copyTo(open.bytes, open.width * Hash.BYTES);
    open.width++;
    if (open.width == TilePath.FULL) {
      byte[] bytes = open.bytes.clone();
      sink.accept(new TilePath(level, open.index, TilePath.FULL), bytes);
      open.index++;
      open.width = 0;
      append(level + 1, rootOf(bytes));
    }
  }

  static Hash rootOf(byte[] tile) {
    Frontier frontier = new Frontier();
    for (int offset = 0; offset < tile.length; offset += Hash.BYTES) {
      frontier.append(Hash.at(tile, offset, Hash.BYTES));
    }
    return frontier.root();
  }

  /** Hands out the partial tiles, lowest level first. Nothing may be appended afterwards. */
  public void finish() throws IOException {
    for (int level = 0; level < levels.size(); level++) {
      OpenTile open = levels.get(level);
      if (open.width > 0) {
        byte[] bytes = Arrays.copyOf(open.bytes, open.width * Hash.BYTES);
        sink.accept(new TilePath(level, open.index, open.width), bytes);
      }
    }
  }

  public long size() {
    return frontier.size();
  }

  public Hash root() {
    return frontier.root();
  }
}
