package io.trialog.snapshots;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.log.RecordedEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a long log costs: time of a fold and of a question, and memory of the checkpoints. */
@Tag("slow")
class LongHistoryTest {
  private static final int EVENTS = 60_000;
  private static final int QUESTIONS = 200;

  private final FakeEventLog log = new FakeEventLog();

  @Test
  void sixty_thousand_events_of_a_thousand_experiments() {
    new World(1, 100).live(new Story(log), EVENTS);
    List<RecordedEvent> events = log.recorded();
    List<Long> fold = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      long begin = System.nanoTime();
      Directory state = Directory.EMPTY;
      for (RecordedEvent event : events.subList(0, 10_000)) {
        state = state.apply(event);
      }
      fold.add(System.nanoTime() - begin);
      assertThat(state.position()).isEqualTo(events.get(9_999).position());
    }
    List<Long> positions = new ArrayList<>(events.stream().map(RecordedEvent::position).toList());
    Collections.shuffle(positions, new Random(2));
    events = List.of();

    long before = used();
    History history = new History(log);
    long begin = System.nanoTime();
    Directory last = history.atPosition(log.head());
    long first = System.nanoTime() - begin;
    assertThat(last.experiments()).hasSize(1_000);
    long held = used() - before;
    List<Long> questions = new ArrayList<>();
    for (long position : positions.subList(0, QUESTIONS)) {
      begin = System.nanoTime();
      assertThat(history.atPosition(position).position()).isEqualTo(position);
      questions.add(System.nanoTime() - begin);
    }
    System.out.printf(
        "10,000 events folded: %s; whole log read, decoded and folded: %s; a question: %s;"
            + " %d checkpoints and the last state hold %,d bytes%n",
        shown(fold), shown(List.of(first)), shown(questions), history.checkpoints(), held);
    assertThat(Collections.min(fold)).isLessThan(Duration.ofSeconds(1).toNanos());
    assertThat(held).isLessThan(200_000_000);
  }

  private static String shown(List<Long> nanos) {
    List<Long> sorted = nanos.stream().sorted().toList();
    return "%.1f ms (p50), %.1f ms (longest)"
        .formatted(sorted.get(sorted.size() / 2) / 1e6, sorted.getLast() / 1e6);
  }

  private static long used() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
