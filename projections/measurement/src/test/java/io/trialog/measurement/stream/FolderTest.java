package io.trialog.measurement.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.measurement.CellKey;
import io.trialog.measurement.CellSums;
import io.trialog.measurement.EventJson;
import io.trialog.measurement.Exposure;
import io.trialog.measurement.FieldRefused;
import io.trialog.measurement.MetricKind;
import io.trialog.measurement.Outcome;
import io.trialog.measurement.PaneRecord;
import io.trialog.measurement.Reference;
import io.trialog.measurement.Traffic;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FolderTest {
  private static final Instant T = Instant.parse("2017-01-02T13:42:05Z");
  private static final String S = Traffic.subject("alice");

  private final PaneDeltas deltas = new PaneDeltas();
  private final Map<String, byte[]> state = new HashMap<>();
  private final LedgerCache cache =
      new LedgerCache(
          new LedgerCache.Store() {
            @Override
            public byte[] read(String subject) {
              return state.get(subject);
            }

            @Override
            public void write(String subject, byte[] ledger) {
              state.put(subject, ledger);
            }
          });
  private final Folder folder = new Folder(cache, deltas, new LateWatch());
  private final Map<CellKey, CellSums> added = new HashMap<>();
  private final Map<String, Long> folded = new HashMap<>();
  private final List<FieldRefused> refused = new ArrayList<>();
  private long dropped;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void any_order_of_arrival_gives_the_sums_of_the_definition(long seed) {
    var traffic = Traffic.of(seed, 60);
    var expected = Reference.of(traffic.exposures, traffic.outcomes);
    for (int order = 0; order < 5; order++) {
      var test = new FolderTest();
      var arrivals = new ArrayList<Object>(traffic.exposures);
      arrivals.addAll(traffic.outcomes);
      Collections.shuffle(arrivals, new Random(seed * 31 + order));
      for (Object arrival : arrivals) {
        if (order > 0 && arrival.hashCode() % 7 == 0) {
          test = test.restarted();
        }
        test.arrive(arrival);
      }
      assertThat(withoutLate(test.sums())).as("seed %d order %d", seed, order).isEqualTo(expected);
      assertThat(test.folded)
          .containsEntry("trialog.exposures-0", (long) traffic.exposures.size())
          .containsEntry("trialog.outcomes-0", (long) traffic.outcomes.size());
    }
  }

  @Test
  void the_running_total_is_capped_and_the_uncapped_one_is_kept() {
    arrive(exposure(1, "control", T));
    arrive(outcome(2, "400", T.plusSeconds(1)));
    arrive(outcome(3, "300", T.plusSeconds(12)));
    arrive(outcome(4, "-600", T.plusSeconds(31)));
    assertThat(sums())
        .containsEntry(metric(0), sums(1, "400", "160000", "64000000", "400", "160000"))
        .containsEntry(metric(10), sums(0, "100", "90000", "61000000", "300", "330000"))
        .containsEntry(metric(30), sums(0, "-400", "-240000", "-124000000", "-600", "-480000"))
        .hasSize(4);
  }

  @Test
  void outcomes_before_the_first_exposure_do_not_count_until_an_earlier_exposure_arrives() {
    arrive(exposure(1, "control", T.plusSeconds(60)));
    arrive(outcome(2, "5", T.plusSeconds(30)));
    assertThat(sums()).containsOnlyKeys(cell("control", "", 60));
    arrive(exposure(3, "control", T));
    assertThat(sums()).containsOnlyKeys(cell("control", "", 0), metric(30));
  }

  @Test
  void a_subject_in_two_arms_leaves_every_sum_and_is_counted_once() {
    arrive(exposure(1, "control", T));
    arrive(outcome(2, "5", T.plusSeconds(30)));
    arrive(exposure(3, "treatment", T.plusSeconds(40)));
    arrive(outcome(4, "7", T.plusSeconds(50)));
    arrive(exposure(5, "treatment", T.minusSeconds(5)));
    assertThat(sums()).isEqualTo(Map.of(cell("", "", 0), CellSums.health(1, 0, 0, 0)));
  }

  @Test
  void an_event_over_a_minute_behind_the_newest_of_its_experiment_is_late_and_still_folded() {
    arrive(exposure(1, "control", T));
    arrive(outcome(2, "5", T.plusSeconds(200)));
    arrive(outcome(3, "5", T.plusSeconds(140)));
    arrive(outcome(4, "5", T.plusSeconds(139)));
    assertThat(sums().get(cell("", "", 140)).late()).isEqualTo(1);
    assertThat(Reference.totals(sums()).get(total("control", "gmv")).u1())
        .isEqualByComparingTo("15");
  }

  @Test
  void past_the_bound_of_a_subject_outcomes_are_dropped_counted_and_cheap() {
    arrive(exposure(1, "control", T));
    long begin = System.nanoTime();
    for (int i = 2; i <= SubjectLedger.EVENTS + 3_000; i++) {
      arrive(outcome(i, "0.01", T.plusSeconds(i)));
    }
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
    sums();
    assertThat(dropped).isEqualTo(3_000);
    assertThat(folded).containsEntry("trialog.outcomes-0", SubjectLedger.EVENTS + 2_999L);
    assertThat(Reference.totals(added).get(total("control", "gmv")).u1())
        .isEqualByComparingTo("99.99");
  }

  @Test
  void records_that_are_no_events_are_refused_counted_and_change_nothing() {
    for (String junk :
        List.of("", "{", "[]", "null", "{\"id\":1}", "\uD83D\uDE80", "{\"a\":".repeat(5_000))) {
      send("trialog.outcomes-0", S, junk.getBytes(StandardCharsets.UTF_8));
    }
    send("trialog.exposures-0", S, new byte[] {(byte) 0xff, 0, 1});
    send("trialog.exposures-0", "other", EventJson.write(exposure(1, "control", T)));
    assertThat(sums()).isEmpty();
    assertThat(state).isEmpty();
    assertThat(refused).hasSize(9);
    assertThat(folded).isEqualTo(Map.of("trialog.outcomes-0", 7L, "trialog.exposures-0", 2L));
  }

  @Test
  void a_ledger_of_an_unknown_format_is_not_read() {
    arrive(exposure(1, "control", T));
    cache.writeBack();
    byte[] bytes = state.get(S).clone();
    bytes[0] = 99;
    assertThatThrownBy(() -> LedgerCodec.decode(bytes))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("99");
  }

  // --- given

  private Exposure exposure(long id, String variant, Instant time) {
    return new Exposure(
        new UUID(0, id), "x", variant, S, time, "web", 0, OptionalLong.empty(), new TreeMap<>());
  }

  private Outcome outcome(long id, String value, Instant time) {
    return new Outcome(
        new UUID(1, id),
        S,
        "gmv",
        MetricKind.MEAN,
        Optional.of(new BigDecimal(500)),
        new BigDecimal(value),
        time);
  }

  /** The cell whose pane begins so many seconds after that of T. */
  private static CellKey cell(String variant, String metric, int seconds) {
    return new CellKey("x", 0, variant, "", metric, CellKey.paneOf(T) + seconds);
  }

  private static CellKey metric(int seconds) {
    return cell("control", "gmv", seconds);
  }

  private static CellKey total(String variant, String metric) {
    return new CellKey("x", 0, variant, "", metric, 0);
  }

  private static CellSums sums(
      long withOutcome, String s1, String s2, String s3, String u1, String u2) {
    return Reference.normal(
        CellSums.metric(
            withOutcome,
            new BigDecimal(s1),
            new BigDecimal(s2),
            new BigDecimal(s3),
            new BigDecimal(u1),
            new BigDecimal(u2)));
  }

  // --- when

  private void arrive(Object event) {
    switch (event) {
      case Exposure e -> send("trialog.exposures-0", e.subject(), EventJson.write(e));
      case Outcome o -> send("trialog.outcomes-0", o.subject(), EventJson.write(o));
      default -> throw new AssertionError(event);
    }
  }

  private void send(String source, String key, byte[] value) {
    folder.fold(source, key, value, refused::add);
  }

  // --- then

  /** As after a checkpoint and a restart: only bytes survive, and what was emitted. */
  private FolderTest restarted() {
    sums();
    var next = new FolderTest();
    next.state.putAll(state);
    next.added.putAll(added);
    next.folded.putAll(folded);
    return next;
  }

  /** Late counts depend on the order of arrival; the reference has none. */
  private static Map<CellKey, CellSums> withoutLate(Map<CellKey, CellSums> cells) {
    var result = new HashMap<CellKey, CellSums>();
    cells.forEach((k, s) -> result.put(k, s.plus(CellSums.health(0, 0, 0, -s.late()))));
    result.values().removeIf(CellSums::isZero);
    return Reference.normal(result);
  }

  /** All deltas so far, added up. */
  private Map<CellKey, CellSums> sums() {
    cache.writeBack();
    deltas.drain(
        1,
        pane -> {
          switch (pane) {
            case PaneRecord.Cell c -> added.merge(c.key(), c.delta(), CellSums::plus);
            case PaneRecord.Folded f -> {
              folded.merge(f.source(), f.count(), Long::sum);
              dropped += f.dropped();
            }
          }
        });
    added.values().removeIf(CellSums::isZero);
    return Reference.normal(added);
  }
}
