package io.trialog.snapshots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.language.AccessEvent.TokenIssued;
import io.trialog.language.AccessEvent.TokenRevoked;
import io.trialog.language.ExperimentEvent.ExperimentApproved;
import io.trialog.language.ExperimentEvent.ExperimentConcluded;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentPaused;
import io.trialog.language.ExperimentEvent.ExperimentRamped;
import io.trialog.language.ExperimentEvent.ExperimentResumed;
import io.trialog.language.ExperimentEvent.ExperimentRevised;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.ExperimentEvent.ExperimentSubmitted;
import io.trialog.language.ExperimentStatus;
import io.trialog.language.Grant;
import io.trialog.language.NamespaceEvent.NamespaceCreated;
import io.trialog.language.Role;
import io.trialog.language.log.RecordedEvent;
import io.trialog.language.log.StoredEvent;
import io.trialog.snapshots.Experiment.Approval;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each event does to the state of everything. */
class DirectoryTest {
  private static final String KEY = "checkout-button";

  private final FakeEventLog log = new FakeEventLog();
  private final Story story = new Story(log);

  private static Directory fold(List<RecordedEvent> events) {
    Directory directory = Directory.EMPTY;
    for (RecordedEvent event : events) {
      directory = directory.apply(event);
    }
    return directory;
  }

  private Directory folded() {
    return fold(log.recorded());
  }

  private Experiment experiment() {
    return folded().experiments().get(KEY);
  }

  private Story drafted() {
    story.as("ada", "idea").say(new ExperimentDrafted(KEY, Story.design(KEY)));
    return story;
  }

  private Story running() {
    drafted().say(new ExperimentStarted(KEY, 50_000, 0, Story.slots(50_000), null, null));
    return story;
  }

  @Test
  void an_empty_directory_has_position_0_and_nothing_in_it() {
    assertThat(Directory.EMPTY.position()).isZero();
    assertThat(Directory.EMPTY.experiments()).isEmpty();
    assertThat(Directory.EMPTY.environmentNames()).isEmpty();
  }

  @Test
  void position_and_time_are_those_of_the_last_event_whatever_it_was_about() {
    story.everything();
    RecordedEvent last = log.recorded().getLast();
    assertThat(folded().position()).isEqualTo(last.position()).isEqualTo(log.head());
    assertThat(folded().time()).isEqualTo(last.time());
  }

  @Test
  void a_namespace_is_there_once_created() {
    StoredEvent event = story.say(new NamespaceCreated("acme/rides", "Rides"));
    Namespace namespace = folded().namespaces().get("acme/rides");
    assertThat(namespace.title()).isEqualTo("Rides");
    assertThat(namespace.created().position()).isEqualTo(event.position());
    assertThat(namespace.created().type()).isEqualTo("NamespaceCreated");
  }

  @Test
  void a_metric_is_there_once_defined() {
    story.say(Story.metric("orders"));
    assertThat(folded().metrics()).containsEntry("orders", Story.metric("orders").definition());
  }

  @Test
  void a_draft_has_its_author_and_serves_nobody() {
    StoredEvent event = drafted().say(new NamespaceCreated("acme/rides", "Rides"));
    Experiment draft = experiment();
    assertThat(draft.status()).isEqualTo(ExperimentStatus.DRAFT);
    assertThat(draft.review().author()).isEqualTo("ada");
    assertThat(draft.serving()).isEqualTo(new Experiment.Serving(0, 0, List.of(), false));
    assertThat(draft.isServed()).isFalse();
    assertThat(draft.revision()).isZero();
    assertThat(draft.last().position()).isLessThan(event.position());
    assertThat(folded().environmentNames()).containsExactly("production");
  }

  @Test
  void a_revision_voids_approvals_and_remembers_the_editor() {
    drafted().say(new ExperimentSubmitted(KEY, "d1", null));
    story.as("ben", "ok").say(new ExperimentApproved(KEY, "d1", null));
    story.as("cy", "better").say(new ExperimentRevised(KEY, Story.retitled(KEY)));
    Experiment revised = experiment();
    assertThat(revised.status()).isEqualTo(ExperimentStatus.DRAFT);
    assertThat(revised.design().title()).isEqualTo("Greener " + KEY);
    assertThat(revised.review().author()).isEqualTo("ada");
    assertThat(revised.review().editors()).containsExactly("cy");
    assertThat(revised.review().submittedDigest()).isNull();
    assertThat(revised.review().approvals()).isEmpty();
    assertThat(revised.revision()).isEqualTo(3);
  }

  @Test
  void an_approval_says_who_when_and_to_what() {
    drafted().say(new ExperimentSubmitted(KEY, "d1", null));
    assertThat(experiment().status()).isEqualTo(ExperimentStatus.IN_REVIEW);
    assertThat(experiment().review().submittedDigest()).isEqualTo("d1");
    StoredEvent event = story.as("ben", "ok").say(new ExperimentApproved(KEY, "d1", null));
    assertThat(experiment().status()).isEqualTo(ExperimentStatus.APPROVED);
    Approval approval = experiment().review().approvals().getFirst();
    assertThat(approval.proposalDigest()).isEqualTo("d1");
    assertThat(approval.event().actor().id()).isEqualTo("ben");
    assertThat(approval.event().time()).isEqualTo(event.time());
    assertThat(approval.event().reason()).isEqualTo("ok");
  }

  @Test
  void a_start_serves_and_a_ramp_widens() {
    running();
    assertThat(experiment().status()).isEqualTo(ExperimentStatus.RUNNING);
    assertThat(experiment().started()).isEqualTo(experiment().last());
    assertThat(experiment().serving().allocation()).isEqualTo(Story.slots(50_000));
    story.say(
        new ExperimentRamped(KEY, 50_000, 500_000, 0, Story.slots(500_000), null, null, null));
    assertThat(experiment().status()).isEqualTo(ExperimentStatus.RUNNING);
    assertThat(experiment().serving())
        .isEqualTo(new Experiment.Serving(500_000, 0, Story.slots(500_000), false));
    assertThat(experiment().started().type()).isEqualTo("ExperimentStarted");
    assertThat(experiment().isServed()).isTrue();
  }

  @Test
  void a_ramp_of_a_paused_experiment_leaves_it_paused() {
    running().say(new ExperimentPaused(KEY));
    story.say(new ExperimentRamped(KEY, 50_000, 60_000, 0, Story.slots(60_000), null, null, null));
    assertThat(experiment().status()).isEqualTo(ExperimentStatus.PAUSED);
  }

  @Test
  void a_pause_ends_with_a_resume() {
    running().say(new ExperimentPaused(KEY));
    assertThat(experiment().status()).isEqualTo(ExperimentStatus.PAUSED);
    assertThat(experiment().paused()).isEqualTo(experiment().last());
    story.say(new ExperimentResumed(KEY, null));
    assertThat(experiment().status()).isEqualTo(ExperimentStatus.RUNNING);
    assertThat(experiment().paused()).isNull();
  }

  @Test
  void a_kill_keeps_reason_and_evidence() {
    running().as("ben", "errors").say(new ExperimentKilled(KEY, Story.evidence(), null));
    Experiment killed = experiment();
    assertThat(killed.status()).isEqualTo(ExperimentStatus.KILLED);
    assertThat(killed.kill().evidence()).isEqualTo(Story.evidence());
    assertThat(killed.kill().event().reason()).isEqualTo("errors");
    assertThat(killed.winner()).isNull();
    assertThat(killed.isServed()).isTrue();
  }

  @Test
  void a_conclusion_has_a_winner() {
    running().say(new ExperimentConcluded(KEY, "green", null));
    assertThat(experiment().status()).isEqualTo(ExperimentStatus.CONCLUDED);
    assertThat(experiment().winner()).isEqualTo("green");
  }

  @Test
  void a_token_opens_until_it_is_revoked() {
    List<Grant> grants = List.of(new Grant(Role.ADMIN, "*"));
    Instant end = Instant.parse("2027-01-01T00:00:00Z");
    story.say(new TokenIssued("t1", "ben", grants, "00ff", end));
    Token token = folded().tokens().get("t1");
    assertThat(token.holder()).isEqualTo("ben");
    assertThat(token.grants()).isEqualTo(grants);
    assertThat(token.secretHash()).isEqualTo("00ff");
    assertThat(token.expiresAt()).isEqualTo(end);
    assertThat(token.revoked()).isFalse();
    story.say(new TokenRevoked("t1"));
    assertThat(folded().tokens().get("t1").revoked()).isTrue();
  }

  @Test
  void an_event_that_was_folded_is_not_folded_again() {
    story.everything();
    Directory directory = folded();
    assertThatThrownBy(() -> directory.apply(log.recorded().getLast()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("above position");
  }

  @Test
  void an_event_about_what_was_never_created_is_a_damaged_log() {
    story.say(new ExperimentPaused("ghost"));
    assertThatThrownBy(this::folded)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("ghost");
  }

  @Test
  void a_directory_does_not_change_when_more_is_folded() {
    running();
    Directory before = folded();
    Directory copy = fold(log.recorded());
    story.say(new ExperimentPaused(KEY));
    before.apply(log.recorded().getLast());
    assertThat(before).isEqualTo(copy);
    assertThatThrownBy(() -> before.experiments().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void folding_in_pieces_equals_folding_at_once(long seed) {
    story.random(seed, 400);
    CurrentDirectory inPieces = new CurrentDirectory();
    Random random = new Random(seed);
    List<Positioned> rest = log.positioned();
    while (!rest.isEmpty()) {
      int piece = 1 + random.nextInt(rest.size());
      inPieces.apply(rest.subList(0, piece));
      rest = rest.subList(piece, rest.size());
    }
    assertThat(inPieces.directory()).isEqualTo(folded());
    assertThat(inPieces.position()).isEqualTo(log.head());
    assertThat(folded().experiments()).hasSize(8);
  }
}
