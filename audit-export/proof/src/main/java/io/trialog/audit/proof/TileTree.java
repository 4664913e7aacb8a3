package io.trialog.audit.proof;

import java.util.function.Function;

/**
 * A tree read from its hash tiles, so that a proof costs a handful of tiles instead of all leaves.
 * It believes the tiles: check the proof against a signed root.
 */
public final class TileTree implements Merkle.PerfectSubtrees {

  private static final int LEVELS_IN_A_TILE = 8;

  private final long size;
  private final Function<TilePath, byte[]> tiles;

  /** {@code tiles} returns the bytes of one tile of the tree of this size. */
  public TileTree(long size, Function<TilePath, byte[]> tiles) {
    this.size = size;
    this.tiles = tiles;
  }

  @Override
  public Hash hash(int level, long index) {
    int tileLevel = level / LEVELS_IN_A_TILE;
    int count = 1 << (level % LEVELS_IN_A_TILE);
    long first = index * count;
    TilePath tile = TilePath.of(tileLevel, first / TilePath.FULL, size);
    byte[] bytes = tiles.apply(tile);
    if (bytes.length != tile.bytes()) {
      throw new MalformedException(
          tile.path() + " has " + bytes.length + " bytes, not " + tile.bytes());
    }
    Frontier frontier = new Frontier();
    int offset = (int) (first % TilePath.FULL) * Hash.BYTES;
    for (int i = 0; i < count; i++) {
      frontier.append(Hash.at(bytes, offset + i * Hash.BYTES, Hash.BYTES));
    }
    return frontier.root();
  }
}
