package io.trialog.eventstore.eventstoredb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kurrent.dbclient.KurrentDBClientSettings;
import io.kurrent.dbclient.NodePreference;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventStoreDbSettingsTest {
  private static final String SECRET = "esdb://admin:changeit@db:2113?tls=false";

  @Test
  void the_leader_is_asked_unless_the_uri_prefers_another_node() {
    assertThat(EventStoreDbSettings.of("esdb://db:2113").client().getNodePreference())
        .isEqualTo(NodePreference.LEADER);
    assertThat(
            EventStoreDbSettings.of("kurrentdb+discover://db:2113?nodePreference=follower")
                .client()
                .getNodePreference())
        .isEqualTo(NodePreference.FOLLOWER);
  }

  @Test
  void a_user_is_put_into_the_uri_whatever_is_in_the_password() {
    KurrentDBClientSettings client =
        EventStoreDbSettings.of("esdb://db:2113?tls=false")
            .withCredentials("ops", "a@b:c/d?e%f +g")
            .client();

    assertThat(client.getHosts()).hasSize(1);
    assertThat(client.getDefaultCredentials())
        .usingRecursiveComparison()
        .isEqualTo(new io.kurrent.dbclient.UserCredentials("ops", "a@b:c/d?e%f +g"));
  }

  @Test
  void no_password_is_shown() {
    assertThat(EventStoreDbSettings.of(SECRET)).asString().doesNotContain("changeit");
    assertThatThrownBy(() -> EventStoreDbSettings.of(SECRET + "&tls=maybe&x=%%").client())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("changeit")
        .hasNoCause();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "http://db", "esdb:db", "esdb://", "jdbc:postgresql://db/x"})
  void a_uri_of_something_else_is_refused(String uri) {
    assertThatThrownBy(() -> EventStoreDbSettings.of(uri))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("uri: expected esdb://HOST:PORT");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Trialog", "a-b", "a_b", "ä", "123456789012345678901234567890123"})
  void a_prefix_that_could_meet_another_is_refused(String prefix) {
    assertThatThrownBy(
            () -> new EventStoreDbSettings("esdb://db", prefix, EventStoreDbSettings.DEADLINE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("prefix: expected 1 to 32 of a-z and 0-9, found \"" + prefix);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 60_001})
  void a_deadline_out_of_range_is_refused(long millis) {
    assertThatThrownBy(() -> new EventStoreDbSettings("esdb://db", "a", Duration.ofMillis(millis)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("deadline: expected 1 ms to 60 s");
  }
}
