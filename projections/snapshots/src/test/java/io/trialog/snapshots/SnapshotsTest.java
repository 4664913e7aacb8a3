package io.trialog.snapshots;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.AccessEvent.AccessDenied;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.log.RecordedEvent;
import io.trialog.sdk.core.Experiment.Status;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotReader;
import io.trialog.sdk.core.SnapshotWriter;
import io.trialog.sdk.core.note.NoteSigner;
import io.trialog.sdk.core.note.SignedNote;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What of the state of everything goes into a snapshot, and as which bytes. */
class SnapshotsTest {
  private final FakeEventLog log = new FakeEventLog();
  private final Story story = new Story(log);

  private Directory folded() {
    Directory directory = Directory.EMPTY;
    for (RecordedEvent event : log.recorded()) {
      directory = directory.apply(event);
    }
    return directory;
  }

  private Snapshot production() {
    return Snapshots.of(folded(), "production");
  }

  @Test
  void the_bytes_are_those_of_the_golden_file() throws IOException {
    story.everything();
    assertThat(SnapshotWriter.json(production())).isEqualTo(golden());
  }

  private static String golden() throws IOException {
    try (InputStream file = SnapshotsTest.class.getResourceAsStream("/golden/everything.json")) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void same_events_give_the_same_note_and_the_sdk_reads_it_back(long seed) throws Exception {
    story.random(seed, 300);
    FakeEventLog again = new FakeEventLog();
    new Story(again).random(seed, 300);
    NoteSigner signer = NoteSigner.generate("trialog/production");
    CurrentDirectory other = new CurrentDirectory();
    other.apply(again.positioned());

    PublishedSnapshot one = Snapshots.sign(folded(), "production", signer);
    PublishedSnapshot two = Snapshots.sign(other.directory(), "production", signer);

    assertThat(one).isEqualTo(two);
    assertThat(SignedNote.open(one.note(), signer.verifierKey()))
        .isEqualTo(SnapshotWriter.json(production()) + "\n");
    assertThat(SnapshotReader.open(one.note(), signer.verifierKey(), "production"))
        .isEqualTo(production());
  }

  @Test
  void an_event_about_anything_moves_position_and_time() {
    story.everything();
    Snapshot before = production();
    story.as("mallory", null).say(new AccessDenied("mallory", "kill", "*"));
    RecordedEvent last = log.recorded().getLast();
    assertThat(production().position()).isEqualTo(last.position()).isNotEqualTo(before.position());
    assertThat(production().time()).isEqualTo(last.time().truncatedTo(ChronoUnit.MILLIS));
    assertThat(production().experiments()).isEqualTo(before.experiments());
  }

  @Test
  void experiments_of_another_environment_are_left_out() {
    story.say(new ExperimentDrafted("here", Story.design("here", "Here", "staging", false)));
    story.say(new ExperimentStarted("here", 500_000, 0, Story.slots(500_000), null, null));
    assertThat(production().experiments()).isEmpty();
    assertThat(Snapshots.of(folded(), "staging").experiment("here")).isNotNull();
  }

  @Test
  void drafts_and_experiments_assigned_elsewhere_are_left_out() {
    story.say(new ExperimentDrafted("idea", Story.design("idea")));
    story.say(new ExperimentDrafted("theirs", Story.design("theirs", "T", "production", true)));
    story.say(new ExperimentStarted("theirs", 1_000_000, 0, Story.slots(1_000_000), null, null));
    assertThat(production().experiments()).isEmpty();
  }

  @Test
  void killed_and_concluded_experiments_stay_in() {
    story.everything();
    assertThat(production().experiment("surge_price").status()).isEqualTo(Status.KILLED);
    assertThat(production().experiment("checkout-button").status()).isEqualTo(Status.CONCLUDED);
    assertThat(production().experiment("checkout-button").winner()).contains("green");
  }

  @Test
  void ranges_without_slots_are_left_out() {
    story.say(new ExperimentDrafted("tiny", Story.design("tiny")));
    story.say(new ExperimentStarted("tiny", 0, 0, Story.slots(0), null, null));
    assertThat(production().experiment("tiny").allocation()).isEmpty();
  }
}
