package io.trialog.sdk.core;

import io.trialog.sdk.core.json.JsonException;
import io.trialog.sdk.core.json.JsonWriter;
import io.trialog.sdk.core.note.NoteSigner;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

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
    List<Object> experiments = new ArrayList<>();
    for (Experiment experiment : snapshot.experiments()) {
      experiments.add(tree(experiment));
    }
    return Map.of(
        "environment", snapshot.environment(),
        "experiments", experiments,
        "format", Snapshot.FORMAT,
        "position", snapshot.position(),
        "time", time(snapshot.time()));
  }

  private static Map<String, Object> tree(Experiment experiment) {
    Map<String, Object> tree = new HashMap<>();
    tree.put("allocation", ranges(experiment.allocation()));
    tree.put("control", experiment.control());
    tree.put("epoch", experiment.epoch());
    putPresent(tree, "fallback_unit", experiment.fallbackUnit());
    tree.put("key", experiment.key());
    tree.put("salt", experiment.salt());
    tree.put("status", experiment.status().word());
    tree.put("surface", experiment.surface());
    tree.put("targeting", conditions(experiment.targeting()));
    tree.put("unit", experiment.unit());
    tree.put("variants", variants(experiment.variants()));
    putPresent(tree, "winner", experiment.winner());
    return tree;
  }

  private static List<Object> ranges(List<SlotRange> ranges) {
    List<Object> trees = new ArrayList<>();
    for (SlotRange range : ranges) {
      trees.add(Map.of("from", range.from(), "to", range.to(), "variant", range.variant()));
    }
    return trees;
  }

  private static List<Object> conditions(List<Condition> conditions) {
    List<Object> trees = new ArrayList<>();
    for (Condition condition : conditions) {
      trees.add(
          Map.of(
              "attribute", condition.attribute(),
              "operator", condition.operator().word(),
              "values", condition.values()));
    }
    return trees;
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
