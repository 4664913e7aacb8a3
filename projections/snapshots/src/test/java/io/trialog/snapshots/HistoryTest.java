package io.trialog.snapshots;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.NamespaceEvent.NamespaceCreated;
import io.trialog.language.log.RecordedEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The state at past places of the log. */
class HistoryTest {
  private final FakeEventLog log = new FakeEventLog();
  private final Story story = new Story(log);

  private List<Directory> states() {
    List<Directory> states = new ArrayList<>(List.of(Directory.EMPTY));
    for (RecordedEvent event : log.recorded()) {
      states.add(states.getLast().apply(event));
    }
    return states;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void every_place_has_the_state_of_a_plain_fold_in_any_order_of_questions(long seed) {
    story.random(seed, 700);
    History history = new History(log, 10);
    List<Directory> states = states();
    Collections.shuffle(states, new Random(seed));
    for (Directory state : states.subList(0, 120)) {
      assertThat(history.atPosition(state.position())).isEqualTo(state);
      assertThat(history.at(state.time())).isEqualTo(state);
    }
    assertThat(history.atPosition(Long.MAX_VALUE).position()).isEqualTo(log.head());
  }

  @Test
  void before_on_and_after_each_event() {
    story.everything();
    History history = new History(log);
    List<Directory> states = states();
    for (int i = 1; i < states.size(); i++) {
      Directory state = states.get(i);
      assertThat(history.at(state.time().minusNanos(1))).isEqualTo(states.get(i - 1));
      assertThat(history.at(state.time())).isEqualTo(state);
      assertThat(history.at(state.time().plusNanos(1))).isEqualTo(state);
      assertThat(history.atPosition(state.position() - 1)).isEqualTo(states.get(i - 1));
    }
  }

  @Test
  void a_clock_that_ran_ahead_ends_the_state_until_its_time() {
    story.say(new NamespaceCreated("acme/a", "A"));
    story.at(Story.BEGIN.plus(Duration.ofHours(1))).say(new NamespaceCreated("acme/b", "B"));
    story.at(Story.BEGIN.plusSeconds(2)).say(new NamespaceCreated("acme/c", "C"));
    History history = new History(log, 1);
    history.atPosition(log.head());
    assertThat(history.at(Story.BEGIN.plusSeconds(2)).namespaces()).containsOnlyKeys("acme/a");
    assertThat(history.at(Story.BEGIN.plus(Duration.ofHours(1))).namespaces()).hasSize(3);
  }

  @Test
  void checkpoints_are_bounded_and_spare_reading() {
    story.random(7, 3_000);
    History history = new History(log, 10);
    history.atPosition(log.head());
    assertThat(history.checkpoints()).isBetween(32, 63);
    int reads = log.reads();
    history.atPosition(log.head());
    assertThat(log.reads() - reads).isLessThanOrEqualTo(2);
  }
}
