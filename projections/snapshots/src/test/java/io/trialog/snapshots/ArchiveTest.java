package io.trialog.snapshots;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.EnvironmentEvent.EnvironmentCreated;
import io.trialog.language.log.RecordedEvent;
import io.trialog.sdk.core.SnapshotReader;
import io.trialog.sdk.core.SnapshotWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots of the past: the same bytes, whoever asks in whatever order. */
class ArchiveTest {

  private final FakeEventLog log = new FakeEventLog();
  private final Story story = new Story(log);
  private SnapshotKeys keys;

  @BeforeEach
  void makeKeys(@TempDir Path folder) {
    keys = SnapshotKeys.open(folder);
  }

  private Archive archive() {
    return new Archive(log, new History(log, 100), keys);
  }

  /**
   * SHA-256 of what a fold of one event after the other, from the first, says after each of them.
   */
  private Map<Long, String> naive(String environment) {
    Map<Long, String> texts = new HashMap<>();
    Directory state = Directory.EMPTY;
    for (RecordedEvent event : log.recorded()) {
      state = state.apply(event);
      texts.put(event.position(), digest(text(state, environment)));
    }
    return texts;
  }

  private static String text(Directory state, String environment) {
    return SnapshotWriter.json(Snapshots.of(state, environment)) + "\n";
  }

  private static String text(PublishedSnapshot snapshot) {
    return snapshot.note().substring(0, snapshot.note().lastIndexOf("\n\n") + 1);
  }

  /** The texts themselves would fill the memory. */
  private static String digest(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void every_position_has_the_bytes_of_a_plain_fold_whatever_the_order_threads_and_pieces()
      throws Exception {
    everyPosition(400);
  }

  @Test
  @Tag("slow")
  void every_position_of_many_has_the_bytes_of_a_plain_fold() throws Exception {
    everyPosition(2_000);
  }

  private void everyPosition(int events) throws Exception {
    new World(1, 15).live(story, events);
    Map<Long, String> production = naive("production");
    List<Long> positions = new ArrayList<>(production.keySet());
    assertThat(positions).hasSize(events);
    Collections.shuffle(positions, new Random(1));
    ask(positions, "production", 5, production);
    ask(positions.subList(0, events / 10), "production", 1, production);
    foldInPieces(production);
  }

  @Test
  void another_environment_of_the_same_log_has_its_own_bytes() throws Exception {
    new World(2, 15).live(story, 300);
    Map<Long, String> staging = naive("staging");
    ask(new ArrayList<>(staging.keySet()), "staging", 2, staging);
  }

  private void ask(
      List<Long> positions, String environment, int threads, Map<Long, String> expected)
      throws Exception {
    Archive archive = archive();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      Map<Long, Future<String>> answers = new HashMap<>();
      for (long position : positions) {
        answers.put(position, pool.submit(() -> asked(archive, environment, position)));
      }
      for (long position : positions) {
        assertSame(position, answers.get(position).get(), expected.get(position));
      }
    }
  }

  private static String asked(Archive archive, String environment, long position) {
    PublishedSnapshot answer = archive.at(environment, position).orElseThrow();
    assertThat(answer.position()).isEqualTo(position);
    return digest(text(answer));
  }

  private void foldInPieces(Map<Long, String> expected) {
    CurrentDirectory pieces = new CurrentDirectory();
    Random random = new Random(4);
    List<Positioned> rest = log.positioned();
    while (!rest.isEmpty()) {
      int piece = 1 + random.nextInt(Math.min(rest.size(), 20));
      pieces.apply(rest.subList(0, piece));
      rest = rest.subList(piece, rest.size());
      long position = pieces.position();
      String found = digest(text(pieces.directory(), "production"));
      assertSame(position, found, expected.get(position));
    }
  }

  private static void assertSame(long position, String found, String expected) {
    assertThat(found).as("position %s", position).isEqualTo(expected);
  }

  /** Whatever the machine does at the same time: the best of a few folds. */
  @Test
  void ten_thousand_events_of_three_hundred_experiments_fold_in_under_a_second() {
    new World(8, 30).live(story, 10_000);
    List<RecordedEvent> events = log.recorded();
    assertThat(folded(events).experiments()).hasSize(300);
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long begin = System.nanoTime();
      assertThat(folded(events).position()).isEqualTo(log.head());
      best = Math.min(best, System.nanoTime() - begin);
    }
    assertThat(Duration.ofNanos(best)).isLessThan(Duration.ofSeconds(1));
  }

  private static Directory folded(List<RecordedEvent> events) {
    Directory state = Directory.EMPTY;
    for (RecordedEvent event : events) {
      state = state.apply(event);
    }
    return state;
  }

  @Test
  void the_same_question_has_the_same_note_also_from_another_archive() throws Exception {
    new World(6).live(story, 300);
    Archive one = archive();
    Archive other = archive();
    for (long position = 0; position <= log.head(); position += 7) {
      PublishedSnapshot answer = one.at("production", position).orElseThrow();
      assertThat(other.at("production", position)).contains(answer);
      assertThat(
              SnapshotReader.open(
                      answer.note().getBytes(StandardCharsets.UTF_8),
                      keys.signer("production").verifierKey(),
                      "production")
                  .position())
          .isEqualTo(answer.position())
          .isLessThanOrEqualTo(position);
    }
  }

  @Test
  void an_archived_snapshot_is_the_one_that_was_published() {
    SnapshotPublisher publisher = new SnapshotPublisher(keys, 0);
    new World(7).live(story, 200);
    Archive archive = archive();
    for (Positioned event : log.positioned()) {
      publisher.apply(List.of(event));
      assertThat(archive.at("production", event.position()))
          .isEqualTo(publisher.newest("production"));
    }
  }

  @Test
  void an_environment_has_no_snapshot_before_it_exists() {
    story.say(Story.metric("conversion"));
    long before = log.head();
    long created = story.say(new EnvironmentCreated("qa", "Quality")).position();
    Archive archive = archive();
    assertThat(archive.at("qa", before)).isEmpty();
    assertThat(archive.at("qa", created)).isPresent();
    assertThat(archive.at("production", 0)).isPresent();
    assertThat(archive.at("qa", Story.BEGIN.minusSeconds(1))).isEmpty();
  }

  @Test
  void an_answer_to_an_instant_is_settled_once_the_log_has_gone_on() {
    story.say(Story.metric("one"));
    Archive archive = archive();
    PublishedSnapshot first =
        archive.at("production", Story.BEGIN.plusSeconds(3_600)).orElseThrow();
    assertThat(archive.isSettled(first)).isFalse();
    story.at(Story.BEGIN.plusSeconds(7_200)).say(Story.metric("two"));
    assertThat(archive.at("production", Story.BEGIN.plusSeconds(3_600))).contains(first);
    assertThat(archive.isSettled(first)).isTrue();
  }
}
