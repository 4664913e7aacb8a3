package io.trialog.audit.log;

import io.trialog.audit.proof.Policy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

/** An audit log on an H2 file, with a source of events that a test can bend. */
final class TestLog {

  static final String ORIGIN = "audit.example.com/prod";

  final Path folder;
  private final Map<String, Long> streams = new HashMap<>();
  private long position;
  Instant now = Instant.parse("2026-11-22T07:00:00Z");

  TestLog(Path folder) {
    this.folder = folder;
    AuditLogSchema.migrate(database());
  }

  DataSource database() {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL("jdbc:h2:file:" + folder.resolve("audit") + ";DB_CLOSE_DELAY=0");
    return database;
  }

  AuditKeys keys() {
    return AuditKeys.open(folder.resolve("keys"), ORIGIN);
  }

  Sequencer open() {
    return Sequencer.open(database(), keys(), clock());
  }

  private Clock clock() {
    return new Clock() {
      @Override
      public ZoneOffset getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(java.time.ZoneId zone) {
        return this;
      }

      @Override
      public Instant instant() {
        return now;
      }
    };
  }

  BundleWriter writer() {
    return new BundleWriter(database(), keys());
  }

  Policy policy() {
    return Policy.parse(
        Policy.textFor(List.of("test"), keys().logKey(), keys().exportKey())
            .getBytes(StandardCharsets.UTF_8));
  }

  /** The next events; positions have gaps. */
  List<SourceEvent> events(int count) {
    List<SourceEvent> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(event("experiment/e" + position % 5, "{\"traffic_ppm\":" + position + "}"));
    }
    return events;
  }

  SourceEvent event(String stream, String payload) {
    return event(
        stream,
        payload,
        "{\"actor_kind\":\"human\",\"actor_id\":\"ada\",\"actor_auth\":\"token\","
            + "\"correlation_id\":\"c-1\",\"reason\":\"because\",\"environment\":\"production\"}");
  }

  SourceEvent event(String stream, String payload, String metadata) {
    position += 3;
    long sequence = streams.merge(stream, 1L, Long::sum) - 1;
    return new SourceEvent(
        position,
        "event-" + position,
        stream,
        sequence,
        "ExperimentRamped",
        1,
        Instant.parse("2026-11-22T06:59:59.123456Z"),
        payload.getBytes(StandardCharsets.UTF_8),
        metadata.getBytes(StandardCharsets.UTF_8));
  }
}
