package io.trialog.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventStoreChoiceTest {
  private static final EventStoreChoice.Credentials SECRET =
      new EventStoreChoice.Credentials("trialog", "sesame");

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      delimiter = '|',
      textBlock =
          """
          oracle       | -                                            | one of h2, postgresql, eventstoredb; found oracle
          H2           | -                                            | one of h2
          postgresql   | -                                            | needs --event-store-url, such as jdbc:postgresql://
          eventstoredb | -                                            | needs --event-store-url, such as esdb://
          h2           | jdbc:h2:mem:x                                | h2 is kept in --data
          postgresql   | esdb://127.0.0.1:2113                        | must look like jdbc:postgresql://
          eventstoredb | jdbc:postgresql://h/d                        | must look like esdb://
          postgresql   | postgres://bob:sesame@h/d                    | found postgres://h/d
          postgresql   | jdbc:postgresql://h/d?user=bob               | must have no user and password
          postgresql   | jdbc:postgresql://h/d?ssl=true&PASSWORD=x    | must have no user and password
          eventstoredb | esdb://bob:sesame@h:2113                     | must have no user and password
          """)
  void what_cannot_be_is_refused_with_what_to_write_and_without_the_secret(
      String word, @Nullable String url, String said) {
    assertThatThrownBy(() -> EventStoreChoice.of(word, url, SECRET))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(said)
        .hasMessageNotContaining("sesame");
  }

  @Test
  void a_choice_shows_no_secret() {
    EventStoreChoice choice = EventStoreChoice.of("postgresql", "jdbc:postgresql://h/d", SECRET);

    assertThat(new Options(Path.of("data"), "127.0.0.1", 0, false, choice).toString())
        .contains("jdbc:postgresql://h/d")
        .doesNotContain("sesame");
  }

  @Test
  void a_port_where_nobody_listens_is_refused(@TempDir Path folder) throws IOException {
    int port;
    try (ServerSocket taken = new ServerSocket(0)) {
      port = taken.getLocalPort();
    }
    EventStoreChoice choice =
        EventStoreChoice.of("postgresql", "jdbc:postgresql://127.0.0.1:" + port + "/d", SECRET);

    assertThatThrownBy(() -> EventStores.open(choice, folder))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("Connection to 127.0.0.1:" + port)
        .hasMessageContaining("Is it running, and may trialog open it?");
  }
}
