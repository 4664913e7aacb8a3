package io.trialog.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Overrides;
import io.trialog.sdk.core.SnapshotHolder;
import io.trialog.sdk.core.events.Exposure;
import io.trialog.sdk.core.events.Outcome;
import io.trialog.sdk.core.json.JsonReader;
import io.trialog.sdk.core.note.VerifierKey;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Protocol clauses 6.2, 6.3, 9.12 and 9.14, on the vectors of exposures. */
class ExposureVectorsTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("trialog.root"), "sdk", "conformance", "exposures");

  static List<String> folders() throws IOException {
    try (Stream<Path> paths = Files.list(FOLDER)) {
      return paths
          .filter(Files::isDirectory)
          .map(path -> path.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void a_client_leaves_exactly_these_exposures(String folder) throws Exception {
    leavesExactly(folder, Recorder::evaluate);
  }

  @ParameterizedTest
  @MethodSource("folders")
  void and_the_same_ones_when_it_is_asked_for_variants_only(String folder) throws Exception {
    leavesExactly(folder, Recorder::variant);
  }

  /** By which method an experiment is asked. */
  private interface Way {
    Object ask(Recorder recorder, String experiment, Context context, String fallback);
  }

  private static void leavesExactly(String folder, Way way) throws Exception {
    Map<String, Object> vector = vector(folder);
    Told told = new Told();
    SnapshotHolder holder =
        new SnapshotHolder("production", VerifierKey.parse((String) vector.get("vkey")));
    Recorder recorder =
        new Recorder(
            new Recorder.Marks(
                (String) vector.get("environment"),
                (String) vector.get("surface"),
                texts(vector.get("segments")),
                Clock.systemUTC()),
            100_000,
            holder::current,
            told);
    for (Map<String, Object> step : rows(vector.get("steps"))) {
      take(step, folder, holder, recorder, way);
    }
    assertThat(told.problems).isEmpty();
    assertThat(told.exposures).isEqualTo(rows(vector.get("exposures")));
  }

  @Test
  void there_are_cases_with_and_without() throws Exception {
    int evaluations = 0;
    int exposures = 0;
    for (String folder : folders()) {
      evaluations += rows(vector(folder).get("steps")).size();
      exposures += rows(vector(folder).get("exposures")).size();
    }
    assertThat(evaluations).isGreaterThan(1_000);
    assertThat(exposures).isGreaterThan(100);
  }

  private static void take(
      Map<String, Object> step, String folder, SnapshotHolder holder, Recorder recorder, Way way)
      throws Exception {
    Context context = context(step);
    for (Map.Entry<String, Object> part : step.entrySet()) {
      switch (part.getKey()) {
        case "offer" -> holder.offer(Files.readAllBytes(file(folder, (String) part.getValue())));
        case "override" -> recorder.override(overrides(part.getValue()));
        case "evaluate" -> way.ask(recorder, (String) part.getValue(), context, "fallback");
        case "peek" -> recorder.peek((String) part.getValue(), context, "fallback");
        case "all" -> recorder.peekAll(context);
        case "flag" -> recorder.flag((String) part.getValue(), context, "null");
        case "context" -> assertThat(step).hasSize(2);
        default -> throw new IllegalStateException("unknown step " + step);
      }
    }
  }

  private static Path file(String folder, String name) {
    return FOLDER.resolve(folder).resolve(name);
  }

  private static Context context(Map<String, Object> step) {
    Context context = Context.empty();
    for (Map.Entry<String, Object> entry :
        tree(step.getOrDefault("context", Map.of())).entrySet()) {
      String name = entry.getKey();
      context =
          switch (entry.getValue()) {
            case null -> context.with(name, (String) null);
            case Boolean value -> context.with(name, (boolean) value);
            case Long value -> context.with(name, (long) value);
            case BigDecimal value -> context.with(name, value.doubleValue());
            case List<?> value -> context.with(name, texts(value));
            default -> context.with(name, (String) entry.getValue());
          };
    }
    return context;
  }

  private static Overrides overrides(Object value) {
    Overrides overrides = Overrides.none();
    for (Map.Entry<String, Object> experiment : tree(value).entrySet()) {
      for (Map.Entry<String, Object> forced : tree(experiment.getValue()).entrySet()) {
        String variant = (String) forced.getValue();
        overrides =
            forced.getKey().equals("*")
                ? overrides.withAll(experiment.getKey(), variant)
                : overrides.with(experiment.getKey(), forced.getKey(), variant);
      }
    }
    return overrides;
  }

  private static Map<String, Object> vector(String folder) throws Exception {
    return tree(JsonReader.read(Files.readString(file(folder, "case.json"))));
  }

  @SuppressWarnings("unchecked") // The vector files are ours; a wrong shape fails the test.
  private static Map<String, Object> tree(Object value) {
    return (Map<String, Object>) value;
  }

  @SuppressWarnings("unchecked") // As above.
  private static List<Map<String, Object>> rows(Object value) {
    return (List<Map<String, Object>>) value;
  }

  @SuppressWarnings("unchecked") // As above.
  private static List<String> texts(Object value) {
    return (List<String>) value;
  }

  /** What was recorded, as the files have it. */
  private static final class Told implements Recorder.Sink {
    private final List<Map<String, Object>> exposures = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    @Override
    public boolean expose(Exposure exposure) {
      Map<String, Object> flat = new HashMap<>();
      flat.put("experiment", exposure.experiment());
      flat.put("variant", exposure.variant());
      flat.put("subject", exposure.hashedSubject());
      flat.put("surface", exposure.surface());
      flat.put("epoch", (long) exposure.epoch());
      flat.put("position", exposure.position().orElseThrow());
      if (!exposure.segments().isEmpty()) {
        flat.put("segments", exposure.segments());
      }
      return exposures.add(flat);
    }

    @Override
    public void record(Outcome outcome) {
      problems.add("an outcome " + outcome.metric());
    }

    @Override
    public void unexposed(String why) {
      problems.add(why);
    }

    @Override
    public void unrecorded(String why) {
      problems.add(why);
    }
  }
}
