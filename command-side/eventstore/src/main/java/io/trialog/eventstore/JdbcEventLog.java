package io.trialog.eventstore;

import io.trialog.language.log.EventLog;
import io.trialog.language.log.StoredEvent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The log as the JDBC engine keeps it. Thread-safe. {@link #committed()} wakes waiting readers of
 * this process; commits of other processes are found by polling every 100 ms.
 */
public final class JdbcEventLog implements EventLog {
  private static final String COLUMNS =
      "SELECT globalIndex, eventIdentifier, aggregateIdentifier, sequenceNumber, timeStamp,"
          + " payloadType, payloadRevision, payload, metaData FROM DomainEventEntry";
  private static final int STREAM_LIMIT = 100_000;

  private final JdbcTemplate jdbc;
  private final Commits commits = new Commits();

  public JdbcEventLog(DataSource database) {
    this.jdbc = new JdbcTemplate(database);
  }

  @Override
  public List<StoredEvent> read(long after, int limit) {
    return jdbc.query(
        COLUMNS + " WHERE globalIndex > ? ORDER BY globalIndex LIMIT ?",
        (row, number) -> event(row),
        after,
        limit);
  }

  @Override
  public List<StoredEvent> before(long position, int limit) {
    return jdbc.query(
        COLUMNS + " WHERE globalIndex < ? ORDER BY globalIndex DESC LIMIT ?",
        (row, number) -> event(row),
        position,
        limit);
  }

  /** {@inheritDoc} A stream of more than 100,000 events is a defect. */
  @Override
  public List<StoredEvent> stream(String stream) {
    List<StoredEvent> events =
        jdbc.query(
            COLUMNS + " WHERE aggregateIdentifier = ? ORDER BY sequenceNumber LIMIT ?",
            (row, number) -> event(row),
            stream,
            STREAM_LIMIT + 1);
    if (events.size() > STREAM_LIMIT) {
      throw new IllegalStateException("stream " + stream + " has over 100000 events");
    }
    return events;
  }

  @Override
  public long head() {
    Long head = jdbc.queryForObject("SELECT MAX(globalIndex) FROM DomainEventEntry", Long.class);
    return head == null ? 0 : head;
  }

  @Override
  public Optional<StoredEvent> eventAt(String stream, long sequence) {
    return jdbc
        .query(
            COLUMNS + " WHERE aggregateIdentifier = ? AND sequenceNumber = ?",
            (row, number) -> event(row),
            stream,
            sequence)
        .stream()
        .findFirst();
  }

  @Override
  public void await(long after, Duration atMost) throws InterruptedException {
    commits.await(() -> head() > after, atMost);
  }

  /** Wakes the readers that wait; called after each commit of this process. */
  public void committed() {
    commits.committed();
  }

  private static StoredEvent event(ResultSet row) throws SQLException {
    return new StoredEvent(
        row.getLong("globalIndex"),
        row.getString("eventIdentifier"),
        row.getString("aggregateIdentifier"),
        row.getLong("sequenceNumber"),
        row.getString("payloadType"),
        Integer.parseInt(row.getString("payloadRevision")),
        Instant.parse(row.getString("timeStamp")),
        row.getBytes("payload"),
        row.getBytes("metaData"));
  }
}
