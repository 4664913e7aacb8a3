package io.trialog.sdk.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.sdk.core.note.NoteSigner;
import io.trialog.sdk.core.note.VerifierKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
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

/** Protocol clauses 3 to 6.1, on the vectors. */
@Tag("vectors")
class EvaluationVectorsTest {
  private static final Path FOLDER = Vectors.folder().resolve("evaluation");

  static List<String> answered() throws IOException {
    return folders().filter(name -> !name.endsWith("_refused")).toList();
  }

  static List<String> refused() throws IOException {
    return folders().filter(name -> name.endsWith("_refused")).toList();
  }

  private static Stream<String> folders() throws IOException {
    try (Stream<Path> paths = Files.list(FOLDER)) {
      return paths
          .filter(Files::isDirectory)
          .map(path -> path.getFileName().toString())
          .sorted()
          .toList()
          .stream();
    }
  }

  @Test
  void there_is_a_vector_for_every_reason_that_a_snapshot_can_give() throws Exception {
    Set<String> seen = new TreeSet<>();
    for (String folder : answered()) {
      for (Map<String, Object> question : questions(folder)) {
        seen.add((String) answer(question).get("reason"));
      }
    }
    Set<String> all =
        Stream.of(Reason.values()).map(Enum::name).collect(Collectors.toCollection(TreeSet::new));
    // The first two are the SDK's own state, which EvaluatorTest proves; the others are format 2's.
    all.removeAll(Set.of("NOT_READY", "ERROR", "GLOBAL_KILL"));
    all.removeAll(Set.of("PREREQUISITE_FAILED", "HELD_OUT", "EXCLUDED"));
    assertThat(seen).isEqualTo(all);
    assertThat(refused()).hasSizeGreaterThanOrEqualTo(25);
  }

  @ParameterizedTest
  @MethodSource("answered")
  void every_question_gets_its_answer(String folder) throws Exception {
    Snapshot snapshot = open(folder);
    assertThat(questions(folder)).isNotEmpty();
    for (Map<String, Object> question : questions(folder)) {
      Decision decision =
          Vectors.decided(
              snapshot,
              (String) question.get("experiment"),
              Vectors.context(question),
              (String) question.get("fallback"),
              Vectors.overrides(question));
      assertThat(Vectors.flat(decision)).as("%s", question).isEqualTo(answer(question));
    }
  }

  @ParameterizedTest
  @MethodSource("answered")
  void writing_the_model_again_gives_the_same_bytes(String folder) throws Exception {
    String note = Files.readString(FOLDER.resolve(folder).resolve("snapshot.note"));
    assertThat(note).startsWith(SnapshotWriter.json(open(folder)) + "\n\n");
  }

  @Test
  void signing_the_model_again_gives_the_note_of_the_generator() throws Exception {
    byte[] seed =
        MessageDigest.getInstance("SHA-256")
            .digest("trialog conformance trialog/production".getBytes(StandardCharsets.UTF_8));
    byte[] typed = new byte[33];
    typed[0] = 1;
    System.arraycopy(seed, 0, typed, 1, 32);
    String id = ((String) vector("assigned").get("vkey")).split("\\+", 3)[1];
    NoteSigner signer =
        NoteSigner.parse(
            "PRIVATE+KEY+trialog/production+"
                + id
                + "+"
                + Base64.getEncoder().encodeToString(typed));
    assertThat(SnapshotWriter.note(open("assigned"), signer).getBytes(StandardCharsets.UTF_8))
        .isEqualTo(note("assigned"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void every_bad_snapshot_is_refused_for_its_reason_and_counted(String folder) throws Exception {
    Map<String, Object> vector = vector(folder);
    SnapshotHolder holder =
        new SnapshotHolder(
            (String) vector.get("environment"), VerifierKey.parse((String) vector.get("vkey")));
    Path served = FOLDER.resolve(folder).resolve("served.note");
    if (Files.exists(served)) {
      assertThat(holder.offer(Files.readAllBytes(served))).isEqualTo(SnapshotHolder.Offer.ACCEPTED);
    }
    Snapshot before = holder.current();
    SnapshotRefusedException.Reason reason =
        SnapshotRefusedException.Reason.valueOf((String) vector.get("reason"));
    assertThatThrownBy(() -> holder.offer(note(folder)))
        .isInstanceOfSatisfying(
            SnapshotRefusedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    assertThat(holder.refusals()).isEqualTo(Map.of(reason, 1L));
    assertThat(holder.current()).isSameAs(before);
  }

  private static Snapshot open(String folder) throws Exception {
    Map<String, Object> vector = vector(folder);
    Snapshot snapshot =
        SnapshotReader.open(
            note(folder),
            VerifierKey.parse((String) vector.get("vkey")),
            (String) vector.get("environment"));
    assertThat(snapshot.position()).isEqualTo(vector.get("position"));
    return snapshot;
  }

  private static byte[] note(String folder) throws IOException {
    return Files.readAllBytes(FOLDER.resolve(folder).resolve("snapshot.note"));
  }

  @SuppressWarnings("unchecked") // The vector files are ours; a wrong shape fails the test.
  private static Map<String, Object> vector(String folder) {
    return (Map<String, Object>) Vectors.read("evaluation/" + folder + "/case.json");
  }

  private static List<Map<String, Object>> questions(String folder) {
    return Vectors.cases(vector(folder).get("questions"));
  }

  @SuppressWarnings("unchecked") // As above.
  private static Map<String, Object> answer(Map<String, Object> question) {
    return (Map<String, Object>) question.get("answer");
  }
}
