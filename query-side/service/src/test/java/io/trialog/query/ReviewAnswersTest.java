package io.trialog.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.Basis;
import io.trialog.language.Change;
import io.trialog.language.ExperimentEvent.ChangeApproved;
import io.trialog.language.ExperimentEvent.ChangeProposed;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.ExperimentEvent.GuardrailStateRecorded;
import io.trialog.language.ExperimentEvent.RampHeld;
import io.trialog.language.ExperimentEvent.RampPlanned;
import io.trialog.language.ExperimentEvent.ReviewClosed;
import io.trialog.language.ExperimentEvent.ReviewOpened;
import io.trialog.language.ExperimentEvent.ReviewOverdue;
import io.trialog.language.GuardrailState;
import io.trialog.language.RampPlan;
import io.trialog.language.RampProgress;
import io.trialog.language.Role;
import io.trialog.language.Tally;
import io.trialog.snapshots.Story;
import jakarta.json.JsonObject;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reviews of broken glass, and what else stands around an experiment. */
class ReviewAnswersTest {
  private static final Instant PAST = Instant.parse("2020-01-01T00:00:00Z");
  private static final Instant FAR = Instant.parse("2999-01-01T00:00:00Z");
  private static TestApp app;
  private static String viewer;

  @BeforeAll
  static void start(@TempDir Path folder) {
    app = TestApp.start(folder, ReviewAnswersTest::tell);
    viewer = app.token(Role.VIEWER);
    app.get("/api/v1/experiments?min_position=" + app.log.head(), viewer);
  }

  @AfterAll
  static void stop() {
    app.close();
  }

  private static void tell(Story story) {
    story.everything();
    story.as("ada", "idea").say(new ExperimentDrafted("fees", Story.design("fees")));
    story.say(
        new ExperimentStarted("fees", 50_000, 0, Story.slots(50_000), Basis.BROKEN_GLASS, true));
    story.as("ada", "outage").say(new ReviewOpened("fees", "r1", "start", FAR));
    story.say(new ReviewOpened("fees", "r2", "ramp", PAST));
    story.say(new ReviewOpened("fees", "r3", "ramp", PAST));
    story.say(new ReviewOverdue("fees", "r3", PAST));
    story.as("ben", "looked").say(new ReviewClosed("fees", "r3", "was right"));
    RampPlan plan =
        new RampPlan(
            List.of(
                new RampPlan.Step(50_000, 0, 0, false, false),
                new RampPlan.Step(250_000, 60, 1_000, true, true)),
            true,
            FAR);
    story.as("ada", "slowly").say(new RampPlanned("fees", plan, new RampProgress(1, PAST), null));
    story.say(new RampHeld("fees", false));
    story.say(new ChangeProposed("fees", "p1", new Change.RampTo(500_000, false), "ab12"));
    story.as("ben", "fine").say(new ChangeApproved("fees", "p1", "ab12", new Tally(1, 2, FAR)));
    story.say(
        new GuardrailStateRecorded(
            "fees",
            "orders",
            "green",
            GuardrailState.SAFE,
            2_048,
            2_100,
            "report-1",
            new BigDecimal("0.05"),
            new BigDecimal("0.012"),
            0,
            PAST));
  }

  private static List<JsonObject> reviews(String query) {
    TestApp.Answer answer = app.get("/api/v1/reviews" + query, viewer);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json().getJsonArray("reviews").getValuesAs(JsonObject.class);
  }

  @Test
  void the_queue_has_what_is_open_and_says_what_is_overdue() {
    List<JsonObject> open = reviews("");
    assertThat(open).extracting(each -> each.getString("review")).containsExactly("r1", "r2");
    assertThat(open).extracting(each -> each.getBoolean("overdue")).containsExactly(false, true);
    JsonObject first = open.getFirst();
    assertThat(first.getString("experiment")).isEqualTo("fees");
    assertThat(first.getString("namespace")).isEqualTo("acme/rides");
    assertThat(first.getString("operation")).isEqualTo("start");
    assertThat(first.getString("due_at")).isEqualTo(FAR.toString());
    assertThat(first.getJsonObject("opened").getString("reason")).isEqualTo("outage");
    assertThat(reviews("?state=open")).isEqualTo(open);
  }

  @Test
  void the_whole_queue_has_the_findings_too() {
    List<JsonObject> all = reviews("?state=all");
    assertThat(all).hasSize(3);
    JsonObject closed = all.getLast();
    assertThat(closed.getString("state")).isEqualTo("closed");
    assertThat(closed.getBoolean("overdue")).as("it was closed late").isTrue();
    assertThat(closed.getString("finding")).isEqualTo("was right");
    assertThat(closed.getJsonObject("closed").getJsonObject("actor").getString("id"))
        .isEqualTo("ben");
  }

  @Test
  void the_queue_has_pages_and_ends_at_the_namespaces_of_the_caller() {
    JsonObject page = app.get("/api/v1/reviews?state=all&limit=2", viewer).json();
    assertThat(page.getJsonArray("reviews")).hasSize(2);
    assertThat(reviews("?state=all&cursor=" + page.getString("next_cursor"))).hasSize(1);
    assertThat(reviews("?namespace=acme/rides")).hasSize(2);
    String cook = app.token(Role.APPROVER, "acme/food");
    String at = "?min_position=" + app.log.head();
    assertThat(app.get("/api/v1/reviews" + at, cook).json().getJsonArray("reviews")).isEmpty();
    assertThat(app.get("/api/v1/reviews?namespace=acme/rides", cook).status()).isEqualTo(403);
    assertThat(app.get("/api/v1/reviews", app.token(Role.SDK)).status()).isEqualTo(403);
    TestApp.Answer wrong = app.get("/api/v1/reviews?state=closed", viewer);
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.json().getString("field")).isEqualTo("state");
  }

  @Test
  void an_experiment_tells_its_schedule_proposals_reviews_and_guardrails() {
    JsonObject json = app.get("/api/v1/experiments/fees", viewer).json();
    assertThat(json.getInt("epoch")).isZero();
    assertThat(json.getBoolean("equal_arms")).isTrue();
    JsonObject schedule = json.getJsonObject("schedule");
    assertThat(schedule.getBoolean("held")).isTrue();
    assertThat(schedule.getInt("next_step")).isEqualTo(1);
    assertThat(schedule.getString("not_before")).isEqualTo(PAST.toString());
    assertThat(schedule.getString("cutoff")).isEqualTo(FAR.toString());
    JsonObject step = schedule.getJsonArray("steps").getJsonObject(1);
    assertThat(step.getJsonNumber("traffic").doubleValue()).isEqualTo(0.25);
    assertThat(step.getInt("minimum_sample")).isEqualTo(1_000);
    assertThat(step.getBoolean("guardrails_healthy")).isTrue();
    JsonObject proposal = json.getJsonArray("proposals").getJsonObject(0);
    assertThat(proposal.getString("state")).isEqualTo("open");
    assertThat(proposal.getJsonObject("change").getString("kind")).isEqualTo("ramp");
    assertThat(proposal.getJsonObject("change").getInt("traffic_ppm")).isEqualTo(500_000);
    assertThat(proposal.getInt("approvals")).isEqualTo(1);
    assertThat(proposal.getInt("required")).isEqualTo(2);
    JsonObject yes = proposal.getJsonArray("approved").getJsonObject(0);
    assertThat(yes.getJsonObject("actor").getString("id")).isEqualTo("ben");
    assertThat(json.getJsonArray("reviews")).hasSize(3);
    JsonObject guardrail = json.getJsonArray("guardrail_states").getJsonObject(0);
    assertThat(guardrail.getString("state")).isEqualTo("safe");
    assertThat(guardrail.getInt("control_subjects")).isEqualTo(2_048);
    assertThat(guardrail.getJsonNumber("harm_at_most").doubleValue()).isEqualTo(0.012);
    assertThat(guardrail.getString("evaluated_at")).isEqualTo(PAST.toString());
  }

  @Test
  void a_namespace_shows_what_waits_for_a_yes_in_it() {
    JsonObject json = app.get("/api/v1/namespaces/acme/rides", viewer).json();
    JsonObject pending = json.getJsonArray("pending_proposals").getJsonObject(0);
    assertThat(pending.getString("experiment")).isEqualTo("fees");
    assertThat(pending.getString("proposal")).isEqualTo("p1");
    assertThat(pending.getString("kind")).isEqualTo("ramp");
    assertThat(json.getJsonObject("approval_policy").getInt("required")).isEqualTo(1);
    assertThat(json).doesNotContainKeys("proposed_approval_policy", "guardrail_policy");
  }
}
