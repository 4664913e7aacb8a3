package io.trialog.audit.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The name of a hash tile (c2sp.org/tlog-tiles): {@code tile/<level>/<index>[.p/<width>]}.
 *
 * @param level 0..7 (C2SP allows 63; level 7 already spans 2^64 leaves)
 * @param index number of the tile within its level, below 2^56
 * @param width hashes in the tile, 1..256; below 256 the tile is partial
 */
public record TilePath(int level, long index, int width) {

  public static final int FULL = 256;

  private static final int MAX_LEVEL = 7;
  private static final long MAX_INDEX = 1L << 56;

  public TilePath {
    if (level < 0 || level > MAX_LEVEL || index < 0 || index >= MAX_INDEX) {
      throw new IllegalArgumentException("no tile " + index + " at level " + level);
    }
    if (width < 1 || width > FULL) {
      throw new IllegalArgumentException("a tile has 1 to 256 hashes, not " + width);
    }
  }

  /** Bytes of the tile's file. */
  public int bytes() {
    return width * Hash.BYTES;
  }

  /** For example {@code tile/0/x001/x234/067} or {@code tile/1/000.p/17}. */
  public String path() {
    StringBuilder digits = new StringBuilder(threeDigits(index % 1000));
    for (long rest = index / 1000; rest > 0; rest /= 1000) {
      digits.insert(0, "x" + threeDigits(rest % 1000) + "/");
    }
    return "tile/" + level + "/" + digits + (width == FULL ? "" : ".p/" + width);
  }

  private static String threeDigits(long number) {
    return String.format(Locale.ROOT, "%03d", number);
  }

  /** How many hashes the tree of this size has at a tile level. */
  public static long hashesAt(int level, long size) {
    return level > MAX_LEVEL ? 0 : size >> (8 * level);
  }

  /** The tile at this place in a tree of this size, partial if the tree ends within it. */
  public static TilePath of(int level, long index, long size) {
    long width = Math.min(FULL, hashesAt(level, size) - index * FULL);
    if (width < 1) {
      throw new IllegalArgumentException("no tile " + index + " at level " + level + " of " + size);
    }
    return new TilePath(level, index, (int) width);
  }

  /** The tiles of one level of a tree; at most {@code size / 256 + 1}. */
  public static List<TilePath> ofLevel(int level, long size) {
    List<TilePath> tiles = new ArrayList<>();
    long hashes = hashesAt(level, size);
    for (long index = 0; index * FULL < hashes; index++) {
      tiles.add(of(level, index, size));
    }
    return tiles;
  }
}
