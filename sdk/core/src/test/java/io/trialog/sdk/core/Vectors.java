package io.trialog.sdk.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.sdk.core.json.JsonException;
import io.trialog.sdk.core.json.JsonReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The conformance vectors that every SDK reads. */
final class Vectors {
  private Vectors() {}

  static Path folder() {
    return Path.of(System.getProperty("trialog.root"), "sdk", "conformance");
  }

  static Object read(String file) {
    try {
      return JsonReader.read(Files.readString(folder().resolve(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (JsonException e) {
      throw new IllegalStateException(file, e);
    }
  }

  @SuppressWarnings("unchecked") // The vector files are ours; a wrong shape fails the test.
  static List<List<Object>> rows(Object value) {
    return (List<List<Object>>) value;
  }

  @SuppressWarnings("unchecked") // As above.
  static List<Map<String, Object>> cases(Object value) {
    return (List<Map<String, Object>>) value;
  }

  /** A decision as the files have it. */
  static Map<String, Object> flat(Decision decision) {
    Map<String, Object> flat = new HashMap<>();
    flat.put("variant", decision.variant());
    flat.put("reason", decision.reason().name());
    flat.put("payload", decision.payload().orElse(null));
    flat.put("slot", decision.slot().isPresent() ? (long) decision.slot().getAsInt() : null);
    flat.put("epoch", decision.epoch().isPresent() ? (long) decision.epoch().getAsInt() : null);
    flat.put("unit", decision.unit().orElse(null));
    flat.put("hashed_subject", decision.hashedSubject().orElse(null));
    return flat;
  }

  /** The decision, which every other way to ask must agree with. */
  static Decision decided(
      Snapshot snapshot, String experiment, Context context, String fallback, Overrides overrides) {
    Decision decision = Evaluator.evaluate(snapshot, experiment, context, fallback, overrides);
    String variant = decision.variant();
    assertThat(Evaluator.variant(snapshot, experiment, context, fallback, overrides))
        .isEqualTo(variant);
    List<String> asked = new ArrayList<>();
    ExposureMemory all =
        (known, shown, unit, subject) -> asked.addAll(List.of(known.key(), shown, unit, subject));
    assertThat(Evaluator.variantIfRecorded(snapshot, experiment, context, fallback, overrides, all))
        .isEqualTo(variant);
    assertThat(decision.isIn(all)).isEqualTo(decision.assigned());
    List<String> exposure =
        decision.assigned()
            ? List.of(
                experiment,
                variant,
                decision.unit().orElseThrow(),
                decision.subject().orElseThrow())
            : List.of();
    assertThat(asked.subList(0, asked.size() / 2)).isEqualTo(exposure);
    assertThat(asked.subList(asked.size() / 2, asked.size())).isEqualTo(exposure);
    ExposureMemory none = (known, shown, unit, subject) -> false;
    assertThat(
            Evaluator.variantIfRecorded(snapshot, experiment, context, fallback, overrides, none))
        .isEqualTo(decision.assigned() ? null : variant);
    assertThat(decision.isIn(none)).isFalse();
    return decision;
  }

  /** The context of a question; null is an attribute that is not there. */
  @SuppressWarnings("unchecked") // As above.
  static Context context(Map<String, Object> question) {
    Context context = Context.empty();
    for (var entry : ((Map<String, Object>) question.get("context")).entrySet()) {
      String name = entry.getKey();
      context =
          switch (entry.getValue()) {
            case null -> context.with(name, (String) null);
            case Boolean value -> context.with(name, (boolean) value);
            case Long value -> context.with(name, (long) value);
            case BigDecimal value -> context.with(name, value.doubleValue());
            case List<?> value -> context.with(name, (List<String>) value);
            default -> context.with(name, (String) entry.getValue());
          };
    }
    return context;
  }

  @SuppressWarnings("unchecked") // As above.
  static Overrides overrides(Map<String, Object> question) {
    Overrides overrides = Overrides.none();
    var tree = (Map<String, Map<String, String>>) question.getOrDefault("overrides", Map.of());
    for (var experiment : tree.entrySet()) {
      for (var forced : experiment.getValue().entrySet()) {
        overrides =
            forced.getKey().equals("*")
                ? overrides.withAll(experiment.getKey(), forced.getValue())
                : overrides.with(experiment.getKey(), forced.getKey(), forced.getValue());
      }
    }
    return overrides;
  }
}
