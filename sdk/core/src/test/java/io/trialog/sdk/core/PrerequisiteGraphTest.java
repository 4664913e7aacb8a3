package io.trialog.sdk.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.sdk.core.Prerequisite.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Protocol clause 9.3: chains of prerequisites end. */
class PrerequisiteGraphTest {
  private static List<Prerequisite> on(String... keys) {
    List<Prerequisite> prerequisites = new ArrayList<>();
    for (String key : keys) {
      prerequisites.add(Prerequisite.of(Kind.EXPERIMENT, key, List.of("on")));
    }
    return prerequisites;
  }

  @Test
  void a_chain_as_long_as_a_snapshot_is_measured_without_recursion() {
    PrerequisiteGraph graph = new PrerequisiteGraph();
    graph.add(Kind.EXPERIMENT, "k0", List.of());
    for (int i = 1; i < 20_000; i++) {
      graph.add(Kind.EXPERIMENT, "k" + i, on("k" + (i - 1)));
    }
    assertThat(graph.ends(Kind.EXPERIMENT, "k0")).isTrue();
    assertThat(graph.ends(Kind.EXPERIMENT, "k16")).isTrue();
    assertThat(graph.ends(Kind.EXPERIMENT, "k17")).isFalse();
    assertThat(graph.ends(Kind.EXPERIMENT, "k19999")).isFalse();
  }

  @Test
  void what_nobody_added_ends_a_chain_and_a_flag_is_not_an_experiment() {
    PrerequisiteGraph graph = new PrerequisiteGraph();
    graph.add(Kind.EXPERIMENT, "a", on("unknown"));
    graph.add(Kind.FLAG, "b", on("b"));
    graph.add(Kind.EXPERIMENT, "c", on("c"));
    assertThat(graph.ends(Kind.EXPERIMENT, "a")).isTrue();
    assertThat(graph.ends(Kind.FLAG, "b")).isTrue();
    assertThat(graph.ends(Kind.EXPERIMENT, "c")).isFalse();
  }

  /** Against a search that simply follows every way. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void it_finds_what_a_plain_search_finds(long seed) {
    Random random = new Random(seed);
    Map<String, List<Prerequisite>> nodes = new HashMap<>();
    PrerequisiteGraph graph = new PrerequisiteGraph();
    for (int i = 0; i < 25; i++) {
      Set<String> below = new HashSet<>();
      while (random.nextInt(5) < 2) {
        below.add("n" + random.nextInt(30));
      }
      nodes.put("n" + i, on(below.toArray(new String[0])));
      graph.add(Kind.EXPERIMENT, "n" + i, nodes.get("n" + i));
    }
    for (String key : nodes.keySet()) {
      assertThat(graph.ends(Kind.EXPERIMENT, key))
          .as("seed %s %s", seed, key)
          .isEqualTo(depth(nodes, key, 0) <= Prerequisite.MAX_DEPTH);
    }
  }

  private static int depth(Map<String, List<Prerequisite>> nodes, String key, int above) {
    if (above > Prerequisite.MAX_DEPTH) {
      return above;
    }
    int deepest = 0;
    for (Prerequisite each : nodes.getOrDefault(key, List.of())) {
      deepest = Math.max(deepest, 1 + depth(nodes, each.key(), above + 1));
    }
    return deepest;
  }
}
