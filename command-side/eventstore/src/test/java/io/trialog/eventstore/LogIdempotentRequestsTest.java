package io.trialog.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.trialog.eventstore.IdempotentRequests.Answer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a log that has no rows of promises. */
class LogIdempotentRequestsTest extends IdempotentRequestsContract {
  private static final int MOST = 3;

  @TempDir Path folder;

  @Override
  EventStore openAgain() {
    HikariDataSource database = H2Databases.connect(H2Databases.in(folder, "log"));
    EventStore store = JdbcEventStore.open(database, clock, database::close);
    return new EventStore(
        store.identity(),
        store.engine(),
        store.transactions(),
        store.log(),
        LogIdempotentRequests.open(store.log(), clock, MOST),
        store.onClose());
  }

  @Test
  void beyond_the_limit_of_the_index_the_stream_of_the_order_still_knows() {
    for (int i = 0; i < 6; i++) {
      store("ada", "k" + i, new Answer("d" + i, "experiment/s" + i, 0));
    }
    EventStore again = opened();

    assertThat(again.requests().find("ada", "k5", "experiment/x")).isPresent();
    assertThat(again.requests().find("ada", "k3", "experiment/x")).isPresent();
    assertThat(again.requests().find("ada", "k2", "experiment/x")).isEmpty();
    assertThat(again.requests().find("ada", "k0", "experiment/s0"))
        .contains(new Answer("d0", "experiment/s0", 0));
  }
}
