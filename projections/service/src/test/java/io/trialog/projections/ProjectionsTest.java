package io.trialog.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.audittrail.AuditQuery;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.projections.PartStatus.State;
import io.trialog.projections.Projections.View;
import io.trialog.snapshots.FakeEventLog;
import io.trialog.snapshots.Story;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

class ProjectionsTest {
  private static final Duration WAIT = Duration.ofSeconds(20);

  @TempDir Path folder;
  private final FakeEventLog log = new FakeEventLog();
  private final Story story = new Story(log);

  @Test
  void every_view_reaches_the_head_and_the_audit_log_has_one_leaf_for_each_event()
      throws Exception {
    story.everything();
    try (Host host = new Host(log, folder)) {
      for (View view : View.values()) {
        assertThat(host.projections.await(view, log.head(), WAIT)).as(view.name()).isTrue();
      }
      assertThat(host.projections.hasCaughtUp()).isTrue();
      assertThat(host.projections.directory().experiments())
          .containsOnlyKeys("checkout-button", "surge_price");
      assertThat(host.projections.auditTrail().search(AuditQuery.everything()).entries())
          .hasSize(18);
      assertThat(host.projections.sizeAt(log.head(), WAIT)).isEqualTo(18);
      assertThat(host.projections.parts().values()).containsOnly(PartStatus.UP);
    }
  }

  @Test
  void a_restart_goes_on_where_it_was_with_the_same_keys() throws IOException {
    story.everything();
    String key;
    try (Host host = new Host(log, folder)) {
      assertThat(host.projections.sizeAt(log.head(), WAIT)).isEqualTo(18);
      key = host.projections.snapshotKeys().verifierKeys().get("production");
    }
    story.say(new ExperimentDrafted("after", Story.design("after")));
    try (Host host = new Host(log, folder)) {
      assertThat(host.projections.sizeAt(log.head(), WAIT)).isEqualTo(19);
      assertThat(host.projections.snapshotKeys().verifierKeys()).containsEntry("production", key);
      ByteArrayOutputStream zip = new ByteArrayOutputStream();
      host.projections.bundles().writeZip(18, zip);
      assertThat(zip.size()).isPositive();
    }
  }

  @Test
  void the_tables_of_each_room_have_a_history_of_their_own() {
    DataSource database = ProjectionsSchema.migrated(Host.database(folder));
    ProjectionsSchema.migrated(database);
    JdbcTemplate jdbc = new JdbcTemplate(database);
    for (String history :
        new String[] {"audit_log_schema", "metrics_schema", "guardrails_schema"}) {
      assertThat(
              jdbc.queryForObject(
                  "SELECT COUNT(*) FROM \"" + history + "\" WHERE \"version\" = '1'",
                  Integer.class))
          .as(history)
          .isEqualTo(1);
    }
    assertThat(jdbc.queryForObject("SELECT COUNT(*) FROM metrics_total", Integer.class)).isZero();
    assertThat(jdbc.queryForObject("SELECT COUNT(*) FROM guardrail_verdict", Integer.class))
        .isZero();
  }

  @Test
  void a_log_that_is_away_shows_in_the_parts_and_passes() {
    story.everything();
    try (Host host = new Host(log, folder)) {
      host.projections.sizeAt(log.head(), WAIT);
      log.breakDown(true);
      Host.await(() -> state(host, "audit_log") == State.DOWN, "the audit log's fall");
      assertThat(host.projections.parts().get("audit_log").reason()).contains("the log is away");
      log.breakDown(false);
      Host.await(() -> state(host, "audit_log") == State.UP, "the audit log's recovery");
    }
  }

  private static State state(Host host, String part) {
    return host.projections.parts().get(part).state();
  }

  @Test
  void without_kafka_the_stream_is_starting_and_takes_nothing() throws Exception {
    try (Host host = new Host(log, folder)) {
      assertThat(host.stream.intake().accept(new byte[0])).isEmpty();
      assertThat(host.stream.caughtUpAt()).isEmpty();
      assertThat(host.stream.parts())
          .containsOnlyKeys(
              "collector",
              "guardrails",
              "kill_switch",
              "metrics",
              "snapshot_topic",
              "stream",
              "topics");
      assertThat(host.stream.parts().values()).allMatch(part -> part.state() == State.STARTING);
    }
  }

  @Test
  void a_stream_whose_kafka_does_not_answer_can_still_be_closed() {
    try (Host host = new Host(log, folder)) {
      host.stream.start("127.0.0.1:1");
      assertThatThrownBy(() -> host.stream.start("127.0.0.1:1"))
          .isInstanceOf(IllegalStateException.class);
      host.stream.close();
      assertThat(host.stream.parts().get("collector").state()).isEqualTo(State.DOWN);
    }
  }

  @Test
  void settings_refuse_an_origin_that_no_note_can_carry() {
    for (String origin : new String[] {"", "a b", "a+b"}) {
      assertThatThrownBy(() -> ProjectionsSettings.of(folder, origin))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
