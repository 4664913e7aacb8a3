package io.trialog.sdk.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.sdk.core.note.VerifierKey;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Protocol clause 9, on the vectors of the topics that are about snapshots of format 2. */
@Tag("vectors")
class FormatTwoVectorsTest {
  private static final Path FOLDER = Vectors.folder();
  private static final List<String> TOPICS = List.of("format-2", "overrides", "fallback-unit");

  static List<String> answered() throws IOException {
    return folders().stream().filter(name -> !name.endsWith("_refused")).toList();
  }

  static List<String> refused() throws IOException {
    return folders().stream().filter(name -> name.endsWith("_refused")).toList();
  }

  private static List<String> folders() throws IOException {
    List<String> folders = new ArrayList<>();
    for (String topic : TOPICS) {
      try (Stream<Path> paths = Files.list(FOLDER.resolve(topic))) {
        paths
            .filter(Files::isDirectory)
            .map(path -> topic + "/" + path.getFileName())
            .sorted()
            .forEach(folders::add);
      }
    }
    return folders;
  }

  @Test
  void there_are_vectors_for_every_reason_that_a_snapshot_can_give() throws Exception {
    Set<String> experiments = new TreeSet<>();
    Set<String> flags = new TreeSet<>();
    int questions = 0;
    for (String folder : answered()) {
      for (Map<String, Object> question : questions(folder)) {
        String reason = (String) answer(question).get("reason");
        (question.containsKey("flag") ? flags : experiments).add(reason);
        questions++;
      }
    }
    assertThat(experiments).isEqualTo(allBut(Reason.values()));
    assertThat(flags).isEqualTo(allBut(FlagReason.values()));
    assertThat(questions).isGreaterThan(3_000);
    assertThat(refused()).hasSizeGreaterThan(100);
  }

  /** NOT_READY and ERROR are the SDK's own state; EvaluatorTest proves them. */
  private static Set<String> allBut(Enum<?>[] reasons) {
    return Stream.of(reasons)
        .map(Enum::name)
        .filter(name -> !Set.of("NOT_READY", "ERROR").contains(name))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @MethodSource("answered")
  void every_question_gets_its_answer(String folder) throws Exception {
    Snapshot snapshot = open(folder);
    assertThat(questions(folder)).isNotEmpty();
    for (Map<String, Object> question : questions(folder)) {
      assertThat(answered(snapshot, question)).as("%s", question).isEqualTo(answer(question));
    }
  }

  private static Map<String, Object> answered(Snapshot snapshot, Map<String, Object> question) {
    String fallback = (String) question.get("fallback");
    Context context = Vectors.context(question);
    String flag = (String) question.get("flag");
    return flag == null
        ? Vectors.flat(
            Vectors.decided(
                snapshot,
                (String) question.get("experiment"),
                context,
                fallback,
                Vectors.overrides(question)))
        : flat(Evaluator.evaluateFlag(snapshot, flag, context, fallback));
  }

  private static Map<String, Object> flat(FlagDecision decision) {
    Map<String, Object> flat = new HashMap<>();
    flat.put("variant", decision.variant().orElse(null));
    flat.put("value", decision.value());
    flat.put("reason", decision.reason().name());
    flat.put("rule", decision.rule().isPresent() ? (long) decision.rule().getAsInt() : null);
    flat.put("slot", decision.slot().isPresent() ? (long) decision.slot().getAsInt() : null);
    return flat;
  }

  @ParameterizedTest
  @MethodSource("answered")
  void writing_the_model_again_gives_the_same_bytes(String folder) throws Exception {
    String note = Files.readString(FOLDER.resolve(folder).resolve("snapshot.note"));
    assertThat(note).startsWith(SnapshotWriter.json(open(folder)) + "\n\n");
    assertThat(open(folder)).isEqualTo(open(folder));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void every_bad_snapshot_is_refused_for_its_reason(String folder) throws Exception {
    assertThatThrownBy(() -> open(folder))
        .isInstanceOfSatisfying(
            SnapshotRefusedException.class,
            e -> assertThat(e.reason().name()).isEqualTo(vector(folder).get("reason")));
  }

  private static Snapshot open(String folder) throws Exception {
    Map<String, Object> vector = vector(folder);
    Snapshot snapshot =
        SnapshotReader.open(
            Files.readAllBytes(FOLDER.resolve(folder).resolve("snapshot.note")),
            VerifierKey.parse((String) vector.get("vkey")),
            (String) vector.get("environment"));
    assertThat(snapshot.position()).isEqualTo(vector.get("position"));
    return snapshot;
  }

  @SuppressWarnings("unchecked") // The vector files are ours; a wrong shape fails the test.
  private static Map<String, Object> vector(String folder) {
    return (Map<String, Object>) Vectors.read(folder + "/case.json");
  }

  private static List<Map<String, Object>> questions(String folder) {
    return Vectors.cases(vector(folder).get("questions"));
  }

  @SuppressWarnings("unchecked") // As above.
  private static Map<String, Object> answer(Map<String, Object> question) {
    return (Map<String, Object>) question.get("answer");
  }

  /** The plainest proof that the reading of this class is not what makes vectors pass. */
  @Test
  void a_context_of_the_vectors_keeps_its_types() {
    Map<String, Object> values = new HashMap<>();
    values.put("text", "1");
    values.put("number", 1L);
    values.put("decimal", new BigDecimal("1.5"));
    values.put("truth", true);
    values.put("set", List.of("x"));
    values.put("nothing", null);
    Context context = Vectors.context(Map.of("context", values));
    assertThat(context.value("text")).isEqualTo("1");
    assertThat(((Number) context.value("number")).doubleValue()).isEqualTo(1.0);
    assertThat(((Number) context.value("decimal")).doubleValue()).isEqualTo(1.5);
    assertThat(context.value("truth")).isEqualTo(true);
    assertThat(context.value("set")).isEqualTo(Set.of("x"));
    assertThat(context.value("nothing")).isNull();
  }
}
