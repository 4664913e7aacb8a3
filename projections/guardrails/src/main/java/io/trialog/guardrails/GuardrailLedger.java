package io.trialog.guardrails;

import io.trialog.language.GuardrailReport;
import io.trialog.language.GuardrailState;
import io.trialog.language.Verdict;
import io.trialog.language.wire.JsonCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What guardrails remember, and the verdicts and reports given, in SQL for H2 and PostgreSQL. Any
 * thread may ask; one thread writes.
 *
 * <p>A verdict and the memory of it are one transaction, before anybody else hears of it. It stays
 * {@code pending} until the topic has it, then {@code published} until its experiment is seen
 * ended, then {@code settled}. A report is kept likewise, until a later one of its guardrail is on
 * the topic or its experiment needs none any more.
 */
public final class GuardrailLedger {
  private static final int MAX_UNSETTLED = 10_000;
  private static final List<String> VERSIONS =
      List.of("V1__guardrails.sql", "V2__guardrail_reports.sql");

  private final Jdbc jdbc;

  /** Takes the tables as they are; see {@link #createTables}. */
  public GuardrailLedger(DataSource source) {
    this.jdbc = new Jdbc(source);
  }

  /** The database does not answer or refuses; may be tried again. */
  public static final class LedgerUnavailable extends RuntimeException {
    LedgerUnavailable(SQLException cause) {
      super("the guardrails' ledger cannot be used: " + cause.getMessage(), cause);
    }
  }

  /** Creates missing tables from {@code db/guardrails}. Idempotent. */
  public void createTables() {
    jdbc.inTransaction(connection -> {
      try (Statement statement = connection.createStatement()) {
        for (String version : VERSIONS) {
          for (String command : schema(version).replaceAll("(?m)^--.*$", "").split(";", -1)) {
            if (!command.isBlank()) {
              statement.execute(command);
            }
          }
        }
      }
      return null;
    });
  }

  /** What is remembered of an experiment, {@link ExperimentMemory#EMPTY} before its first look. */
  public ExperimentMemory memory(String experiment) {
    return Objects.requireNonNull(
        jdbc.inTransaction(connection ->
            new ExperimentMemory(
                guardrails(connection, experiment), minP(connection, experiment))));
  }

  /** Remembers, and latches the verdicts and reports as pending: all or nothing. */
  void remember(
      String experiment,
      ExperimentMemory memory,
      List<Verdict> verdicts,
      List<GuardrailReport> reports) {
    jdbc.inTransaction(connection -> {
      for (Map.Entry<GuardrailKey, GuardrailMemory> each : memory.guardrails().entrySet()) {
        write(connection, experiment, each.getKey(), each.getValue());
      }
      writeMinP(connection, experiment, memory.sampleRatioMinP());
      for (Verdict verdict : verdicts) {
        latch(connection, verdict);
      }
      for (GuardrailReport report : reports) {
        latch(connection, report);
      }
      return null;
    });
  }

  /** Verdicts that the topic is not known to have, in the order of their ids. */
  public List<Verdict> pending() {
    return inStage("pending");
  }

  /** Verdicts on the topic whose experiments were not seen ended yet. */
  List<Verdict> published() {
    return inStage("published");
  }

  /** All that is not settled becomes pending again: after a restart nothing is taken for sure. */
  void reopen() {
    jdbc.inTransaction(connection -> {
      Jdbc.update(
          connection, "UPDATE guardrail_verdict SET stage = 'pending' WHERE stage = 'published'");
      return Jdbc.update(
          connection, "UPDATE guardrail_report SET stage = 'pending' WHERE stage = 'published'");
    });
  }

  /** Reports that the topic is not known to have, oldest first. */
  public List<GuardrailReport> pendingReports() {
    return reports("stage = 'pending'");
  }

  /** The last report of each guardrail that has one on the topic. */
  List<GuardrailReport> publishedReports() {
    return reports("stage = 'published'");
  }

  private List<GuardrailReport> reports(String condition) {
    return Objects.requireNonNull(
        jdbc.inTransaction(connection ->
            Jdbc.rows(
                connection,
                "SELECT body FROM guardrail_report WHERE "
                    + condition
                    + " ORDER BY reported_millis, report LIMIT "
                    + MAX_UNSETTLED,
                row ->
                    JsonCodec.decode(
                        row.getString("body").getBytes(StandardCharsets.UTF_8),
                        GuardrailReport.class))));
  }

  /** The topic has it, and needs none of those that came before it. */
  void markPublished(GuardrailReport report) {
    jdbc.inTransaction(connection -> {
      Jdbc.update(
          connection,
          "DELETE FROM guardrail_report WHERE experiment = ? AND metric = ? AND variant = ?"
              + " AND reported_millis < ?",
          report.experiment(),
          report.metric(),
          report.variant(),
          report.evaluatedAt().toEpochMilli());
      return Jdbc.update(
          connection,
          "UPDATE guardrail_report SET stage = 'published' WHERE report = ?",
          report.report());
    });
  }

  /** Nobody needs to hear of this experiment's guardrails any more. */
  void forgetReports(String experiment) {
    jdbc.inTransaction(connection ->
        Jdbc.update(connection, "DELETE FROM guardrail_report WHERE experiment = ?", experiment));
  }

  void markPublished(String verdictId) {
    move(verdictId, "published");
  }

  void settle(String verdictId) {
    move(verdictId, "settled");
  }

  private void move(String verdictId, String stage) {
    jdbc.inTransaction(connection ->
        Jdbc.update(
            connection,
            "UPDATE guardrail_verdict SET stage = ? WHERE verdict = ?",
            stage,
            verdictId));
  }

  private List<Verdict> inStage(String stage) {
    return Objects.requireNonNull(
        jdbc.inTransaction(connection ->
            Jdbc.rows(
                connection,
                "SELECT body FROM guardrail_verdict WHERE stage = ? ORDER BY verdict LIMIT "
                    + MAX_UNSETTLED,
                row ->
                    JsonCodec.decode(
                        row.getString("body").getBytes(StandardCharsets.UTF_8), Verdict.class),
                stage)));
  }

  private static void latch(Connection connection, Verdict verdict) throws SQLException {
    Jdbc.update(
        connection,
        "INSERT INTO guardrail_verdict (verdict, experiment, stage, body)"
            + " VALUES (?, ?, 'pending', ?)",
        verdict.evidence().verdictId(),
        verdict.experiment(),
        new String(JsonCodec.encode(verdict), StandardCharsets.UTF_8));
  }

  private static void latch(Connection connection, GuardrailReport report) throws SQLException {
    Jdbc.update(
        connection,
        "INSERT INTO guardrail_report"
            + " (report, experiment, metric, variant, reported_millis, stage, body)"
            + " VALUES (?, ?, ?, ?, ?, 'pending', ?)",
        report.report(),
        report.experiment(),
        report.metric(),
        report.variant(),
        report.evaluatedAt().toEpochMilli(),
        new String(JsonCodec.encode(report), StandardCharsets.UTF_8));
  }

  private static void write(
      Connection connection, String experiment, GuardrailKey key, GuardrailMemory memory)
      throws SQLException {
    Optional<LastReport> last = memory.lastReport();
    @Nullable Object[] values = {
      memory.maxLogE().isPresent() ? memory.maxLogE().getAsDouble() : null,
      memory.crossedAt().map(Instant::toEpochMilli).orElse(null),
      memory.frozenSd().map(BigDecimal::toPlainString).orElse(null),
      memory.verdict().orElse(null),
      last.map(report -> report.state().word()).orElse(null),
      last.map(LastReport::epoch).orElse(null),
      last.map(report -> report.stateSince().toEpochMilli()).orElse(null),
      last.map(LastReport::subjects).orElse(null),
      last.map(report -> report.reportedAt().toEpochMilli()).orElse(null),
      experiment,
      key.metric(),
      key.variant()
    };
    int changed =
        Jdbc.update(
            connection,
            "UPDATE guardrail_state SET max_log_e = ?, crossed_millis = ?, frozen_sd = ?, verdict ="
                + " ?, reported_state = ?, reported_epoch = ?, state_since_millis = ?,"
                + " reported_subjects = ?, reported_millis = ? WHERE experiment = ? AND metric = ?"
                + " AND variant = ?",
            values);
    if (changed == 0) {
      Jdbc.update(
          connection,
          "INSERT INTO guardrail_state (max_log_e, crossed_millis, frozen_sd, verdict,"
              + " reported_state, reported_epoch, state_since_millis, reported_subjects,"
              + " reported_millis,"
              + " experiment, metric, variant) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          values);
    }
  }

  private static void writeMinP(Connection connection, String experiment, double p)
      throws SQLException {
    String set = "UPDATE guardrail_sample_ratio SET min_p = ? WHERE experiment = ?";
    if (Jdbc.update(connection, set, p, experiment) == 0) {
      Jdbc.update(
          connection,
          "INSERT INTO guardrail_sample_ratio (min_p, experiment) VALUES (?, ?)",
          p,
          experiment);
    }
  }

  private static Map<GuardrailKey, GuardrailMemory> guardrails(
      Connection connection, String experiment) throws SQLException {
    Map<GuardrailKey, GuardrailMemory> memories = new HashMap<>();
    Jdbc.rows(
        connection,
        "SELECT metric, variant, max_log_e, crossed_millis, frozen_sd, verdict, reported_state,"
            + " reported_epoch, state_since_millis, reported_subjects, reported_millis FROM"
            + " guardrail_state WHERE experiment = ?",
        row ->
            memories.put(
                new GuardrailKey(row.getString("metric"), row.getString("variant")), memory(row)),
        experiment);
    return memories;
  }

  private static GuardrailMemory memory(ResultSet row) throws SQLException {
    Double maxLogE = row.getObject("max_log_e", Double.class);
    Long crossed = row.getObject("crossed_millis", Long.class);
    String sd = row.getString("frozen_sd");
    return new GuardrailMemory(
        maxLogE == null ? OptionalDouble.empty() : OptionalDouble.of(maxLogE),
        Optional.ofNullable(crossed).map(Instant::ofEpochMilli),
        Optional.ofNullable(sd).map(BigDecimal::new),
        Optional.ofNullable(row.getString("verdict")),
        lastReport(row));
  }

  private static Optional<LastReport> lastReport(ResultSet row) throws SQLException {
    String state = row.getString("reported_state");
    return state == null
        ? Optional.empty()
        : Optional.of(
            new LastReport(
                GuardrailState.valueOf(state.toUpperCase(Locale.ROOT)),
                row.getInt("reported_epoch"),
                Instant.ofEpochMilli(row.getLong("state_since_millis")),
                row.getLong("reported_subjects"),
                Instant.ofEpochMilli(row.getLong("reported_millis"))));
  }

  private static double minP(Connection connection, String experiment) throws SQLException {
    return Jdbc.rows(
            connection,
            "SELECT min_p FROM guardrail_sample_ratio WHERE experiment = ?",
            row -> row.getDouble("min_p"),
            experiment)
        .stream()
        .findFirst()
        .orElse(1.0);
  }

  private static String schema(String version) {
    try (var in = GuardrailLedger.class.getResourceAsStream("/db/guardrails/" + version)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
