package io.trialog.measurement.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.measurement.CellKey;
import io.trialog.measurement.CellSums;
import io.trialog.measurement.PaneRecord;
import io.trialog.measurement.store.MetricsStore.Delivery;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JdbcMetricsStoreTest {
  private static final Instant NOW = Instant.parse("2026-11-22T16:00:00.123Z");
  private static final String P = "trialog.panes-0";
  private static final long PANE = 1_483_364_520;

  @TempDir Path folder;
  private JdbcMetricsStore store;

  @BeforeEach
  void open() {
    store = reopened();
  }

  private JdbcMetricsStore reopened() {
    var source = new JdbcDataSource();
    source.setURL("jdbc:h2:file:" + folder.resolve("metrics") + ";WRITE_DELAY=0");
    var opened = new JdbcMetricsStore(source, Clock.fixed(NOW, ZoneOffset.UTC));
    opened.createTables();
    return opened;
  }

  @Test
  void an_empty_store_knows_nothing() {
    var sums = store.sums("x");
    assertThat(sums.variants()).isEmpty();
    assertThat(sums.health()).isEqualTo(new Health(0, 0, 0, 0));
    assertThat(sums.newestEventTime()).isEmpty();
    assertThat(sums.updatedAt()).isEmpty();
    assertThat(store.folded()).isEmpty();
    assertThat(store.offsets()).isEmpty();
  }

  @Test
  void deltas_add_up_over_panes_and_deliveries_and_survive_a_restart() {
    var changed =
        store.apply(
            List.of(
                at(0, cell("a", "", "", PANE, CellSums.subjects(2))),
                at(1, cell("a", "", "gmv", PANE, gmv("10.5", 1))),
                at(2, folded("trialog.exposures-0", 3, 0))),
            Map.of(P, 4L));
    assertThat(changed).containsExactly("x");
    store.apply(
        List.of(
            at(5, cell("a", "", "", PANE + 60, CellSums.subjects(-1))),
            at(6, cell("a", "", "gmv", PANE + 60, gmv("-0.25", 0))),
            at(7, folded("trialog.exposures-0", 2, 1))),
        Map.of(P, 9L));

    var sums = reopened().sums("x");
    assertThat(sums.variants()).hasSize(1);
    var variant = sums.variants().getFirst();
    assertThat(variant.n()).isEqualTo(1);
    assertThat(variant.metric("gmv").withOutcome()).isEqualTo(1);
    assertThat(variant.metric("gmv").s1()).isEqualByComparingTo("10.25");
    assertThat(variant.metric("other")).isEqualTo(MetricSums.ZERO);
    assertThat(sums.newestEventTime()).contains(Instant.ofEpochSecond(PANE + 60));
    assertThat(sums.updatedAt()).contains(NOW);
    assertThat(sums.folded()).isEqualTo(Map.of("trialog.exposures-0", new FoldedCount(5, 1)));
    assertThat(store.offsets()).isEqualTo(Map.of(P, 9L));
    assertThat(store.series("x", "")).extracting(MinuteTotals::n).containsExactly(2L, -1L);
    assertThat(store.series("x", "gmv"))
        .extracting(m -> m.sums().u1().stripTrailingZeros())
        .containsExactly(new BigDecimal("10.5"), new BigDecimal("-0.25"));
  }

  @Test
  void a_delivery_that_comes_again_adds_nothing() {
    var deliveries =
        List.of(
            at(0, cell("a", "", "", PANE, CellSums.subjects(2))),
            at(1, folded("trialog.exposures-0", 2, 0)));
    store.apply(deliveries, Map.of(P, 2L));
    assertThat(store.apply(deliveries, Map.of(P, 2L))).isEmpty();
    var longer =
        List.of(
            deliveries.getFirst(),
            deliveries.getLast(),
            at(2, folded("trialog.exposures-0", 5, 0)));
    store.apply(longer, Map.of(P, 3L));
    store.apply(List.of(), Map.of(P, 1L));

    assertThat(store.sums("x").variants().getFirst().n()).isEqualTo(2);
    assertThat(store.folded()).isEqualTo(Map.of("trialog.exposures-0", new FoldedCount(7, 0)));
    assertThat(store.offsets()).isEqualTo(Map.of(P, 3L));
  }

  @Test
  void when_one_of_a_batch_cannot_be_stored_none_is_and_the_offset_stays() {
    var tooLong = cell("v".repeat(65), "", "", PANE, CellSums.subjects(1));
    assertThatThrownBy(() ->
            store.apply(
                List.of(at(0, cell("a", "", "", PANE, CellSums.subjects(1))), at(1, tooLong)),
                Map.of(P, 2L)))
        .isInstanceOf(RuntimeException.class);
    assertThat(store.sums("x").variants()).isEmpty();
    assertThat(store.offsets()).isEmpty();
  }

  @Test
  void a_newer_generation_replaces_the_older_one_which_then_adds_nothing() {
    store.apply(
        List.of(
            at(0, cell("a", "", "", PANE, CellSums.subjects(2))),
            at(1, folded("trialog.exposures-0", 2, 0))),
        Map.of(P, 2L));
    store.apply(
        List.of(
            at(2, cell("a", "", "", PANE, CellSums.subjects(9))),
            at(3, new PaneRecord.Cell(8, key("b", "", "", PANE), CellSums.subjects(5))),
            at(4, cell("a", "", "", PANE, CellSums.subjects(1))),
            at(5, new PaneRecord.Folded(8, "trialog.outcomes-0", 4, 0))),
        Map.of(P, 6L));
    assertThat(store.sums("x").variants()).extracting(VariantTotals::variant).containsExactly("b");
    assertThat(store.folded()).isEqualTo(Map.of("trialog.outcomes-0", new FoldedCount(4, 0)));
    assertThat(store.series("x", "")).extracting(MinuteTotals::n).containsExactly(5L);
    assertThat(store.offsets()).isEqualTo(Map.of(P, 6L));
  }

  @Test
  void segments_are_apart_from_the_total_and_from_each_other() {
    store.apply(
        List.of(
            at(0, cell("a", "", "", PANE, CellSums.subjects(3))),
            at(1, cell("a", "c_y=US", "", PANE, CellSums.subjects(2))),
            at(2, cell("b", "c_y=US", "gmv", PANE, gmv("7", 1))),
            at(3, cell("a", "cxy=DE", "", PANE, CellSums.subjects(1))),
            at(4, cell("", "", "", PANE, CellSums.health(1, 2, 3, 4))),
            at(5, cell("a", "", "", PANE, CellSums.health(0, 10, 0, 0)))),
        Map.of(P, 6L));
    assertThat(store.sums("x").variants()).hasSize(1);
    assertThat(store.sums("x").variants().getFirst().n()).isEqualTo(3);
    assertThat(store.sums("x").health()).isEqualTo(new Health(1, 12, 3, 4));
    assertThat(store.segments("x", "c_y"))
        .extracting(s -> s.value() + " " + s.totals().variant() + " " + s.totals().n())
        .containsExactly("US a 2", "US b 0");
    assertThat(store.segments("x", "c_")).isEmpty();
    assertThat(store.series("x", "")).hasSize(1);
  }

  @Test
  void sums_of_cubes_keep_every_digit() {
    var cube = new BigDecimal("9".repeat(60) + "." + "123456789012345678");
    var zero = BigDecimal.ZERO;
    var sums = CellSums.metric(0, zero, zero, cube, zero, zero);
    store.apply(List.of(at(0, cell("a", "", "gmv", PANE, sums))), Map.of(P, 1L));
    store.apply(List.of(at(1, cell("a", "", "gmv", PANE, sums))), Map.of(P, 2L));
    assertThat(store.sums("x").variants().getFirst().metric("gmv").s3())
        .isEqualByComparingTo(cube.add(cube));
  }

  @Test
  void experiments_that_changed_are_told_and_only_those() {
    var y = new CellKey("y", 0, "a", "", "", PANE);
    assertThat(
            store.apply(
                List.of(
                    at(0, cell("a", "", "", PANE, CellSums.subjects(1))),
                    at(1, new PaneRecord.Cell(7, y, CellSums.subjects(1)))),
                Map.of(P, 2L)))
        .isEqualTo(Set.of("x", "y"));
    assertThat(store.apply(List.of(at(2, folded("s", 1, 0))), Map.of(P, 3L))).isEmpty();
  }

  private static Delivery at(long offset, PaneRecord pane) {
    return new Delivery(P, offset, pane);
  }

  private static CellKey key(String variant, String segment, String metric, long pane) {
    return new CellKey("x", 0, variant, segment, metric, pane);
  }

  private static PaneRecord cell(
      String variant, String segment, String metric, long pane, CellSums sums) {
    return new PaneRecord.Cell(7, key(variant, segment, metric, pane), sums);
  }

  private static PaneRecord folded(String source, long count, long dropped) {
    return new PaneRecord.Folded(7, source, count, dropped);
  }

  private static CellSums gmv(String value, long withOutcome) {
    var y = new BigDecimal(value);
    return CellSums.metric(withOutcome, y, y.pow(2), y.pow(3), y, y.pow(2));
  }
}
