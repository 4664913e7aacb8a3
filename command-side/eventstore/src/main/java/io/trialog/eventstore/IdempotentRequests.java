package io.trialog.eventstore;

import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * What a caller was promised for an idempotency key. A row is written in the transaction of the
 * events themselves, so that both exist or neither: a retry after a crash gets the first answer.
 */
public final class IdempotentRequests {
  private final JdbcTemplate jdbc;
  private final Clock clock;

  /** {@code database} must answer with the connection of the running Spring transaction. */
  public IdempotentRequests(DataSource database, Clock clock) {
    this.jdbc = new JdbcTemplate(database);
    this.clock = clock;
  }

  /** The event that answered the request: its stream and sequence there. */
  public record Answer(String requestDigest, String stream, long sequence) {}

  /** What was promised for the key of this actor. */
  public Optional<Answer> find(String actor, String key) {
    List<Answer> found =
        jdbc.query(
            "SELECT request_digest, stream, sequence_number FROM idempotent_request"
                + " WHERE actor = ? AND idempotency_key = ?",
            (row, number) -> new Answer(row.getString(1), row.getString(2), row.getLong(3)),
            actor,
            key);
    return found.stream().findFirst();
  }

  /**
   * Writes the promise into the running transaction; throws Spring's DuplicateKeyException when
   * another request with the key was first.
   */
  public void record(String actor, String key, Answer answer) {
    jdbc.update(
        "INSERT INTO idempotent_request"
            + " (actor, idempotency_key, request_digest, stream, sequence_number, recorded_at)"
            + " VALUES (?, ?, ?, ?, ?, ?)",
        actor,
        key,
        answer.requestDigest(),
        answer.stream(),
        answer.sequence(),
        OffsetDateTime.now(clock.withZone(ZoneOffset.UTC)));
  }
}
