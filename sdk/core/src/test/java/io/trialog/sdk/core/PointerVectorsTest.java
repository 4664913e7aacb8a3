package io.trialog.sdk.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.sdk.core.note.VerifierKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Protocol clauses 12.8, 13.6 and 13.7, on the vectors: what one client meets, step by step. */
@Tag("vectors")
class PointerVectorsTest {
  private static final Path FOLDER = Vectors.folder().resolve("pointers");

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
  void each_step_ends_as_the_vector_says(String folder) throws Exception {
    Map<String, Object> vector = vector(folder);
    SnapshotHolder holder =
        new SnapshotHolder(
            (String) vector.get("environment"), VerifierKey.parse((String) vector.get("vkey")));
    int number = 0;
    for (Map<String, Object> step : steps(folder)) {
      String which = folder + ", step " + ++number;
      if (step.containsKey("statement")) {
        assertThat(learnt(holder, (String) step.get("statement")))
            .as(which)
            .isEqualTo(step.get("answer"));
      } else if (step.containsKey("note")) {
        assertThat(offered(holder, (String) step.get("note")))
            .as(which)
            .isEqualTo(step.get("answer"));
      } else {
        point(holder, step, which);
      }
      Snapshot served = holder.current();
      assertThat(served == null ? null : served.position()).as(which).isEqualTo(step.get("served"));
    }
  }

  private static void point(SnapshotHolder holder, Map<String, Object> step, String which) {
    SnapshotPointer pointer;
    try {
      pointer = holder.point(bytes(step));
    } catch (SnapshotRefusedException e) {
      assertThat(e.reason().name()).as(which).isEqualTo(step.get("answer"));
      return;
    }
    assertThat("accepted").as(which).isEqualTo(step.get("answer"));
    assertThat(pointer.position()).as(which).isEqualTo(step.get("position"));
    assertThat(pointer.file()).as(which).isEqualTo(step.get("file"));
    assertThat(SnapshotWriter.time(pointer.issued())).as(which).isEqualTo(step.get("issued"));
    Snapshot served = holder.trusted();
    boolean fetches = served == null || pointer.position() > served.position();
    assertThat(fetches).as(which).isEqualTo(step.get("fetch"));
    String content = (String) step.get("content");
    if (content != null) {
      assertThat(pointer.names(utf8(content)) ? offered(holder, content) : "OTHER_HASH")
          .as(which)
          .isEqualTo(step.get("content_answer"));
    }
    assertThat(holder.isConfirmedBy(pointer)).as(which).isEqualTo(step.get("confirms"));
  }

  private static byte[] bytes(Map<String, Object> step) {
    if (step.containsKey("filler")) {
      return utf8("x".repeat(Math.toIntExact((Long) step.get("filler"))));
    }
    return step.containsKey("hex")
        ? HexFormat.of().parseHex((String) step.get("hex"))
        : utf8((String) step.get("pointer"));
  }

  private static String learnt(SnapshotHolder holder, String statement) {
    int before = holder.keys().statements().size();
    List<String> refused = holder.learn(List.of(statement));
    if (!refused.isEmpty()) {
      return refused.get(0).substring(0, refused.get(0).indexOf(':'));
    }
    return holder.keys().statements().size() > before ? "learnt" : "nothing";
  }

  private static String offered(SnapshotHolder holder, String note) {
    try {
      return holder.offer(utf8(note)).name().toLowerCase(Locale.ROOT);
    } catch (SnapshotRefusedException e) {
      return e.reason().name();
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void the_vectors_give_every_answer() throws Exception {
    Set<Object> seen = new TreeSet<>();
    int pointers = 0;
    for (String folder : folders()) {
      for (Map<String, Object> step : steps(folder)) {
        if (!step.containsKey("statement") && !step.containsKey("note")) {
          pointers++;
          seen.add(Boolean.TRUE.equals(step.get("confirms")) ? "confirms" : step.get("answer"));
        }
      }
    }
    // Clause 4.3, but for a runtime without Ed25519; a pointer is no JSON and has no format.
    assertThat(seen)
        .containsExactlyInAnyOrder(
            "accepted",
            "confirms",
            "TOO_LARGE",
            "NOT_UTF8",
            "NOT_A_NOTE",
            "NOT_SIGNED_BY_KEY",
            "KEY_REVOKED",
            "KEY_RETIRED",
            "BAD_SIGNATURE",
            "INVALID",
            "OTHER_ENVIRONMENT",
            "OLDER_POSITION");
    assertThat(pointers).isGreaterThan(500);
  }

  private static List<Map<String, Object>> steps(String folder) {
    return Vectors.cases(vector(folder).get("steps"));
  }

  @SuppressWarnings("unchecked") // The vector files are ours; a wrong shape fails the test.
  private static Map<String, Object> vector(String folder) {
    return (Map<String, Object>) Vectors.read("pointers/" + folder + "/case.json");
  }
}
