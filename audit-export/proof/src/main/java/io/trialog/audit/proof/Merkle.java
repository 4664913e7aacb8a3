package io.trialog.audit.proof;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * The Merkle tree of RFC 6962, section 2.1.
 *
 * <p>{@code MTH([]) = SHA-256("")}, {@code MTH([d]) = SHA-256(0x00 || d)} and {@code MTH(D[0:n]) =
 * SHA-256(0x01 || MTH(D[0:k]) || MTH(D[k:n]))} with k the largest power of two below n. The prefix
 * keeps a leaf from being passed off as an inner node.
 *
 * <p>A perfect subtree is named by its level (log2 of its leaves) and its index at that level.
 * Every proof is a list of such subtrees, the ragged right edge folded into one hash. Verification
 * looks at sizes and at the exact number of hashes first: the walks below decide left and right by
 * the bits of index and size, and would accept altered ones otherwise.
 */
public final class Merkle {

  private static final byte LEAF = 0;
  private static final byte NODE = 1;

  private Merkle() {}

  /** The hash of one complete subtree; asked only for subtrees inside the tree. */
  @FunctionalInterface
  public interface PerfectSubtrees {
    /**
     * Level 0 holds leaf hashes; the subtree covers {@code [index << level, (index+1) << level)}.
     */
    Hash hash(int level, long index);
  }

  public static Hash emptyRoot() {
    return Hash.sha256();
  }

  public static Hash leafHash(byte[] leaf) {
    MessageDigest digest = Hash.newSha256();
    digest.update(LEAF);
    digest.update(leaf);
    return Hash.finish(digest);
  }

  public static Hash nodeHash(Hash left, Hash right) {
    MessageDigest digest = Hash.newSha256();
    digest.update(NODE);
    left.update(digest);
    right.update(digest);
    return Hash.finish(digest);
  }

  /**
   * MTH of the leaves {@code [from, to)}; {@code from} must be where a tree of that size may sit.
   */
  public static Hash root(PerfectSubtrees tree, long from, long to) {
    if (from < 0 || to < from) {
      throw new IllegalArgumentException("no range [" + from + ", " + to + ")");
    }
    if (from == to) {
      return emptyRoot();
    }
    long count = to - from;
    if (Long.bitCount(count) == 1) {
      int level = Long.numberOfTrailingZeros(count);
      return tree.hash(level, from >> level);
    }
    long left = Long.highestOneBit(count);
    return nodeHash(root(tree, from, from + left), root(tree, from + left, to));
  }

  /** PATH(index, D[0:size]) of RFC 6962, section 2.1.1, from the leaf upwards. */
  public static List<Hash> inclusionProof(PerfectSubtrees tree, long index, long size) {
    if (index < 0 || index >= size) {
      throw new IllegalArgumentException("no leaf " + index + " in a tree of size " + size);
    }
    List<Hash> proof = new ArrayList<>();
    collectPath(tree, index, 0, size, proof);
    return List.copyOf(proof);
  }

  private static void collectPath(
      PerfectSubtrees tree, long index, long from, long to, List<Hash> proof) {
    if (to - from == 1) {
      return;
    }
    long middle = from + splitOf(to - from);
    if (index < middle) {
      collectPath(tree, index, from, middle, proof);
      proof.add(root(tree, middle, to));
    } else {
      collectPath(tree, index, middle, to, proof);
      proof.add(root(tree, from, middle));
    }
  }

  /** PROOF(older, D[0:newer]) of RFC 6962, section 2.1.2; empty when a side is empty or equal. */
  public static List<Hash> consistencyProof(PerfectSubtrees tree, long older, long newer) {
    if (older < 0 || older > newer) {
      throw new IllegalArgumentException("no growth from " + older + " to " + newer);
    }
    List<Hash> proof = new ArrayList<>();
    if (older > 0 && older < newer) {
      collectSubProof(tree, older, 0, newer, true, proof);
    }
    return List.copyOf(proof);
  }

  private static void collectSubProof(
      PerfectSubtrees tree, long older, long from, long to, boolean whole, List<Hash> proof) {
    if (older == to) {
      if (!whole) {
        proof.add(root(tree, from, to));
      }
      return;
    }
    long middle = from + splitOf(to - from);
    if (older <= middle) {
      collectSubProof(tree, older, from, middle, whole, proof);
      proof.add(root(tree, middle, to));
    } else {
      collectSubProof(tree, older, middle, to, false, proof);
      proof.add(root(tree, from, middle));
    }
  }

  /** The largest power of two below {@code count}, which is at least 2. */
  private static long splitOf(long count) {
    return Long.highestOneBit(count - 1);
  }

  /**
   * Whether {@code leafHash} is leaf number {@code index} of the tree {@code (size, root)}.
   *
   * <p>Size and root must come from one signed checkpoint: a proof fits every size at which the
   * path has the same shape, in RFC 6962 as here.
   */
  public static boolean verifyInclusion(
      Hash leafHash, long index, long size, Hash root, List<Hash> proof) {
    if (index < 0 || index >= size || proof.size() != inclusionLength(index, size)) {
      return false;
    }
    int inner = innerLength(index, size);
    Hash hash = leafHash;
    for (int i = 0; i < proof.size(); i++) {
      boolean siblingIsLeft = i >= inner || ((index >> i) & 1) == 1;
      hash = siblingIsLeft ? nodeHash(proof.get(i), hash) : nodeHash(hash, proof.get(i));
    }
    return hash.equals(root);
  }

  /** Whether {@code (newer, newerRoot)} extends {@code (older, olderRoot)} by appending only. */
  public static boolean verifyConsistency(
      long older, Hash olderRoot, long newer, Hash newerRoot, List<Hash> proof) {
    if (older < 0 || older > newer) {
      return false;
    }
    if (older == newer) {
      return proof.isEmpty() && olderRoot.equals(newerRoot);
    }
    if (older == 0) {
      return proof.isEmpty() && olderRoot.equals(emptyRoot());
    }
    return foldsToBoth(older, olderRoot, newer, newerRoot, proof);
  }

  /**
   * Consistency is an inclusion path of the last complete subtree of the older tree. That subtree's
   * hash is the first of the proof, unless it is the whole older tree and so already known.
   */
  private static boolean foldsToBoth(
      long older, Hash olderRoot, long newer, Hash newerRoot, List<Hash> proof) {
    int level = Long.numberOfTrailingZeros(older);
    boolean olderIsPerfect = Long.bitCount(older) == 1;
    long index = (older - 1) >> level;
    int inner = innerLength(older - 1, newer) - level;
    int border = Long.bitCount((older - 1) >> (level + inner));
    int start = olderIsPerfect ? 0 : 1;
    if (proof.size() != start + inner + border) {
      return false;
    }
    Hash oldHash = olderIsPerfect ? olderRoot : proof.getFirst();
    Hash newHash = oldHash;
    for (int i = 0; i < inner + border; i++) {
      Hash sibling = proof.get(start + i);
      boolean siblingIsLeft = i >= inner || ((index >> i) & 1) == 1;
      if (siblingIsLeft) {
        oldHash = nodeHash(sibling, oldHash);
        newHash = nodeHash(sibling, newHash);
      } else {
        newHash = nodeHash(newHash, sibling);
      }
    }
    return oldHash.equals(olderRoot) && newHash.equals(newerRoot);
  }

  /** Number of hashes in an inclusion proof: at most 63. */
  static int inclusionLength(long index, long size) {
    int inner = innerLength(index, size);
    return inner + Long.bitCount(index >> inner);
  }

  /** Levels below the point where the paths of this leaf and of the last leaf meet. */
  private static int innerLength(long index, long size) {
    return Long.SIZE - Long.numberOfLeadingZeros(index ^ (size - 1));
  }
}
