package io.trialog.audit.proof;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A tree grown leaf by leaf of which the tiles above level 0 and one earlier root are remembered:
 * 32 bytes for each 256 leaves.
 */
final class HashedTree {

  private final long earlierSize;
  private final Map<TilePath, byte[]> upperTiles = new LinkedHashMap<>();
  private final TileBuilder builder = new TileBuilder(this::keepUpper);
  private Optional<Hash> earlierRoot = Optional.empty();

  HashedTree(long earlierSize) {
    this.earlierSize = earlierSize;
    noteEarlierRoot();
  }

  private void keepUpper(TilePath tile, byte[] bytes) {
    if (tile.level() > 0) {
      upperTiles.put(tile, bytes);
    }
  }

  private void noteEarlierRoot() {
    if (builder.size() == earlierSize) {
      earlierRoot = Optional.of(builder.root());
    }
  }

  void append(Hash leafHash) throws IOException {
    builder.append(leafHash);
    noteEarlierRoot();
  }

  void finish() throws IOException {
    builder.finish();
  }

  long size() {
    return builder.size();
  }

  boolean is(Checkpoint checkpoint) {
    return builder.size() == checkpoint.size() && builder.root().equals(checkpoint.root());
  }

  Hash root() {
    return builder.root();
  }

  /** The root at the earlier size, if the tree came that far. */
  Optional<Hash> earlierRoot() {
    return earlierRoot;
  }

  Map<TilePath, byte[]> upperTiles() {
    return upperTiles;
  }
}
