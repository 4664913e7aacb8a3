package io.trialog.sdk.core;

import io.trialog.sdk.core.json.JsonException;
import io.trialog.sdk.core.json.JsonWriter;
import io.trialog.sdk.core.note.NoteSigner;
import io.trialog.sdk.core.targeting.Condition;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Writes a snapshot as its canonical JSON (protocol clause 3.1): the same snapshot gives the same
 * bytes on any machine. Pure functions.
 */
public final class SnapshotWriter {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private SnapshotWriter() {}

  /** The canonical JSON, one line without its end. */
  public static String json(Snapshot snapshot) {
    try {
      return JsonWriter.write(tree(snapshot));
    } catch (JsonException e) {
      throw new IllegalStateException("the model admits only what can be written", e);
    }
  }

  /**
   * The signed note of a snapshot, as it is served.
   *
   * @param signer of the snapshot's environment
   * @throws IllegalArgumentException when the signer's name is not {@code trialog/<environment>}
   */
  public static String note(Snapshot snapshot, NoteSigner signer) {
    String name = signerName(snapshot.environment());
    if (!signer.verifierKey().name().equals(name)) {
      throw new IllegalArgumentException(
          "expected the signer " + name + ", found " + signer.verifierKey().name());
    }
    return signer.sign(json(snapshot) + "\n");
  }

  /** The name of an environment's snapshot signer. */
  public static String signerName(String environment) {
    return "trialog/" + environment;
  }

  static String time(Instant time) {
    return TIME.format(time);
  }

  private static Map<String, Object> tree(Snapshot snapshot) {
    Map<String, Object> tree = new HashMap<>();
    boolean more = snapshot.format() == 2;
    tree.put("environment", snapshot.environment());
    tree.put(
        "experiments",
        each(snapshot.experiments(), more ? SnapshotWriter::tree : SnapshotWriter::firstTree));
    tree.put("format", snapshot.format());
    tree.put("position", snapshot.position());
    tree.put("time", time(snapshot.time()));
    if (more) {
      tree.put("exclusion_sets", each(snapshot.exclusionSets(), SnapshotWriter::tree));
      tree.put("flags", each(snapshot.flags(), SnapshotWriter::tree));
      tree.put("holdouts", each(snapshot.holdouts(), SnapshotWriter::tree));
      tree.put("kill_switch", snapshot.killSwitch());
    }
    return tree;
  }

  private static <T> List<Object> each(List<T> parts, Function<T, Map<String, Object>> tree) {
    List<Object> trees = new ArrayList<>();
    for (T part : parts) {
      trees.add(tree.apply(part));
    }
    return trees;
  }

  private static Map<String, Object> firstTree(Experiment experiment) {
    Map<String, Object> tree = common(experiment);
    tree.put("targeting", each(experiment.targeting().worded("targeting"), Condition::tree));
    return tree;
  }

  private static Map<String, Object> tree(Experiment experiment) {
    Map<String, Object> tree = common(experiment);
    tree.put("exclusion_sets", each(experiment.reservations(), SnapshotWriter::tree));
    tree.put("namespace", experiment.namespace());
    tree.put("prerequisites", each(experiment.prerequisites(), SnapshotWriter::tree));
    tree.put("targeting", experiment.targeting().tree());
    return tree;
  }

  private static Map<String, Object> common(Experiment experiment) {
    Map<String, Object> tree = new HashMap<>();
    tree.put("allocation", each(experiment.allocation(), SnapshotWriter::tree));
    tree.put("control", experiment.control());
    tree.put("epoch", experiment.epoch());
    putPresent(tree, "fallback_unit", experiment.fallbackUnit());
    tree.put("key", experiment.key());
    tree.put("salt", experiment.salt());
    tree.put("status", experiment.status().word());
    tree.put("surface", experiment.surface());
    tree.put("unit", experiment.unit());
    tree.put("variants", variants(experiment.variants()));
    putPresent(tree, "winner", experiment.winner());
    return tree;
  }

  private static Map<String, Object> tree(SlotRange range) {
    return Map.of("from", range.from(), "to", range.to(), "variant", range.variant());
  }

  private static Map<String, Object> tree(Prerequisite prerequisite) {
    return Map.of(
        "key", prerequisite.key(),
        "kind", prerequisite.kind().word(),
        "variants", prerequisite.variants());
  }

  private static Map<String, Object> tree(ExclusionSet.Reservation reservation) {
    List<Object> ranges = new ArrayList<>();
    int[] bounds = reservation.bounds();
    for (int i = 0; i < bounds.length; i += 2) {
      ranges.add(Map.of("from", bounds[i], "to", bounds[i + 1]));
    }
    return Map.of("ranges", ranges, "set", reservation.set());
  }

  private static Map<String, Object> tree(ExclusionSet set) {
    return Map.of("key", set.key(), "salt", set.salt(), "unit", set.unit());
  }

  private static Map<String, Object> tree(Holdout holdout) {
    Map<String, Object> scope = new HashMap<>();
    scope.put("kind", holdout.scope().word());
    if (!holdout.of().isEmpty()) {
      scope.put("value", holdout.of());
    }
    return Map.of(
        "key", holdout.key(),
        "salt", holdout.salt(),
        "scope", scope,
        "slots", holdout.slots(),
        "unit", holdout.unit());
  }

  private static Map<String, Object> tree(Flag flag) {
    Map<String, Object> tree = new HashMap<>();
    tree.put("enabled", flag.enabled());
    putPresent(tree, "fallback_unit", flag.fallbackUnit());
    tree.put("key", flag.key());
    tree.put("killed", flag.killed());
    tree.put("off", flag.off());
    tree.put("prerequisites", each(flag.prerequisites(), SnapshotWriter::tree));
    tree.put("rollout", each(flag.rollout(), SnapshotWriter::tree));
    tree.put("rules", each(flag.rules(), SnapshotWriter::tree));
    tree.put("salt", flag.salt());
    tree.put("type", flag.type().word());
    tree.put("unit", flag.unit());
    tree.put("variants", each(flag.variants(), SnapshotWriter::tree));
    return tree;
  }

  private static Map<String, Object> tree(Flag.Rule rule) {
    return Map.of(
        "rollout",
        each(rule.rollout(), SnapshotWriter::tree),
        "targeting",
        rule.targeting().tree());
  }

  private static Map<String, Object> tree(Flag.Value value) {
    return Map.of("key", value.key(), "value", value.value());
  }

  private static List<Object> variants(List<Variant> variants) {
    List<Object> trees = new ArrayList<>();
    for (Variant variant : variants) {
      Map<String, Object> tree = new HashMap<>();
      tree.put("key", variant.key());
      putPresent(tree, "payload", variant.payload());
      trees.add(tree);
    }
    return trees;
  }

  private static void putPresent(Map<String, Object> tree, String name, Optional<String> value) {
    value.ifPresent(text -> tree.put(name, text));
  }
}
