package io.trialog.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole platform with its log behind the EventStoreDB client. The server is the stand-in of the
 * event store's tests, in a process of its own; it says what that proves and what not.
 */
@Tag("slow")
class PlatformOnEventStoreDbTest {
  private static final String STAND_IN = "io.trialog.eventstore.eventstoredb.StandInServer";

  @TempDir Path folder;

  @Test
  void a_day_of_work_survives_a_restart_and_verifies() throws Exception {
    try (Child server = Child.start(folder, STAND_IN, List.of("0"))) {
      new ShortDay(folder, choice(address(server))).lived();
    }
    assertThat(folder.resolve("data/log.mv.db")).doesNotExist();
    assertThat(Files.readString(folder.resolve("data/event-store.id"))).startsWith("eventstoredb:");
  }

  @Test
  void of_fifty_clients_that_reserve_three_percent_at_once_thirty_three_win() throws Exception {
    try (Child server = Child.start(folder, STAND_IN, List.of("0"))) {
      Path data = folder.resolve("data");
      Options options = new Options(data, "127.0.0.1", 0, false, choice(address(server)));
      try (Platform platform = Platform.start(options, line -> {})) {
        FiftyClients.race(Api.of(platform.address(), platform.adminToken()));
      }
    }
  }

  @Test
  void a_data_folder_refuses_another_log_than_its_own() throws Exception {
    try (Child first = Child.start(folder, STAND_IN, List.of("0"));
        Child second = Child.start(folder, STAND_IN, List.of("0"))) {
      EventStores.open(choice(address(first)), folder).close();

      EventStoreChoice other = choice(address(second));
      assertThatThrownBy(() -> EventStores.open(other, folder))
          .isInstanceOf(StartRefused.class)
          .hasMessageContaining("belongs to the log eventstoredb:");
    }
  }

  @Test
  void a_server_that_is_away_is_named_and_no_secret() throws IOException {
    int port;
    try (ServerSocket taken = new ServerSocket(0)) {
      port = taken.getLocalPort();
    }
    String url = "esdb://127.0.0.1:" + port + "?tls=false&maxDiscoverAttempts=1";

    assertThatThrownBy(() -> EventStores.open(choice(url), folder))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("The event store esdb://127.0.0.1:" + port)
        .hasMessageContaining("may ops open it?")
        .hasMessageNotContaining("sesame");
  }

  private static String address(Child server) {
    return server.awaitLine("esdb://", Duration.ofSeconds(60));
  }

  private static EventStoreChoice choice(String url) {
    return EventStoreChoice.of(
        "eventstoredb", url, new EventStoreChoice.Credentials("ops", "sesame"));
  }
}
