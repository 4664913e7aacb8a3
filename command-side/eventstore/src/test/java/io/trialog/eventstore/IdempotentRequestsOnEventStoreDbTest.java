package io.trialog.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.eventstore.IdempotentRequests.Answer;
import io.trialog.eventstore.eventstoredb.EventStoreDb;
import io.trialog.eventstore.eventstoredb.EventStoreDbSettings;
import io.trialog.eventstore.eventstoredb.StandInServer;
import java.time.Duration;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Promises read from the log, where the log is EventStoreDB's. */
class IdempotentRequestsOnEventStoreDbTest extends IdempotentRequestsContract {
  private final StandInServer server = StandInServer.start();

  @Override
  EventStore openAgain() {
    return EventStoreDb.open(
        new EventStoreDbSettings(server.uri(), "test", Duration.ofSeconds(10)), clock);
  }

  /**
   * An append is final at once here, whatever becomes of its unit of work; event and promise cannot
   * be parted all the same.
   */
  @Test
  @Override
  void what_was_not_stored_was_not_promised() {
    EventStore store = opened();
    Answer answer = new Answer("d1", "experiment/a", 0);

    assertThatThrownBy(() ->
            DefaultUnitOfWork.startAndGet(null)
                .execute(() -> {
                  store.requests().record("ada", "k1", answer);
                  throw new IllegalStateException("before the append");
                }))
        .hasMessage("before the append");
    assertThat(store.requests().find("ada", "k1", "experiment/a")).isEmpty();

    store("ada", "k1", answer);
    assertThat(store.log().stream("experiment/a")).hasSize(1);
    assertThat(store.requests().find("ada", "k1", "experiment/a")).contains(answer);
  }

  @AfterEach
  void stop() {
    server.close();
  }
}
