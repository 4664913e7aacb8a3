package io.trialog.receipts;

import io.trialog.receipts.ClientReceipt.Enforced;
import io.trialog.receipts.Enforcement.Delays;
import io.trialog.receipts.Enforcement.Missing;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Receipts in SQL, for H2 and PostgreSQL; the tables are those of {@code db/receipts}. Any thread,
 * and more than one process.
 *
 * <p>Who is expected to enforce a kill is written down once, soon after the kill, from the runs of
 * the clients: a client counts when a run of it, which no silence of {@link #WINDOW} interrupts,
 * began before the kill and lasted into the window before it. That is the same as to have been
 * heard within the window, and does not depend on when it is asked.
 */
public final class ReceiptStore {
  /** How long a client that does not speak counts as there: five signs of life. */
  public static final Duration WINDOW = Duration.ofMinutes(5);

  /** Clients that do not speak for so long are forgotten. */
  static final Duration CLIENTS_KEPT = Duration.ofHours(24);

  /** So long it is known who enforced a kill. */
  static final Duration KILLS_KEPT = Duration.ofDays(30);

  private static final String UPDATE_CLIENT =
      "UPDATE receipt_client SET"
          + " began_millis = CASE WHEN closed OR ? > seen_millis THEN ? ELSE began_millis END,"
          + " sdk = ?, seen_millis = GREATEST(seen_millis, ?), closed = ?,"
          + " enforced_millis = CASE WHEN ? > at_position THEN ? ELSE enforced_millis END,"
          + " at_position = GREATEST(at_position, ?) WHERE environment = ? AND client = ?";
  private static final String INSERT_CLIENT =
      "INSERT INTO receipt_client (began_millis, sdk, seen_millis, closed, enforced_millis,"
          + " at_position, environment, client) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String ENFORCE =
      "UPDATE receipt_expected SET enforced_millis = ? WHERE environment = ? AND client = ?"
          + " AND kill_position <= ? AND enforced_millis IS NULL";
  private static final String EXPECT =
      "INSERT INTO receipt_expected (kill_position, environment, client, sdk, seen_millis,"
          + " enforced_millis) SELECT CAST(? AS BIGINT), environment, client, sdk, seen_millis,"
          + " CASE WHEN at_position >= ? THEN enforced_millis END FROM receipt_client"
          + " WHERE environment = ? AND began_millis <= ? AND seen_millis >= ?"
          + " AND (NOT closed OR at_position >= ?)";
  private static final String COUNTS =
      "SELECT COUNT(*) AS expected, COUNT(enforced_millis) AS enforcing"
          + " FROM receipt_expected WHERE kill_position = ?";

  /** Not {@code PERCENTILE_DISC}: H2 takes another rank than the standard and PostgreSQL do. */
  private static final String RANK =
      "SELECT enforced_millis FROM receipt_expected WHERE kill_position = ?"
          + " AND enforced_millis IS NOT NULL ORDER BY enforced_millis LIMIT 1 OFFSET ?";

  private static final String MISSING =
      "SELECT e.client, e.sdk, COALESCE(c.seen_millis, e.seen_millis) AS seen, c.at_position"
          + " FROM receipt_expected e LEFT JOIN receipt_client c"
          + " ON c.environment = e.environment AND c.client = e.client"
          + " WHERE e.kill_position = ? AND e.enforced_millis IS NULL"
          + " ORDER BY seen DESC, e.client LIMIT ?";
  private static final String SINCE =
      "SELECT COUNT(*) FROM receipt_client c WHERE environment = ? AND NOT closed"
          + " AND seen_millis >= ? AND at_position >= ? AND NOT EXISTS (SELECT 1"
          + " FROM receipt_expected e WHERE e.kill_position = ? AND e.client = c.client)";
  private static final String THERE =
      " FROM receipt_client WHERE environment = ? AND NOT closed AND seen_millis >= ?";

  private final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;
  private final TransactionTemplate reading;
  private final int clientLimit;

  /** At most 50,000 clients an environment. */
  public ReceiptStore(DataSource source) {
    this(source, 50_000);
  }

  ReceiptStore(DataSource source, int clientLimit) {
    this.jdbc = new JdbcTemplate(source);
    DataSourceTransactionManager transactions = new DataSourceTransactionManager(source);
    this.transaction = new TransactionTemplate(transactions);
    this.reading = new TransactionTemplate(transactions);
    this.reading.setReadOnly(true);
    this.reading.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
    this.clientLimit = clientLimit;
  }

  /** The receipts of one client in a batch, as one. */
  private record Word(ClientReceipt first, ClientReceipt last, List<Enforced> enforced) {
    static Word of(ClientReceipt receipt) {
      return new Word(receipt, receipt, receipt.enforced());
    }

    Word and(Word later) {
      List<Enforced> all = new ArrayList<>(enforced);
      all.addAll(later.enforced);
      return new Word(first, later.last, all);
    }

    Enforced newest() {
      return last.enforced().getLast();
    }

    String key() {
      return last.environment() + " " + last.client();
    }
  }

  /**
   * Writes all of them or none.
   *
   * @return how many were left out because their environment has too many clients
   */
  int write(Collection<ClientReceipt> receipts) {
    Map<String, Word> words = new LinkedHashMap<>();
    for (ClientReceipt receipt : receipts) {
      Word word = Word.of(receipt);
      words.merge(word.key(), word, Word::and);
    }
    try {
      return written(List.copyOf(words.values()));
    } catch (DuplicateKeyException e) {
      // Another process has just met one of the clients, so this time there is a row to update.
      return written(List.copyOf(words.values()));
    }
  }

  private int written(List<Word> words) {
    return Objects.requireNonNull(
        transaction.execute(status -> {
          int[] updated =
              jdbc.batchUpdate(UPDATE_CLIENT, words.stream().map(this::update).toList());
          List<Word> fresh = new ArrayList<>();
          for (int i = 0; i < updated.length; i++) {
            if (updated[i] == 0) {
              fresh.add(words.get(i));
            }
          }
          List<Word> admitted = admitted(fresh);
          if (!admitted.isEmpty()) {
            jdbc.batchUpdate(INSERT_CLIENT, admitted.stream().map(this::insert).toList());
          }
          enforce(words);
          return fresh.size() - admitted.size();
        }));
  }

  private Object[] update(Word word) {
    long began = word.first().arrived().toEpochMilli();
    return new Object[] {
      began - WINDOW.toMillis(),
      began,
      word.last().sdk(),
      word.last().arrived().toEpochMilli(),
      word.last().closing(),
      word.newest().position(),
      word.newest().since().toEpochMilli(),
      word.newest().position(),
      word.last().environment(),
      word.last().client()
    };
  }

  private Object[] insert(Word word) {
    return new Object[] {
      word.first().arrived().toEpochMilli(),
      word.last().sdk(),
      word.last().arrived().toEpochMilli(),
      word.last().closing(),
      word.newest().since().toEpochMilli(),
      word.newest().position(),
      word.last().environment(),
      word.last().client()
    };
  }

  private List<Word> admitted(List<Word> fresh) {
    Map<String, Long> room = new HashMap<>();
    List<Word> admitted = new ArrayList<>();
    for (Word word : fresh) {
      String environment = word.last().environment();
      long left = room.computeIfAbsent(environment, this::room);
      if (left > 0) {
        admitted.add(word);
        room.put(environment, left - 1);
      }
    }
    return admitted;
  }

  private long room(String environment) {
    return clientLimit
        - number("SELECT COUNT(*) FROM receipt_client WHERE environment = ?", environment);
  }

  /** The lowest position that is at least the kill's comes first, and so says when. */
  private void enforce(List<Word> words) {
    List<Object[]> enforced = new ArrayList<>();
    List<Object[]> closed = new ArrayList<>();
    for (Word word : words) {
      Object[] client = {word.last().environment(), word.last().client()};
      for (Enforced each : word.enforced()) {
        enforced.add(
            new Object[] {each.since().toEpochMilli(), client[0], client[1], each.position()});
      }
      if (word.last().closing()) {
        closed.add(client);
      }
    }
    jdbc.batchUpdate(ENFORCE, enforced);
    if (!closed.isEmpty()) {
      jdbc.batchUpdate(
          "DELETE FROM receipt_expected WHERE environment = ? AND client = ?"
              + " AND enforced_millis IS NULL",
          closed);
    }
  }

  /** Writes down who is expected to enforce a kill, unless it is written down already. */
  void expect(Kill kill) {
    try {
      transaction.executeWithoutResult(status -> {
        if (!isWrittenDown(kill)) {
          jdbc.update(
              "INSERT INTO receipt_kill (kill_position, killed_millis) VALUES (?, ?)",
              kill.position(),
              kill.killedMillis());
          jdbc.update(
              EXPECT,
              kill.position(),
              kill.position(),
              kill.environment(),
              kill.killedMillis(),
              kill.killedMillis() - WINDOW.toMillis(),
              kill.position());
        }
      });
    } catch (DuplicateKeyException e) {
      // Another thread or process wrote it down at the same time.
    }
  }

  private boolean isWrittenDown(Kill kill) {
    return number("SELECT COUNT(*) FROM receipt_kill WHERE kill_position = ?", kill.position()) > 0;
  }

  /** How far a kill has come; all of it as it was at one time. */
  Enforcement enforcement(Kill kill, Instant now) {
    return Objects.requireNonNull(reading.execute(status -> enforcementRead(kill, now)));
  }

  private Enforcement enforcementRead(Kill kill, Instant now) {
    List<Missing> missing =
        jdbc.query(MISSING, (row, i) -> missing(row), kill.position(), Enforcement.MISSING_LIMIT);
    long since =
        number(
            SINCE,
            kill.environment(),
            now.minus(WINDOW).toEpochMilli(),
            kill.position(),
            kill.position());
    return Objects.requireNonNull(
        jdbc.queryForObject(
            COUNTS,
            (row, i) ->
                new Enforcement(
                    row.getLong("expected"),
                    row.getLong("enforcing"),
                    since,
                    delays(kill, row.getLong("enforcing")),
                    missing),
            kill.position()));
  }

  private Optional<Delays> delays(Kill kill, long enforcing) {
    return enforcing == 0
        ? Optional.empty()
        : Optional.of(
            new Delays(
                delay(kill, rank(enforcing, 50)),
                delay(kill, rank(enforcing, 99)),
                delay(kill, enforcing)));
  }

  /** The nearest rank, from 1. */
  private static long rank(long of, int percent) {
    return (of * percent + 99) / 100;
  }

  private Duration delay(Kill kill, long rank) {
    long enforced = number(RANK, kill.position(), rank - 1);
    return Duration.ofMillis(Math.max(0, enforced - kill.killedMillis()));
  }

  private static Missing missing(ResultSet row) throws SQLException {
    long position = row.getLong("at_position");
    boolean forgotten = row.wasNull();
    return new Missing(
        row.getString("client"),
        row.getString("sdk"),
        Instant.ofEpochMilli(row.getLong("seen")),
        forgotten ? Optional.empty() : Optional.of(position));
  }

  /**
   * The clients that are there.
   *
   * @param newest position below which a client is behind
   */
  Fleet fleet(String environment, long newest, Instant now) {
    return Objects.requireNonNull(reading.execute(status -> fleetRead(environment, newest, now)));
  }

  private Fleet fleetRead(String environment, long newest, Instant now) {
    long heardSince = now.minus(WINDOW).toEpochMilli();
    List<ClientGroup> groups =
        jdbc.query(
            "SELECT sdk, at_position, COUNT(*) AS clients, MAX(seen_millis) AS seen"
                + THERE
                + " GROUP BY sdk, at_position ORDER BY at_position, sdk LIMIT ?",
            (row, i) ->
                new ClientGroup(
                    row.getString("sdk"),
                    row.getLong("at_position"),
                    row.getLong("clients"),
                    Instant.ofEpochMilli(row.getLong("seen"))),
            environment,
            heardSince,
            Fleet.GROUP_LIMIT);
    return new Fleet(
        number("SELECT COUNT(*)" + THERE, environment, heardSince),
        number("SELECT COUNT(*)" + THERE + " AND at_position < ?", environment, heardSince, newest),
        groups);
  }

  /** Forgets clients that have long been silent, and old kills. */
  void forget(Instant now) {
    long kills = now.minus(KILLS_KEPT).toEpochMilli();
    transaction.executeWithoutResult(status -> {
      jdbc.update(
          "DELETE FROM receipt_client WHERE seen_millis < ?",
          now.minus(CLIENTS_KEPT).toEpochMilli());
      jdbc.update(
          "DELETE FROM receipt_expected WHERE kill_position IN"
              + " (SELECT kill_position FROM receipt_kill WHERE killed_millis < ?)",
          kills);
      jdbc.update("DELETE FROM receipt_kill WHERE killed_millis < ?", kills);
    });
  }

  private long number(String query, Object... arguments) {
    return Objects.requireNonNull(jdbc.queryForObject(query, Long.class, arguments));
  }
}
