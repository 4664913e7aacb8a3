package io.trialog.sdk.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.sdk.core.SnapshotRefusedException.Reason;
import io.trialog.sdk.core.note.VerifierKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Protocol clause 10, on the vectors. */
class DeltaVectorsTest {
  private static final Path FOLDER = Vectors.folder().resolve("deltas");

  static List<String> accepted() throws IOException {
    return folders().stream().filter(name -> !name.endsWith("_refused")).toList();
  }

  static List<String> refused() throws IOException {
    return folders().stream().filter(name -> name.endsWith("_refused")).toList();
  }

  private static List<String> folders() throws IOException {
    try (Stream<Path> paths = Files.list(FOLDER)) {
      return paths
          .filter(Files::isDirectory)
          .map(path -> path.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void there_are_vectors_for_both_answers() throws Exception {
    assertThat(accepted()).hasSizeGreaterThan(30);
    assertThat(refused()).hasSizeGreaterThan(60);
    Set<String> reasons = new TreeSet<>();
    for (String folder : refused()) {
      reasons.add((String) vector(folder).get("reason"));
    }
    assertThat(reasons).contains("TOO_LARGE", "NOT_UTF8", "BAD_DELTA", "UNKNOWN_BASE");
    assertThat(reasons).contains("BAD_SIGNATURE", "NOT_SIGNED_BY_KEY", "OLDER_POSITION");
  }

  /** Clauses 10.2, 10.3. */
  @ParameterizedTest
  @MethodSource("accepted")
  void a_delta_makes_the_note_that_a_whole_one_would_be(String folder) throws Exception {
    SnapshotHolder holder = serving(folder);
    byte[] note = holder.whole(file(folder, "delta.data"));
    assertThat(note).isEqualTo(file(folder, "snapshot.note"));
    assertThat(holder.offer(note)).isEqualTo(SnapshotHolder.Offer.ACCEPTED);
    assertThat(served(holder).position()).isEqualTo(vector(folder).get("position"));
    assertThat(holder.refusals()).isEmpty();
  }

  /** Writing what was read gives the same bytes. */
  @ParameterizedTest
  @MethodSource("accepted")
  void a_delta_is_written_as_it_was_read(String folder) throws Exception {
    byte[] data = file(folder, "delta.data");
    assertThat(SnapshotDelta.parse(data).data()).isEqualTo(data);
  }

  /** Clause 10.4. */
  @ParameterizedTest
  @MethodSource("refused")
  void every_bad_delta_is_refused_for_its_reason_and_counted(String folder) throws Exception {
    SnapshotHolder holder = serving(folder);
    Snapshot before = holder.current();
    Reason reason = Reason.valueOf((String) vector(folder).get("reason"));
    assertThatThrownBy(() -> holder.offer(holder.whole(file(folder, "delta.data"))))
        .isInstanceOfSatisfying(
            SnapshotRefusedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    assertThat(holder.refusals()).isEqualTo(Map.of(reason, 1L));
    assertThat(holder.current()).isSameAs(before);
  }

  /** Clause 10.3: what one delta has made is the base of the next. */
  @Test
  void a_delta_starts_from_what_a_delta_made() throws Exception {
    SnapshotHolder holder = serving("kill");
    byte[] first = file("kill", "delta.data");
    holder.offer(holder.whole(first));
    assertThatThrownBy(() -> holder.whole(first))
        .isInstanceOfSatisfying(
            SnapshotRefusedException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.UNKNOWN_BASE));
    String text = SnapshotWriter.json(served(holder)) + "\n";
    int length = text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    SnapshotDelta same =
        new SnapshotDelta(124, List.of(SnapshotDelta.Part.range(0, length)), signature("kill"));
    assertThat(holder.offer(holder.whole(same.data()))).isEqualTo(SnapshotHolder.Offer.UNCHANGED);
  }

  private static String signature(String folder) throws IOException {
    String note = Files.readString(FOLDER.resolve(folder).resolve("snapshot.note"));
    return note.substring(note.lastIndexOf("\n\n") + 2).strip();
  }

  private static SnapshotHolder serving(String folder) throws Exception {
    Map<String, Object> vector = vector(folder);
    SnapshotHolder holder =
        new SnapshotHolder(
            (String) vector.get("environment"), VerifierKey.parse((String) vector.get("vkey")));
    if (Files.exists(FOLDER.resolve(folder).resolve("served.note"))) {
      holder.offer(file(folder, "served.note"));
    }
    return holder;
  }

  private static Snapshot served(SnapshotHolder holder) {
    Snapshot served = holder.current();
    if (served == null) {
      throw new AssertionError("nothing is served");
    }
    return served;
  }

  private static byte[] file(String folder, String name) throws IOException {
    return Files.readAllBytes(FOLDER.resolve(folder).resolve(name));
  }

  @SuppressWarnings("unchecked") // The vector files are ours; a wrong shape fails the test.
  private static Map<String, Object> vector(String folder) {
    return (Map<String, Object>) Vectors.read("deltas/" + folder + "/case.json");
  }
}
