package io.trialog.guardrails;

import io.trialog.language.Verdict;
import io.trialog.language.wire.JsonCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What guardrails remember, and the verdicts given, in SQL for H2 and PostgreSQL. Any thread may
 * ask; one thread writes.
 *
 * <p>A verdict and the memory of it are one transaction, before anybody else hears of it. It stays
 * {@code pending} until the topic has it, then {@code published} until its experiment is seen
 * ended, then {@code settled}.
 */
public final class GuardrailLedger {
  private static final int MAX_UNSETTLED = 10_000;

  private final DataSource source;

  /** Takes the tables as they are; see {@link #createTables}. */
  public GuardrailLedger(DataSource source) {
    this.source = source;
  }

  /** The database does not answer or refuses; may be tried again. */
  public static final class LedgerUnavailable extends RuntimeException {
    LedgerUnavailable(SQLException cause) {
      super("the guardrails' ledger cannot be used: " + cause.getMessage(), cause);
    }
  }

  /** Creates missing tables from {@code db/guardrails/V1__guardrails.sql}. Idempotent. */
  public void createTables() {
    inTransaction(connection -> {
      try (Statement statement = connection.createStatement()) {
        for (String command : schema().replaceAll("(?m)^--.*$", "").split(";", -1)) {
          if (!command.isBlank()) {
            statement.execute(command);
          }
        }
      }
      return null;
    });
  }

  /** What is remembered of an experiment, {@link ExperimentMemory#EMPTY} before its first look. */
  public ExperimentMemory memory(String experiment) {
    return Objects.requireNonNull(
        inTransaction(connection ->
            new ExperimentMemory(
                guardrails(connection, experiment), minP(connection, experiment))));
  }

  /** Remembers, and latches the verdicts as pending: all or nothing. */
  void remember(String experiment, ExperimentMemory memory, List<Verdict> verdicts) {
    inTransaction(connection -> {
      for (Map.Entry<GuardrailKey, GuardrailMemory> each : memory.guardrails().entrySet()) {
        write(connection, experiment, each.getKey(), each.getValue());
      }
      writeMinP(connection, experiment, memory.sampleRatioMinP());
      for (Verdict verdict : verdicts) {
        latch(connection, verdict);
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
    inTransaction(connection ->
        update(
            connection,
            "UPDATE guardrail_verdict SET stage = 'pending' WHERE stage = 'published'"));
  }

  void markPublished(String verdictId) {
    move(verdictId, "published");
  }

  void settle(String verdictId) {
    move(verdictId, "settled");
  }

  private void move(String verdictId, String stage) {
    inTransaction(connection ->
        update(
            connection,
            "UPDATE guardrail_verdict SET stage = ? WHERE verdict = ?",
            stage,
            verdictId));
  }

  private List<Verdict> inStage(String stage) {
    return Objects.requireNonNull(
        inTransaction(connection ->
            rows(
                connection,
                "SELECT body FROM guardrail_verdict WHERE stage = ? ORDER BY verdict LIMIT "
                    + MAX_UNSETTLED,
                row ->
                    JsonCodec.decode(
                        row.getString("body").getBytes(StandardCharsets.UTF_8), Verdict.class),
                stage)));
  }

  private static void latch(Connection connection, Verdict verdict) throws SQLException {
    update(
        connection,
        "INSERT INTO guardrail_verdict (verdict, experiment, stage, body)"
            + " VALUES (?, ?, 'pending', ?)",
        verdict.evidence().verdictId(),
        verdict.experiment(),
        new String(JsonCodec.encode(verdict), StandardCharsets.UTF_8));
  }

  private static void write(
      Connection connection, String experiment, GuardrailKey key, GuardrailMemory memory)
      throws SQLException {
    @Nullable Object[] values = {
      memory.maxLogE().isPresent() ? memory.maxLogE().getAsDouble() : null,
      memory.crossedAt().map(Instant::toEpochMilli).orElse(null),
      memory.frozenSd().map(BigDecimal::toPlainString).orElse(null),
      memory.verdict().orElse(null),
      experiment,
      key.metric(),
      key.variant()
    };
    int changed =
        update(
            connection,
            "UPDATE guardrail_state SET max_log_e = ?, crossed_millis = ?, frozen_sd = ?,"
                + " verdict = ? WHERE experiment = ? AND metric = ? AND variant = ?",
            values);
    if (changed == 0) {
      update(
          connection,
          "INSERT INTO guardrail_state (max_log_e, crossed_millis, frozen_sd, verdict,"
              + " experiment, metric, variant) VALUES (?, ?, ?, ?, ?, ?, ?)",
          values);
    }
  }

  private static void writeMinP(Connection connection, String experiment, double p)
      throws SQLException {
    String set = "UPDATE guardrail_sample_ratio SET min_p = ? WHERE experiment = ?";
    if (update(connection, set, p, experiment) == 0) {
      update(
          connection,
          "INSERT INTO guardrail_sample_ratio (min_p, experiment) VALUES (?, ?)",
          p,
          experiment);
    }
  }

  private static Map<GuardrailKey, GuardrailMemory> guardrails(
      Connection connection, String experiment) throws SQLException {
    Map<GuardrailKey, GuardrailMemory> memories = new HashMap<>();
    rows(
        connection,
        "SELECT metric, variant, max_log_e, crossed_millis, frozen_sd, verdict"
            + " FROM guardrail_state WHERE experiment = ?",
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
        Optional.ofNullable(row.getString("verdict")));
  }

  private static double minP(Connection connection, String experiment) throws SQLException {
    return rows(
            connection,
            "SELECT min_p FROM guardrail_sample_ratio WHERE experiment = ?",
            row -> row.getDouble("min_p"),
            experiment)
        .stream()
        .findFirst()
        .orElse(1.0);
  }

  // --- plain JDBC, so that this room needs no framework

  private interface Work<T extends @Nullable Object> {
    T in(Connection connection) throws SQLException;
  }

  private interface RowReader<T> {
    @Nullable T read(ResultSet row) throws SQLException;
  }

  private <T extends @Nullable Object> T inTransaction(Work<T> work) {
    try (Connection connection = source.getConnection()) {
      connection.setAutoCommit(false);
      try {
        T result = work.in(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true); // pools may hand the connection on
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  private static int update(Connection connection, String sql, @Nullable Object... arguments)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, arguments);
      return statement.executeUpdate();
    }
  }

  private static <T> List<T> rows(
      Connection connection, String sql, RowReader<T> reader, Object... arguments)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, arguments);
      List<T> found = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          T value = reader.read(row);
          if (value != null) {
            found.add(value);
          }
        }
      }
      return found;
    }
  }

  private static void bind(PreparedStatement statement, @Nullable Object... arguments)
      throws SQLException {
    for (int i = 0; i < arguments.length; i++) {
      statement.setObject(i + 1, arguments[i]);
    }
  }

  private static String schema() {
    try (var in = GuardrailLedger.class.getResourceAsStream("/db/guardrails/V1__guardrails.sql")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
