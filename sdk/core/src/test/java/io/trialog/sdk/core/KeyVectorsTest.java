package io.trialog.sdk.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.sdk.core.note.VerifierKey;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Protocol clause 12, on the vectors. */
class KeyVectorsTest {
  @SuppressWarnings("unchecked") // The vector files are ours; a wrong shape fails the test.
  private static List<Map<String, Object>> stories() {
    return (List<Map<String, Object>>) Vectors.read("keys/vectors.json");
  }

  static List<String> names() {
    return stories().stream().map(story -> (String) story.get("name")).toList();
  }

  @ParameterizedTest
  @MethodSource("names")
  void every_step_has_the_answer_of_the_vector(String name) throws Exception {
    Map<String, Object> story =
        stories().stream().filter(each -> name.equals(each.get("name"))).findFirst().orElseThrow();
    SnapshotHolder holder =
        new SnapshotHolder(
            (String) story.get("environment"), VerifierKey.parse((String) story.get("vkey")));
    int number = 0;
    for (Map<String, String> step : steps(story)) {
      assertThat(answer(holder, step))
          .as("%s, step %s", name, ++number)
          .isEqualTo(step.get("answer"));
    }
  }

  @SuppressWarnings("unchecked") // As above.
  private static List<Map<String, String>> steps(Map<String, Object> story) {
    return (List<Map<String, String>>) story.get("steps");
  }

  private static String answer(SnapshotHolder holder, Map<String, String> step) {
    String statement = step.get("statement");
    return statement == null
        ? offered(holder, step.getOrDefault("note", ""))
        : learnt(holder, statement);
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
      return holder.offer(note.getBytes(StandardCharsets.UTF_8)).name().toLowerCase(Locale.ROOT);
    } catch (SnapshotRefusedException e) {
      return e.reason().name();
    }
  }

  @Test
  void the_vectors_give_every_answer() {
    Set<String> seen = new TreeSet<>();
    stories().forEach(story -> steps(story).forEach(step -> seen.add(step.get("answer"))));
    assertThat(seen)
        .contains("learnt", "nothing", "MALFORMED", "FORKED", "accepted", "unchanged")
        .contains("NOT_SIGNED_BY_KEY", "BAD_SIGNATURE", "KEY_REVOKED", "KEY_RETIRED")
        .contains("NOT_A_NOTE", "OLDER_POSITION", "OTHER_ENVIRONMENT");
    assertThat(names()).hasSizeGreaterThan(80);
  }
}
