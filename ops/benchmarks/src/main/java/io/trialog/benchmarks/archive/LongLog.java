package io.trialog.benchmarks.archive;

import io.trialog.eventstore.EventStore;
import io.trialog.eventstore.JdbcEventStore;
import io.trialog.language.Actor;
import io.trialog.language.EventMetadata;
import io.trialog.language.Streams;
import io.trialog.language.log.EventLog;
import io.trialog.language.wire.EventType;
import io.trialog.language.wire.JsonCodec;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import org.h2.jdbcx.JdbcConnectionPool;

/**
 * The log of a platform on disk, in H2 and in its tables, but written a thousand events at a time
 * and by nobody's order. Positions are 1, 2, 3, and so on.
 */
final class LongLog implements AutoCloseable {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final int COMMIT = 1_000;
  private static final String INSERT =
      "INSERT INTO DomainEventEntry (eventIdentifier, aggregateIdentifier, sequenceNumber,"
          + " timeStamp, payloadType, payloadRevision, payload, metaData)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

  private final JdbcConnectionPool database;
  private final EventStore store;
  private final Lives lives;
  private final byte[] metadata;
  private int events;

  private LongLog(JdbcConnectionPool database, int alive) {
    this.database = database;
    this.store = JdbcEventStore.open(database, Clock.systemUTC(), database::dispose);
    this.lives = new Lives(alive);
    EventMetadata said =
        new EventMetadata(Actor.human("ada"), "as planned", "measured", null, null, "production");
    this.metadata = JsonCodec.encode(said.toMap());
  }

  /** An empty one in a folder, of so many experiments that are alive at once. */
  static LongLog create(Path folder, int alive) {
    return new LongLog(
        JdbcConnectionPool.create("jdbc:h2:file:" + folder.resolve("log"), "trialog", ""), alive);
  }

  EventLog log() {
    return store.log();
  }

  /** Writes on, up to so many events in all. */
  void growTo(int most) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement insert = connection.prepareStatement(INSERT)) {
      connection.setAutoCommit(false);
      while (events < most) {
        fill(insert, lives.next());
        insert.addBatch();
        events++;
        if (events % COMMIT == 0 || events == most) {
          insert.executeBatch();
          connection.commit();
        }
      }
    }
  }

  private void fill(PreparedStatement insert, Lives.Fact fact) throws SQLException {
    EventType type = EventType.ofClass(fact.event().getClass());
    insert.setString(1, new UUID(0, events + 1L).toString());
    insert.setString(2, Streams.experiment(fact.event().experiment()));
    insert.setLong(3, fact.sequence());
    insert.setString(4, BEGIN.plusSeconds(60L * events).toString());
    insert.setString(5, type.wireName());
    insert.setString(6, Integer.toString(type.version()));
    insert.setBytes(7, JsonCodec.encode(fact.event()));
    insert.setBytes(8, metadata);
  }

  @Override
  public void close() {
    store.close();
  }
}
