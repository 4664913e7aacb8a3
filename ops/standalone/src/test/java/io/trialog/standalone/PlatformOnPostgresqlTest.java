package io.trialog.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.eventstore.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole platform with its log on a PostgreSQL server. */
class PlatformOnPostgresqlTest {
  @TempDir Path folder;

  @Test
  void a_day_of_work_survives_a_restart_and_verifies() throws Exception {
    EventStoreChoice choice = choice(PostgresServer.newDatabase());

    new ShortDay(folder, choice).lived();

    assertThat(folder.resolve("data/log.mv.db")).doesNotExist();
    assertThat(Files.readString(folder.resolve("data/event-store.id"))).startsWith("postgresql:");
  }

  @Test
  void of_fifty_clients_that_reserve_three_percent_at_once_thirty_three_win() throws Exception {
    EventStoreChoice choice = choice(PostgresServer.newDatabase());
    Options options = new Options(folder.resolve("data"), "127.0.0.1", 0, false, choice);
    try (Platform platform = Platform.start(options, line -> {})) {
      FiftyClients.race(Api.of(platform.address(), platform.adminToken()));
    }
  }

  @Test
  void a_data_folder_refuses_another_log_than_its_own() throws Exception {
    Path data = Files.createDirectories(folder.resolve("data"));
    EventStores.open(choice(PostgresServer.newDatabase()), data).close();

    assertThatThrownBy(() -> EventStores.open(choice(PostgresServer.newDatabase()), data))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("belongs to the log postgresql:")
        .hasMessageContaining("--data");
    assertThatThrownBy(() -> EventStores.open(EventStoreChoice.EMBEDDED, data))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("not to --event-store=h2");
    assertThat(data.resolve("log.mv.db")).doesNotExist();
  }

  @Test
  void an_embedded_log_from_before_logs_had_names_is_not_left_for_a_server() throws Exception {
    Path data = Files.createDirectories(folder.resolve("data"));
    EventStores.open(EventStoreChoice.EMBEDDED, data).close();
    Files.delete(data.resolve(EventStores.IDENTITY));

    assertThatThrownBy(() -> EventStores.open(choice(PostgresServer.newDatabase()), data))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("belongs to the log h2:");
    EventStores.open(EventStoreChoice.EMBEDDED, data).close();
    assertThat(Files.readString(data.resolve(EventStores.IDENTITY))).startsWith("h2:");
  }

  @Test
  void a_server_that_refuses_says_why_and_no_secret() {
    String url = PostgresServer.newDatabase() + "_that_is_not_there";

    assertThatThrownBy(() -> EventStores.open(choice(url), folder))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("does not answer")
        .hasMessageContaining("may postgres open it")
        .hasMessageNotContaining("sesame");
  }

  private static EventStoreChoice choice(String url) {
    return EventStoreChoice.of(
        "postgresql", url, new EventStoreChoice.Credentials("postgres", "sesame"));
  }
}
