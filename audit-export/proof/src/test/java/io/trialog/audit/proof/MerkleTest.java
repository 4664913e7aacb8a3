package io.trialog.audit.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MerkleTest {

  /** The leaves of the test tree that Certificate Transparency implementations share. */
  private static final List<String> LEAVES =
      List.of(
          "",
          "00",
          "10",
          "2021",
          "3031",
          "40414243",
          "5051525354555657",
          "606162636465666768696a6b6c6d6e6f");

  @ParameterizedTest
  @CsvSource({
    "0, e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "1, 6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "2, fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "3, aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "4, d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "5, 4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "6, 76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "7, ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "8, 5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
  })
  void roots_are_those_of_the_shared_test_tree(int size, String root) {
    Frontier frontier = new Frontier();
    for (String leaf : LEAVES.subList(0, size)) {
      frontier.append(Merkle.leafHash(HexFormat.of().parseHex(leaf)));
    }

    assertThat(frontier.root().hex()).isEqualTo(root);
    assertThat(frontier.size()).isEqualTo(size);
  }

  /**
   * Leaves are the decimal digits of their index; roots by a recursive Python reading of RFC 6962,
   * 2.1.
   */
  @ParameterizedTest
  @CsvSource({
    "255, 32f85bcaa87d7bcd05728f09e9aeba350ba6a2f733830087f0597682848be5cb",
    "256, 828515d033c19d8c901f37eccb8aed919667703486f8d2fff1cf7040321c5db1",
    "257, 1eda049a4351d86f76252bd7ec0b7746ad75b7fa0316ad5f541dbda458a312c4",
    "65536, f025d06ed804859fd274a1bdacadd6e48ea87634aa91e1edb20143f9498cd02b",
    "65537, dc8795a25fd4bd52a0b84f639fd3139ba160824023d188e428eb5db0f3ce221a"
  })
  void roots_at_tile_edges_agree_with_an_independent_program(int size, String root)
      throws IOException {
    assertThat(Tiles.ofDigits(size).root.hex()).isEqualTo(root);
  }

  private static final Set<Integer> ROOTS_KEPT =
      Stream.concat(
              IntStream.range(0, 64).boxed(), Stream.of(255, 256, 257, 40_000, 65_535, 65_536))
          .collect(Collectors.toSet());

  /** A tree kept as its tiles. */
  private static final class Tiles {
    final Map<TilePath, byte[]> byPath = new HashMap<>();
    final List<Hash> leaves = new ArrayList<>();
    final Map<Integer, Hash> roots = new HashMap<>();
    final TileTree tree;
    final Hash root;

    private Tiles(int size) throws IOException {
      TileBuilder builder = new TileBuilder(byPath::put);
      for (int i = 0; i < size; i++) {
        if (ROOTS_KEPT.contains(i)) {
          roots.put(i, builder.root());
        }
        Hash leaf = Merkle.leafHash(Integer.toString(i).getBytes());
        leaves.add(leaf);
        builder.append(leaf);
      }
      builder.finish();
      root = builder.root();
      roots.put(size, root);
      tree = new TileTree(size, byPath::get);
    }

    static Tiles ofDigits(int size) throws IOException {
      return new Tiles(size);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 8, 31, 33})
  void every_inclusion_proof_of_a_small_tree_verifies_and_no_other(int size) throws IOException {
    Tiles tiles = Tiles.ofDigits(size);

    for (int index = 0; index < size; index++) {
      List<Hash> proof = Merkle.inclusionProof(tiles.tree, index, size);
      for (int claimed = -1; claimed <= size; claimed++) {
        assertThat(
                Merkle.verifyInclusion(tiles.leaves.get(index), claimed, size, tiles.root, proof))
            .as("leaf %d claimed at %d of %d", index, claimed, size)
            .isEqualTo(claimed == index);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 255, 256, 257, 65_536, 65_537})
  void inclusion_proofs_at_tile_edges_verify(int size) throws IOException {
    Tiles tiles = Tiles.ofDigits(size);

    for (int index : List.of(0, size / 2, Math.max(0, size - 2), size - 1)) {
      List<Hash> proof = Merkle.inclusionProof(tiles.tree, index, size);

      assertThat(Merkle.verifyInclusion(tiles.leaves.get(index), index, size, tiles.root, proof))
          .isTrue();
    }
  }

  @Test
  void a_known_leaf_does_not_verify_under_another_index_or_size_with_surplus_hashes()
      throws IOException {
    Tiles tiles = Tiles.ofDigits(8);
    List<Hash> proof = Merkle.inclusionProof(tiles.tree, 3, 8);
    List<Hash> longer = new ArrayList<>(proof);
    longer.add(tiles.root);

    assertThat(Merkle.verifyInclusion(tiles.leaves.get(3), 3, 8, tiles.root, longer)).isFalse();
    assertThat(Merkle.verifyInclusion(tiles.leaves.get(3), 3 + 8, 8, tiles.root, proof)).isFalse();
    assertThat(Merkle.verifyInclusion(tiles.leaves.get(3), 3, 4, tiles.root, proof)).isFalse();
    assertThat(Merkle.verifyInclusion(tiles.leaves.get(3), 3, 9, tiles.root, proof)).isFalse();
    assertThat(Merkle.verifyInclusion(tiles.leaves.get(3), 3, 8, tiles.root, proof.subList(0, 2)))
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 8, 33})
  void every_consistency_proof_of_a_small_tree_verifies_and_no_altered_one(int newer)
      throws IOException {
    Tiles tiles = Tiles.ofDigits(newer);

    for (int older = 0; older <= newer; older++) {
      List<Hash> proof = Merkle.consistencyProof(tiles.tree, older, newer);
      Hash olderRoot = tiles.roots.get(older);

      assertThat(Merkle.verifyConsistency(older, olderRoot, newer, tiles.root, proof))
          .as("%d to %d", older, newer)
          .isTrue();
      assertNoAlteredOneVerifies(older, olderRoot, newer, tiles.root, proof);
    }
  }

  private static void assertNoAlteredOneVerifies(
      int older, Hash olderRoot, int newer, Hash newerRoot, List<Hash> proof) {
    Hash other = Hash.sha256(new byte[] {7});
    for (int i = 0; i < proof.size(); i++) {
      List<Hash> altered = new ArrayList<>(proof);
      altered.set(i, other);
      assertThat(Merkle.verifyConsistency(older, olderRoot, newer, newerRoot, altered)).isFalse();
    }
    List<Hash> longer = new ArrayList<>(proof);
    longer.add(other);
    assertThat(Merkle.verifyConsistency(older, olderRoot, newer, newerRoot, longer)).isFalse();
    assertThat(Merkle.verifyConsistency(older, other, newer, newerRoot, proof)).isFalse();
    if (older > 0) {
      assertThat(Merkle.verifyConsistency(older, olderRoot, newer, other, proof)).isFalse();
    }
    assertThat(Merkle.verifyConsistency(newer + 1L, olderRoot, newer, newerRoot, proof)).isFalse();
  }

  @Test
  void growth_across_tile_edges_verifies() throws IOException {
    int size = 65_537;
    Tiles tiles = Tiles.ofDigits(size);

    for (int older : List.of(0, 1, 2, 31, 255, 256, 257, 40_000, 65_535, 65_536, 65_537)) {
      List<Hash> proof = Merkle.consistencyProof(tiles.tree, older, size);

      assertThat(Merkle.verifyConsistency(older, tiles.roots.get(older), size, tiles.root, proof))
          .as("from %d", older)
          .isTrue();
    }
  }

  /** Widths by the formula of c2sp.org/tlog-tiles: floor(size / 256^level) mod 256. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 255, 256, 257, 65_536, 65_537, 70_000})
  void the_tiles_of_a_tree_are_those_the_specification_lists(int size) throws IOException {
    Tiles tiles = Tiles.ofDigits(size);
    long bytes = 0;
    int files = 0;
    for (int level = 0; TilePath.hashesAt(level, size) > 0; level++) {
      for (TilePath tile : TilePath.ofLevel(level, size)) {
        assertThat(tiles.byPath.get(tile)).as(tile.path()).hasSize(tile.bytes());
        bytes += tile.bytes();
        files++;
      }
    }

    assertThat(tiles.byPath).hasSize(files);
    assertThat(bytes).isEqualTo(32L * (size + size / 256 + size / 65_536));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 256, tile/0/000",
    "0, 273, 112, tile/0/273.p/112",
    "1, 1234067, 256, tile/1/x001/x234/067",
    "0, 1000, 1, tile/0/x001/000.p/1",
    "2, 0, 1, tile/2/000.p/1"
  })
  void tiles_are_named_as_the_specification_says(int level, long index, int width, String path) {
    assertThat(new TilePath(level, index, width).path()).isEqualTo(path);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 20261122})
  void a_copied_frontier_grows_on_its_own(long seed) {
    Random random = new Random(seed);
    Frontier frontier = new Frontier();
    for (int i = 0; i < 1 + random.nextInt(500); i++) {
      frontier.append(Hash.sha256(new byte[] {(byte) i}));
    }
    Hash before = frontier.root();

    new Frontier(frontier).append(Hash.sha256());

    assertThat(frontier.root()).as("seed %d", seed).isEqualTo(before);
  }

  @Test
  void proofs_outside_the_tree_are_refused() throws IOException {
    Tiles tiles = Tiles.ofDigits(3);

    assertThatThrownBy(() -> Merkle.inclusionProof(tiles.tree, 3, 3))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Merkle.consistencyProof(tiles.tree, 4, 3))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
