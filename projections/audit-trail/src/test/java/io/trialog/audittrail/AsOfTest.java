package io.trialog.audittrail;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.Actor;
import io.trialog.language.ExperimentEvent.ExperimentApproved;
import io.trialog.language.ExperimentEvent.ExperimentConcluded;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentPaused;
import io.trialog.language.ExperimentEvent.ExperimentRamped;
import io.trialog.language.ExperimentEvent.ExperimentResumed;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.ExperimentEvent.ExperimentSubmitted;
import io.trialog.language.NamespaceEvent.NamespaceCreated;
import io.trialog.language.log.StoredEvent;
import io.trialog.snapshots.FakeEventLog;
import io.trialog.snapshots.History;
import io.trialog.snapshots.Story;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a subject got before, on and after each event. */
class AsOfTest {
  /** Slot 8,522 of experiment x: enrolled in green from 70.46% of traffic on. */
  private static final Map<String, String> U1 = Map.of("user_id", "u1", "country", "FR");

  private final FakeEventLog log = new FakeEventLog();
  private final Story story = new Story(log);
  private final AsOf asOf = new AsOf(new History(log));

  private String got(Instant at) {
    AsOfAnswer answer = asOf.answer("x", at, U1);
    return answer.variant() + " " + answer.reason();
  }

  private void turns(StoredEvent event, String before, String after) {
    assertThat(got(event.time().minusNanos(1))).isEqualTo(before);
    assertThat(got(event.time())).isEqualTo(after);
    assertThat(got(event.time().plusNanos(1))).isEqualTo(after);
    AsOfAnswer answer = asOf.answer("x", event.time(), U1);
    assertThat(answer.snapshotPosition()).isEqualTo(event.position());
    assertThat(answer.decidedBy().eventId()).isEqualTo(event.eventId());
    assertThat(answer.decidedBy().type()).isEqualTo(event.type());
    assertThat(answer.decidedBy().position()).isEqualTo(event.position());
  }

  @Test
  void each_event_turns_the_answer_at_its_own_time() {
    String unknown = "null UNKNOWN_EXPERIMENT";
    turns(story.say(new ExperimentDrafted("x", Story.design("x"))), unknown, unknown);
    turns(story.say(new ExperimentSubmitted("x", "d1", null)), unknown, unknown);
    turns(story.say(new ExperimentApproved("x", "d1", null)), unknown, unknown);
    turns(
        story.say(new ExperimentStarted("x", 50_000, 0, Story.slots(50_000), null, null)),
        unknown,
        "control NOT_ENROLLED");
    turns(
        story.say(
            new ExperimentRamped("x", 50_000, 900_000, 0, Story.slots(900_000), null, null, null)),
        "control NOT_ENROLLED",
        "green ASSIGNED");
    turns(story.say(new ExperimentPaused("x")), "green ASSIGNED", "control NOT_RUNNING");
    turns(story.say(new ExperimentResumed("x", null)), "control NOT_RUNNING", "green ASSIGNED");
    turns(story.say(new ExperimentKilled("x", null, null)), "green ASSIGNED", "control KILLED");
  }

  @Test
  void a_conclusion_gives_the_winner() {
    story.say(new ExperimentDrafted("x", Story.design("x")));
    story.say(new ExperimentStarted("x", 50_000, 0, Story.slots(50_000), null, null));
    turns(
        story.say(new ExperimentConcluded("x", "green", null)),
        "control NOT_ENROLLED",
        "green CONCLUDED");
  }

  @Test
  void an_answer_says_who_decided_and_who_approved() {
    story.as("ada", "idea").say(new ExperimentDrafted("x", Story.design("x")));
    story.say(new ExperimentSubmitted("x", "d1", null));
    StoredEvent approved = story.as("ben", "safe").say(new ExperimentApproved("x", "d1", null));
    StoredEvent start =
        story
            .as("ada", "go")
            .say(new ExperimentStarted("x", 900_000, 0, Story.slots(900_000), null, null));
    StoredEvent later = story.say(new NamespaceCreated("acme/b", "B"));

    AsOfAnswer answer = asOf.answer("x", later.time(), U1);
    assertThat(answer.snapshotPosition()).isEqualTo(later.position());
    assertThat(answer.decidedBy().eventId()).isEqualTo(start.eventId());
    assertThat(answer.decidedBy().actor()).isEqualTo(Actor.human("ada"));
    assertThat(answer.decidedBy().reason()).isEqualTo("go");
    assertThat(answer.approvals()).hasSize(1);
    assertThat(answer.approvals().getFirst().proposalDigest()).isEqualTo("d1");
    assertThat(answer.approvals().getFirst().event().actor().id()).isEqualTo("ben");
    assertThat(answer.approvals().getFirst().event().time()).isEqualTo(approved.time());
    assertThat(answer.status()).isEqualTo("running");
    assertThat(answer.environment()).isEqualTo("production");
  }

  @Test
  void the_subject_itself_is_nowhere_in_the_answer() {
    story.say(new ExperimentDrafted("x", Story.design("x")));
    story.say(new ExperimentStarted("x", 900_000, 0, Story.slots(900_000), null, null));
    AsOfAnswer answer =
        asOf.answer("x", Story.BEGIN.plus(Duration.ofDays(1)), Map.of("user_id", "jane-4711"));
    String json = answer.toJson().toString();
    assertThat(json).doesNotContain("jane-4711").contains(answer.hashedSubject());
    assertThat(answer.hashedSubject()).hasSize(22);
    assertThat(answer.unit()).isEqualTo("user_id");
  }

  @Test
  void the_slot_and_hashed_subject_are_those_of_independent_tools() {
    story.say(new ExperimentDrafted("x", Story.design("x")));
    story.say(new ExperimentStarted("x", 900_000, 0, Story.slots(900_000), null, null));
    AsOfAnswer answer = asOf.answer("x", Story.BEGIN.plusSeconds(60), U1);
    // python3: int(sha256(b"x:u1").hexdigest(), 16) % 10000
    assertThat(answer.slot()).isEqualTo(8_522);
    // python3: urlsafe_b64encode(sha256(b"trialog:production:user_id:u1").digest()[:16])
    assertThat(answer.hashedSubject()).isEqualTo("IONjtK92CEXtbOb1dZEV_g");
  }

  @Test
  void targeting_and_units_are_looked_at_as_they_were() {
    story.say(new ExperimentDrafted("x", Story.design("x")));
    story.say(new ExperimentStarted("x", 900_000, 0, Story.slots(900_000), null, null));
    Instant at = Story.BEGIN.plusSeconds(60);
    assertThat(asOf.answer("x", at, Map.of("user_id", "u1", "country", "DE")).reason())
        .isEqualTo("NOT_TARGETED");
    assertThat(asOf.answer("x", at, Map.of("country", "FR")).reason()).isEqualTo("UNIT_MISSING");
    assertThat(asOf.answer("x", at, Map.of("device_id", "d1")).unit()).isEqualTo("device_id");
  }

  @Test
  void the_position_of_an_exposure_gives_what_the_device_was_told() {
    story.say(new ExperimentDrafted("x", Story.design("x")));
    StoredEvent start =
        story.say(new ExperimentStarted("x", 900_000, 0, Story.slots(900_000), null, null));
    StoredEvent kill = story.say(new ExperimentKilled("x", null, null));
    AsOfAnswer told = asOf.answerAtPosition("x", kill.position() - 1, U1);
    assertThat(told.variant()).isEqualTo("green");
    assertThat(told.at()).isEqualTo(start.time());
    assertThat(asOf.answerAtPosition("x", kill.position(), U1).reason()).isEqualTo("KILLED");
  }

  @Test
  void before_everything_there_is_nothing() {
    story.say(new ExperimentDrafted("x", Story.design("x")));
    AsOfAnswer answer = asOf.answer("x", Story.BEGIN.minusSeconds(1), U1);
    assertThat(answer.reason()).isEqualTo("UNKNOWN_EXPERIMENT");
    assertThat(answer.snapshotPosition()).isZero();
    assertThat(answer.decidedBy()).isNull();
    assertThat(answer.toJson().containsKey("variant")).isFalse();
  }

  @Test
  void an_experiment_assigned_elsewhere_is_none_of_ours() {
    story.say(new ExperimentDrafted("x", Story.design("x", "X", "production", true)));
    story.say(new ExperimentStarted("x", 1_000_000, 0, Story.slots(1_000_000), null, null));
    assertThat(got(Story.BEGIN.plusSeconds(9))).isEqualTo("null UNKNOWN_EXPERIMENT");
  }
}
