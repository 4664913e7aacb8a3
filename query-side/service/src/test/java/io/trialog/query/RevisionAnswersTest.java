package io.trialog.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.Basis;
import io.trialog.language.Design;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentReallocated;
import io.trialog.language.ExperimentEvent.ExperimentRetargeted;
import io.trialog.language.ExperimentEvent.ExperimentRevised;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.ExperimentEvent.ExperimentSubmitted;
import io.trialog.language.Role;
import io.trialog.language.Targeting;
import io.trialog.snapshots.Story;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An experiment whose design was drafted, revised, retargeted and reallocated: 0, 1, 4 and 5. */
class RevisionAnswersTest {
  private static final String PATH = "/api/v1/experiments/fees/revisions";
  private static TestApp app;
  private static String viewer;

  @BeforeAll
  static void start(@TempDir Path folder) {
    app = TestApp.start(folder, RevisionAnswersTest::tell);
    viewer = app.token(Role.VIEWER);
    app.get("/api/v1/experiments?min_position=" + app.log.head(), viewer);
  }

  @AfterAll
  static void stop() {
    app.close();
  }

  private static void tell(Story story) {
    story.everything();
    Design drafted = Story.design("fees");
    Targeting before = drafted.targeting();
    story.as("ada", "first idea").say(new ExperimentDrafted("fees", drafted));
    story.as("cy", "a better title").say(new ExperimentRevised("fees", Story.retitled("fees")));
    story.as("ada", null).say(new ExperimentSubmitted("fees", "ab12", null));
    story.say(new ExperimentStarted("fees", 50_000, 0, Story.slots(50_000), null, null));
    story
        .as("ben", "for all")
        .say(
            new ExperimentRetargeted(
                "fees", before, Targeting.EVERYBODY, new Basis("p1", "cd34", false)));
    List<Design.Variant> variants = new ArrayList<>();
    drafted
        .variants()
        .forEach(each ->
            variants.add(
                new Design.Variant(
                    each.key(),
                    each.key().equals(drafted.control())
                        ? new BigDecimal("0.75")
                        : new BigDecimal("0.25"),
                    each.payload())));
    story
        .as("ben", "less of it")
        .say(
            new ExperimentReallocated(
                "fees", drafted.variants(), variants, 1, Story.slots(50_000), 25, null));
  }

  private static JsonObject read(String query) {
    TestApp.Answer answer = app.get(PATH + query, viewer);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  private static List<JsonObject> list(JsonObject json, String name) {
    return json.getJsonArray(name).getValuesAs(JsonObject.class);
  }

  private static List<String> paths(JsonObject entry) {
    return list(entry, "changes").stream().map(each -> each.getString("path")).toList();
  }

  @Test
  void each_revision_says_who_when_why_and_what_changed() {
    List<JsonObject> revisions = list(read(""), "revisions");
    assertThat(revisions).extracting(each -> each.getInt("revision")).containsExactly(0, 1, 4, 5);
    assertThat(revisions)
        .extracting(each -> each.getString("type"))
        .containsExactly(
            "ExperimentDrafted",
            "ExperimentRevised",
            "ExperimentRetargeted",
            "ExperimentReallocated");
    assertThat(revisions)
        .extracting(each -> each.getJsonObject("actor").getString("id"))
        .containsExactly("ada", "cy", "ben", "ben");
    assertThat(revisions.get(2).getString("reason")).isEqualTo("for all");
    assertThat(revisions.get(0)).doesNotContainKeys("changes", "previous_revision");
    assertThat(revisions.get(1).getInt("previous_revision")).isZero();
    assertThat(paths(revisions.get(1))).containsExactly("/title");
    JsonObject title = list(revisions.get(1), "changes").getFirst();
    assertThat(title.getString("before")).isEqualTo(Story.design("fees").title());
    assertThat(title.getString("after")).isEqualTo(Story.retitled("fees").title());
    assertThat(revisions.get(2).getInt("previous_revision")).isEqualTo(1);
    assertThat(paths(revisions.get(2)))
        .isNotEmpty()
        .allMatch(path -> path.startsWith("/targeting"));
    assertThat(paths(revisions.get(3))).containsExactly("/variants/0/share", "/variants/1/share");
  }

  @Test
  void two_revisions_are_compared_over_all_between_them() {
    JsonObject between = read("?from=0&to=5");
    assertThat(between.getInt("from")).isZero();
    assertThat(paths(between))
        .contains("/title", "/variants/0/share", "/variants/1/share")
        .anyMatch(path -> path.startsWith("/targeting"));
    JsonObject back = read("?from=5&to=0");
    assertThat(paths(back)).containsExactlyElementsOf(paths(between));
    JsonObject share = last(between);
    assertThat(last(back).get("before")).isEqualTo(share.get("after"));
    assertThat(paths(read("?from=1&to=1"))).isEmpty();
  }

  private static JsonObject last(JsonObject json) {
    return list(json, "changes").getLast();
  }

  @Test
  void pages_together_are_the_list() {
    JsonObject first = read("?limit=3");
    assertThat(list(first, "revisions")).hasSize(3);
    JsonObject second = read("?limit=3&cursor=" + first.getString("next_cursor"));
    assertThat(list(second, "revisions")).hasSize(1);
    assertThat(second).doesNotContainKey("next_cursor");
    List<JsonValue> together = new ArrayList<>(list(first, "revisions"));
    together.addAll(list(second, "revisions"));
    assertThat(together).isEqualTo(new ArrayList<>(list(read(""), "revisions")));
  }

  @Test
  void who_has_the_newest_need_not_have_it_again() {
    TestApp.Answer answer = app.get(PATH, viewer);
    assertThat(answer.header("ETag")).isEqualTo("\"5\"");
    assertThat(app.get(PATH, viewer, "If-None-Match", "\"5\"").status()).isEqualTo(304);
    assertThat(app.get(PATH, viewer, "If-None-Match", "\"4\"").status()).isEqualTo(200);
  }

  @Test
  void what_is_asked_wrongly_is_named() {
    for (String query : List.of("from=0", "to=0", "from=x&to=0", "from=0&to=-1")) {
      TestApp.Answer answer = app.get(PATH + "?" + query, viewer);
      assertThat(answer.status()).as(query).isEqualTo(400);
      assertThat(answer.code()).isEqualTo("invalid_value");
    }
    TestApp.Answer other = app.get(PATH + "?from=0&to=2", viewer);
    assertThat(other.status()).as("2 was a submission, no revision of the design").isEqualTo(404);
    assertThat(other.code()).isEqualTo("revision_not_found");
    assertThat(app.get("/api/v1/experiments/none/revisions", viewer).status()).isEqualTo(404);
  }

  @Test
  void only_readers_of_the_namespace_see_it() {
    assertThat(app.get(PATH, app.token(Role.VIEWER, "acme/food")).status()).isEqualTo(403);
    assertThat(app.get(PATH, app.token(Role.SDK)).status()).isEqualTo(403);
    assertThat(app.get(PATH, "").status()).isEqualTo(401);
  }
}
