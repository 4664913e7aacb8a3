package io.trialog.audit.proof;

import java.util.ArrayList;
import java.util.List;

/**
 * A growing tree of which only the roots of the complete subtrees at its right edge are kept: one
 * for each set bit of the size, largest first, so at most 63 hashes.
 *
 * <p>Appending is adding one in binary: equal neighbours merge as a carry. Not thread-safe.
 */
public final class Frontier {

  private final List<Hash> roots = new ArrayList<>();
  private long size;

  public Frontier() {}

  /** An independent copy: what is appended to one is not seen by the other. */
  public Frontier(Frontier other) {
    roots.addAll(other.roots);
    size = other.size;
  }

  public void append(Hash leafHash) {
    Hash carry = leafHash;
    for (long bits = size; (bits & 1) == 1; bits >>= 1) {
      carry = Merkle.nodeHash(roots.removeLast(), carry);
    }
    roots.add(carry);
    size++;
  }

  public long size() {
    return size;
  }

  public Hash root() {
    if (roots.isEmpty()) {
      return Merkle.emptyRoot();
    }
    Hash hash = roots.getLast();
    for (int i = roots.size() - 2; i >= 0; i--) {
      hash = Merkle.nodeHash(roots.get(i), hash);
    }
    return hash;
  }
}
