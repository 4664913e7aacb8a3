package io.trialog.measurement.store;

import io.trialog.measurement.CellKey;
import io.trialog.measurement.CellSums;
import io.trialog.measurement.PaneRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Sums in SQL, for H2 and PostgreSQL. What is added and the offset of it are one transaction; give
 * H2 {@code WRITE_DELAY=0}, or a crash forgets the last transactions (they are then read again from
 * Kafka). Totals are kept per segment; panes for everybody only.
 */
public final class JdbcMetricsStore implements MetricsStore {
  private static final String SUMS =
      "n, with_outcome, s1, s2, s3, u1, u2, two_arms, dup_exposures, dup_outcomes, late";
  private static final String ADD =
      " SET n = n + ?, with_outcome = with_outcome + ?, s1 = s1 + ?, s2 = s2 + ?, s3 = s3 + ?,"
          + " u1 = u1 + ?, u2 = u2 + ?, two_arms = two_arms + ?, dup_exposures = dup_exposures + ?,"
          + " dup_outcomes = dup_outcomes + ?, late = late + ?";
  private static final String TOTAL_KEY = "experiment, segment, epoch, variant, metric";
  private static final String PANE_KEY = "experiment, metric, pane, epoch, variant";
  private static final List<String> TABLES =
      List.of("metrics_total", "metrics_pane", "metrics_experiment", "metrics_folded");

  private final JdbcTemplate jdbc;
  private final TransactionTemplate writing;
  private final TransactionTemplate reading;
  private final Clock clock;

  /** Takes the tables as they are; see {@link #createTables}. */
  public JdbcMetricsStore(DataSource source, Clock clock) {
    this.jdbc = new JdbcTemplate(source);
    var transactions = new DataSourceTransactionManager(source);
    this.writing = new TransactionTemplate(transactions);
    this.reading = new TransactionTemplate(transactions);
    this.reading.setReadOnly(true);
    this.reading.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
    this.clock = clock;
  }

  /** Creates the tables that are missing, from {@code db/metrics/V1__metrics.sql}. Idempotent. */
  public void createTables() {
    for (String statement : schema().replaceAll("(?m)^--.*$", "").split(";", -1)) {
      if (!statement.isBlank()) {
        jdbc.execute(statement);
      }
    }
  }

  private static String schema() {
    try (var in = JdbcMetricsStore.class.getResourceAsStream("/db/metrics/V1__metrics.sql")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // --- adding

  @Override
  public Set<String> apply(List<Delivery> deliveries, Map<String, Long> nextOffsets) {
    return Objects.requireNonNull(
        writing.execute(status -> {
          Map<String, Long> reached = offsets();
          var sum = new Addition(generation());
          for (Delivery delivery : deliveries) {
            if (delivery.offset() >= reached.getOrDefault(delivery.partition(), 0L)) {
              sum.add(delivery.pane());
            }
          }
          write(sum);
          nextOffsets.forEach((partition, next) ->
              moveTo(partition, Math.max(next, reached.getOrDefault(partition, 0L))));
          return sum.experiments();
        }));
  }

  /** What many deliveries add, merged. */
  private static final class Addition {
    private final long before;
    private long generation;
    private final Map<CellKey, CellSums> totals = new LinkedHashMap<>();
    private final Map<CellKey, CellSums> panes = new LinkedHashMap<>();
    private final Map<String, FoldedCount> folded = new LinkedHashMap<>();
    private final Map<String, Long> newest = new TreeMap<>();

    Addition(long generation) {
      this.before = generation;
      this.generation = generation;
    }

    boolean startsAnew() {
      return generation > before;
    }

    Set<String> experiments() {
      return new TreeSet<>(newest.keySet());
    }

    void add(PaneRecord pane) {
      if (pane.generation() < generation) {
        return;
      }
      if (pane.generation() > generation) {
        generation = pane.generation();
        totals.clear();
        panes.clear();
        folded.clear();
        newest.clear();
      }
      switch (pane) {
        case PaneRecord.Cell cell -> add(cell.key(), cell.delta());
        case PaneRecord.Folded f ->
            folded.merge(
                f.source(),
                new FoldedCount(f.count(), f.dropped()),
                (a, b) -> new FoldedCount(a.records() + b.records(), a.dropped() + b.dropped()));
      }
    }

    private void add(CellKey key, CellSums delta) {
      var total =
          new CellKey(key.experiment(), key.epoch(), key.variant(), key.segment(), key.metric(), 0);
      totals.merge(total, delta, CellSums::plus);
      if (key.segment().isEmpty()) {
        panes.merge(key, delta, CellSums::plus);
      }
      newest.merge(key.experiment(), key.pane(), Math::max);
    }
  }

  private void write(Addition sum) {
    if (sum.startsAnew()) {
      TABLES.forEach(table -> jdbc.update("DELETE FROM " + table));
      upsert("metrics_generation", "generation = ?", "one", sum.generation, 1);
    }
    add("metrics_total", TOTAL_KEY, sum.totals, JdbcMetricsStore::totalKey);
    add("metrics_pane", PANE_KEY, sum.panes, JdbcMetricsStore::paneKey);
    sum.folded.forEach(this::addFolded);
    long now = clock.millis();
    sum.newest.forEach((experiment, pane) -> touch(experiment, pane, now));
  }

  private static Object[] totalKey(CellKey k) {
    return new Object[] {k.experiment(), k.segment(), k.epoch(), k.variant(), k.metric()};
  }

  private static Object[] paneKey(CellKey k) {
    return new Object[] {k.experiment(), k.metric(), k.pane(), k.epoch(), k.variant()};
  }

  /** Updates all, then inserts those that were not there: the SQL that both databases share. */
  private void add(
      String table,
      String keyColumns,
      Map<CellKey, CellSums> cells,
      Function<CellKey, Object[]> key) {
    List<Object[]> rows = new ArrayList<>();
    cells.forEach((k, sums) -> rows.add(joined(values(sums), key.apply(k))));
    if (rows.isEmpty()) {
      return;
    }
    String where = " WHERE " + keyColumns.replace(",", " = ? AND") + " = ?";
    int[] changed = jdbc.batchUpdate("UPDATE " + table + ADD + where, rows);
    List<Object[]> missing = new ArrayList<>();
    for (int i = 0; i < changed.length; i++) {
      if (changed[i] == 0) {
        missing.add(rows.get(i));
      }
    }
    if (!missing.isEmpty()) {
      jdbc.batchUpdate(
          "INSERT INTO " + table + " (" + SUMS + ", " + keyColumns + ") VALUES (" + marks(16) + ")",
          missing);
    }
  }

  private static String marks(int count) {
    return "?, ".repeat(count - 1) + "?";
  }

  private static Object[] values(CellSums s) {
    return new Object[] {
      s.n(),
      s.withOutcome(),
      s.s1(),
      s.s2(),
      s.s3(),
      s.u1(),
      s.u2(),
      s.twoArms(),
      s.dupExposures(),
      s.dupOutcomes(),
      s.late()
    };
  }

  private static Object[] joined(Object[] a, Object[] b) {
    var all = new ArrayList<Object>(List.of(a));
    all.addAll(List.of(b));
    return all.toArray();
  }

  private void addFolded(String source, FoldedCount count) {
    int changed =
        jdbc.update(
            "UPDATE metrics_folded SET records = records + ?, dropped = dropped + ?"
                + " WHERE source = ?",
            count.records(),
            count.dropped(),
            source);
    if (changed == 0) {
      jdbc.update(
          "INSERT INTO metrics_folded (records, dropped, source) VALUES (?, ?, ?)",
          count.records(),
          count.dropped(),
          source);
    }
  }

  private void touch(String experiment, long pane, long nowMillis) {
    int changed =
        jdbc.update(
            "UPDATE metrics_experiment SET newest_pane = GREATEST(newest_pane, ?),"
                + " updated_millis = ? WHERE experiment = ?",
            pane,
            nowMillis,
            experiment);
    if (changed == 0) {
      jdbc.update(
          "INSERT INTO metrics_experiment (newest_pane, updated_millis, experiment)"
              + " VALUES (?, ?, ?)",
          pane,
          nowMillis,
          experiment);
    }
  }

  private void moveTo(String partition, long next) {
    upsert("metrics_offset", "next_offset = ?", "topic_partition", next, partition);
  }

  private void upsert(String table, String assignment, String keyColumn, Object value, Object key) {
    String column = assignment.substring(0, assignment.indexOf(' '));
    int changed =
        jdbc.update(
            "UPDATE " + table + " SET " + assignment + " WHERE " + keyColumn + " = ?", value, key);
    if (changed == 0) {
      jdbc.update(
          "INSERT INTO " + table + " (" + column + ", " + keyColumn + ") VALUES (?, ?)",
          value,
          key);
    }
  }

  private long generation() {
    return number("SELECT generation FROM metrics_generation WHERE one = ?", 1).orElse(0L);
  }

  // --- asking

  @Override
  public Map<String, Long> offsets() {
    var offsets = new HashMap<String, Long>();
    jdbc.query(
        "SELECT topic_partition, next_offset FROM metrics_offset",
        row -> {
          offsets.put(row.getString(1), row.getLong(2));
        });
    return offsets;
  }

  @Override
  public Map<String, FoldedCount> folded() {
    var folded = new TreeMap<String, FoldedCount>();
    jdbc.query(
        "SELECT source, records, dropped FROM metrics_folded",
        row -> {
          folded.put(row.getString(1), new FoldedCount(row.getLong(2), row.getLong(3)));
        });
    return folded;
  }

  /** One row of totals. */
  private record Row(String segment, int epoch, String variant, String metric, CellSums sums) {}

  /** A variant in an epoch, under a segment; sorted by segment, epoch, variant. */
  private record Group(String segment, int epoch, String variant) {}

  @Override
  public ExperimentSums sums(String experiment) {
    return Objects.requireNonNull(
        reading.execute(status -> {
          List<Row> rows = rows("experiment = ? AND segment = ?", experiment, "");
          return new ExperimentSums(
              experiment,
              groups(rows).values().stream().toList(),
              health(rows),
              folded(),
              newestPane(experiment).map(Instant::ofEpochSecond),
              updatedMillis(experiment).map(Instant::ofEpochMilli));
        }));
  }

  private Optional<Long> newestPane(String experiment) {
    return number("SELECT newest_pane FROM metrics_experiment WHERE experiment = ?", experiment);
  }

  private Optional<Long> updatedMillis(String experiment) {
    return number("SELECT updated_millis FROM metrics_experiment WHERE experiment = ?", experiment);
  }

  private Optional<Long> number(String query, Object key) {
    return jdbc.query(query, (row, i) -> row.getLong(1), key).stream().findFirst();
  }

  @Override
  public List<SegmentTotals> segments(String experiment, String name) {
    String prefix = name + "="; // not LIKE: a name may hold an underscore
    List<Row> rows =
        rows(
            "experiment = ? AND SUBSTRING(segment, 1, CAST(? AS INTEGER)) = ?",
            experiment,
            prefix.length(),
            prefix);
    var totals = new ArrayList<SegmentTotals>();
    groups(rows)
        .forEach((group, variant) ->
            totals.add(
                new SegmentTotals(name, group.segment().substring(name.length() + 1), variant)));
    return totals;
  }

  private List<Row> rows(String where, Object... arguments) {
    return jdbc.query(
        "SELECT segment, epoch, variant, metric, "
            + SUMS
            + " FROM metrics_total WHERE "
            + where
            + " ORDER BY segment, epoch, variant, metric",
        (row, i) ->
            new Row(
                row.getString("segment"),
                row.getInt("epoch"),
                row.getString("variant"),
                row.getString("metric"),
                sums(row)),
        arguments);
  }

  private static CellSums sums(ResultSet row) throws SQLException {
    return new CellSums(
        row.getLong("n"),
        row.getLong("with_outcome"),
        row.getBigDecimal("s1"),
        row.getBigDecimal("s2"),
        row.getBigDecimal("s3"),
        row.getBigDecimal("u1"),
        row.getBigDecimal("u2"),
        row.getLong("two_arms"),
        row.getLong("dup_exposures"),
        row.getLong("dup_outcomes"),
        row.getLong("late"));
  }

  /** Rows to variants; those of the experiment as a whole (variant empty) hold only health. */
  private static Map<Group, VariantTotals> groups(Collection<Row> rows) {
    var byGroup = new LinkedHashMap<Group, List<Row>>();
    for (Row row : rows) {
      if (!row.variant().isEmpty()) {
        var group = new Group(row.segment(), row.epoch(), row.variant());
        byGroup.computeIfAbsent(group, g -> new ArrayList<>()).add(row);
      }
    }
    var totals = new LinkedHashMap<Group, VariantTotals>();
    byGroup.forEach((group, list) -> totals.put(group, variant(group, list)));
    return totals;
  }

  private static VariantTotals variant(Group group, List<Row> rows) {
    long n = 0;
    var metrics = new HashMap<String, MetricSums>();
    for (Row row : rows) {
      n += row.sums().n();
      if (!row.metric().isEmpty()) {
        metrics.put(row.metric(), metric(row.sums()));
      }
    }
    return new VariantTotals(group.epoch(), group.variant(), n, metrics);
  }

  private static MetricSums metric(CellSums s) {
    return new MetricSums(s.withOutcome(), s.s1(), s.s2(), s.s3(), s.u1(), s.u2());
  }

  private static Health health(List<Row> rows) {
    CellSums all = rows.stream().map(Row::sums).reduce(CellSums.ZERO, CellSums::plus);
    return new Health(all.twoArms(), all.dupExposures(), all.dupOutcomes(), all.late());
  }

  @Override
  public List<MinuteTotals> series(String experiment, String metric) {
    return jdbc.query(
        "SELECT pane - MOD(pane, 60) AS bucket, epoch, variant, SUM(n) AS n,"
            + " SUM(with_outcome) AS with_outcome, SUM(s1) AS s1, SUM(s2) AS s2, SUM(s3) AS s3,"
            + " SUM(u1) AS u1, SUM(u2) AS u2, 0 AS two_arms, 0 AS dup_exposures,"
            + " 0 AS dup_outcomes, 0 AS late FROM metrics_pane"
            + " WHERE experiment = ? AND metric = ? AND variant <> ''"
            + " GROUP BY pane - MOD(pane, 60), epoch, variant ORDER BY 1, 2, 3",
        (row, i) -> {
          CellSums sums = sums(row);
          return new MinuteTotals(
              Instant.ofEpochSecond(row.getLong(1)),
              row.getInt("epoch"),
              row.getString("variant"),
              sums.n(),
              metric(sums));
        },
        experiment,
        metric);
  }
}
