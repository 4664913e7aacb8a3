package io.trialog.eventstore;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Promises as rows, written in the transaction of the events themselves, so that both exist or
 * neither. What is too old is deleted at most {@value #BATCH} rows a minute, while somebody asks.
 */
final class JdbcIdempotentRequests implements IdempotentRequests {
  static final int BATCH = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(JdbcIdempotentRequests.class);
  private static final Duration BETWEEN_PURGES = Duration.ofMinutes(1);

  private final JdbcTemplate jdbc;
  private final Clock clock;
  private final AtomicReference<Instant> purged = new AtomicReference<>(Instant.MIN);

  /** {@code database} must answer with the connection of the running Spring transaction. */
  JdbcIdempotentRequests(DataSource database, Clock clock) {
    this.jdbc = new JdbcTemplate(database);
    this.clock = clock;
  }

  @Override
  public Optional<Answer> find(String actor, String key, String stream) {
    purgeNowAndThen();
    List<Answer> found =
        jdbc.query(
            "SELECT request_digest, stream, sequence_number FROM idempotent_request"
                + " WHERE actor = ? AND idempotency_key = ? AND recorded_at > ?",
            (row, number) -> new Answer(row.getString(1), row.getString(2), row.getLong(3)),
            actor,
            key,
            oldest());
    return found.stream().findFirst();
  }

  @Override
  public void record(String actor, String key, Answer answer) {
    jdbc.update(
        "DELETE FROM idempotent_request"
            + " WHERE actor = ? AND idempotency_key = ? AND recorded_at <= ?",
        actor,
        key,
        oldest());
    try {
      insert(actor, key, answer);
    } catch (DuplicateKeyException e) {
      throw new AlreadyPromised(actor, key);
    }
  }

  private void insert(String actor, String key, Answer answer) {
    jdbc.update(
        "INSERT INTO idempotent_request"
            + " (actor, idempotency_key, request_digest, stream, sequence_number, recorded_at)"
            + " VALUES (?, ?, ?, ?, ?, ?)",
        actor,
        key,
        answer.requestDigest(),
        answer.stream(),
        answer.sequence(),
        clock.instant().atOffset(ZoneOffset.UTC));
  }

  private OffsetDateTime oldest() {
    return clock.instant().minus(KEPT).atOffset(ZoneOffset.UTC);
  }

  /** Outside of any transaction; a purge that fails is tried a minute later. */
  private void purgeNowAndThen() {
    Instant last = purged.get();
    Instant now = clock.instant();
    if (last.isAfter(now.minus(BETWEEN_PURGES)) || !purged.compareAndSet(last, now)) {
      return;
    }
    try {
      int rows = purge();
      LOG.debug("{} promises were over", rows);
    } catch (DataAccessException e) {
      LOG.warn("promises that are over were not deleted: {}", e.toString());
    }
  }

  private int purge() {
    return jdbc.update(
        "DELETE FROM idempotent_request WHERE (actor, idempotency_key) IN"
            + " (SELECT actor, idempotency_key FROM idempotent_request"
            + " WHERE recorded_at <= ? ORDER BY recorded_at LIMIT ?)",
        oldest(),
        BATCH);
  }
}
