package io.trialog.sdk.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.sdk.core.note.VerifierKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Protocol clauses 4.2, 4.3, 8.2 and 8.3: what becomes of offered notes, one after the other. */
@Tag("vectors")
class SequenceVectorsTest {
  private static final Path FOLDER = Vectors.folder().resolve("sequences");

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
  void each_offer_ends_as_the_vector_says(String folder) throws Exception {
    Map<String, Object> vector = vector(folder);
    SnapshotHolder holder =
        new SnapshotHolder(
            (String) vector.get("environment"), VerifierKey.parse((String) vector.get("vkey")));
    Map<SnapshotRefusedException.Reason, Long> refused =
        new EnumMap<>(SnapshotRefusedException.Reason.class);
    for (Map<String, Object> offer : offers(folder)) {
      String outcome = outcome(holder, bytes(folder, offer));
      assertThat(outcome).as("%s", offer).isEqualTo(offer.get("outcome"));
      if (!Set.of("ACCEPTED", "UNCHANGED").contains(outcome)) {
        refused.merge(SnapshotRefusedException.Reason.valueOf(outcome), 1L, Long::sum);
      }
      Snapshot served = holder.current();
      assertThat(served == null ? null : served.position())
          .as("%s", offer)
          .isEqualTo(offer.get("position"));
      assertThat(asked(served, vector)).as("%s", offer).isEqualTo(offer.get("reason"));
    }
    assertThat(holder.refusals()).isEqualTo(refused);
  }

  @Test
  void every_outcome_is_in_some_sequence() throws Exception {
    Set<Object> seen = new HashSet<>();
    int offers = 0;
    for (String folder : folders()) {
      for (Map<String, Object> offer : offers(folder)) {
        seen.add(offer.get("outcome"));
        offers++;
      }
    }
    // Clause 4.3, but for a runtime without Ed25519, which is no matter of the bytes.
    Set<Object> all =
        Set.of(
            "ACCEPTED",
            "UNCHANGED",
            "TOO_LARGE",
            "NOT_UTF8",
            "NOT_A_NOTE",
            "NOT_SIGNED_BY_KEY",
            "BAD_SIGNATURE",
            "NOT_CANONICAL",
            "UNKNOWN_FORMAT",
            "INVALID",
            "OTHER_ENVIRONMENT",
            "OLDER_POSITION");
    assertThat(seen).isEqualTo(all);
    assertThat(offers).isGreaterThan(600);
  }

  private static String outcome(SnapshotHolder holder, byte[] note) {
    try {
      return holder.offer(note).name();
    } catch (SnapshotRefusedException e) {
      return e.reason().name();
    }
  }

  private static byte[] bytes(String folder, Map<String, Object> offer) throws IOException {
    if (offer.containsKey("filler")) {
      byte[] filler = new byte[Math.toIntExact((Long) offer.get("filler"))];
      Arrays.fill(filler, (byte) 'x');
      return filler;
    }
    return Files.readAllBytes(FOLDER.resolve(folder).resolve((String) offer.get("note")));
  }

  @SuppressWarnings("unchecked") // The vector files are ours; a wrong shape fails the test.
  private static String asked(Snapshot served, Map<String, Object> vector) {
    Map<String, Object> question = (Map<String, Object>) vector.get("question");
    return Vectors.decided(
            served,
            (String) question.get("experiment"),
            Vectors.context(question),
            (String) question.get("fallback"),
            Overrides.none())
        .reason()
        .name();
  }

  private static List<Map<String, Object>> offers(String folder) {
    return Vectors.cases(vector(folder).get("offers"));
  }

  @SuppressWarnings("unchecked") // As above.
  private static Map<String, Object> vector(String folder) {
    return (Map<String, Object>) Vectors.read("sequences/" + folder + "/case.json");
  }
}
