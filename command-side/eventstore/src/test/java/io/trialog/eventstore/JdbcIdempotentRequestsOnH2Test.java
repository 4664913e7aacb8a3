package io.trialog.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.trialog.eventstore.IdempotentRequests.Answer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

class JdbcIdempotentRequestsOnH2Test extends IdempotentRequestsContract {
  @TempDir Path folder;

  @Override
  EventStore openAgain() {
    HikariDataSource database = connect();
    return JdbcEventStore.open(database, clock, database::close);
  }

  @Test
  void promises_that_are_over_are_deleted_a_batch_a_minute() {
    try (HikariDataSource database = connect()) {
      JdbcTemplate jdbc = new JdbcTemplate(database);
      JdbcIdempotentRequests requests = new JdbcIdempotentRequests(database, clock, 2);
      for (int i = 0; i < 5; i++) {
        requests.record("ada", "k" + i, new Answer("d", "experiment/a", i));
      }
      clock.move(IdempotentRequests.KEPT);
      requests.record("ada", "young", new Answer("d", "experiment/a", 9));

      requests.find("ada", "x", "experiment/a");
      requests.find("ada", "x", "experiment/a");
      assertThat(rows(jdbc)).isEqualTo(4);
      clock.move(Duration.ofMinutes(1));
      requests.find("ada", "x", "experiment/a");
      clock.move(Duration.ofMinutes(1));
      requests.find("ada", "x", "experiment/a");
      clock.move(Duration.ofMinutes(1));
      requests.find("ada", "x", "experiment/a");
      assertThat(rows(jdbc)).isEqualTo(1);
      assertThat(requests.find("ada", "young", "experiment/a")).isPresent();
    }
  }

  private HikariDataSource connect() {
    return H2Databases.connect(H2Databases.in(folder, "log"));
  }

  private static int rows(JdbcTemplate jdbc) {
    Integer rows = jdbc.queryForObject("SELECT COUNT(*) FROM idempotent_request", Integer.class);
    return rows == null ? 0 : rows;
  }
}
