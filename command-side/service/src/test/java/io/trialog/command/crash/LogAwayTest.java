package io.trialog.command.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.trialog.command.Bootstrap;
import io.trialog.eventstore.EventStore;
import io.trialog.eventstore.H2Databases;
import io.trialog.eventstore.JdbcEventStore;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** The log goes away and comes back while the command side runs. */
class LogAwayTest {
  @TempDir Path folder;

  private final HttpClient http = HttpClient.newHttpClient();
  private FailingDatabase database;
  private ServletWebServerApplicationContext application;
  private String token;

  /** Gives so many connections, then says what a driver says whose server is gone. */
  private static final class FailingDatabase extends DelegatingDataSource {
    private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);

    FailingDatabase(HikariDataSource real) {
      super(real);
    }

    @Override
    public Connection getConnection() throws SQLException {
      if (left.getAndUpdate(now -> now == Integer.MAX_VALUE ? now : now - 1) <= 0) {
        throw new SQLException("Connection to 127.0.0.1:5432 refused.", "08001");
      }
      return super.getConnection();
    }
  }

  @BeforeEach
  void start() throws Exception {
    HikariDataSource real = H2Databases.connect(H2Databases.in(folder, "log"));
    database = new FailingDatabase(real);
    EventStore store = JdbcEventStore.open(database, Clock.systemUTC(), real::close);
    application = CommandSideAlone.run(store);
    token = application.getBean(Bootstrap.class).issueAdminToken(folder.resolve("t")).orElseThrow();
  }

  @AfterEach
  void stop() {
    application.close();
  }

  /** With none, the token cannot be looked up; with some, the order gets further. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void while_it_is_away_orders_get_503_and_a_retry_is_carried_out_once(int connections)
      throws Exception {
    database.left.set(connections);

    HttpResponse<String> away = order();
    assertThat(away.statusCode()).as(away.body()).isEqualTo(503);
    assertThat(away.body()).contains("\"code\":\"event_store_unavailable\"");
    assertThat(away.headers().firstValue("Content-Type")).contains("application/problem+json");

    database.left.set(Integer.MAX_VALUE);
    HttpResponse<String> back = order();
    assertThat(back.statusCode()).as(back.body()).isEqualTo(201);
    assertThat(order().body()).isEqualTo(back.body());
  }

  @Test
  void a_token_that_nobody_knows_is_still_told_from_a_log_that_is_away() throws Exception {
    token = token.substring(0, token.length() - 1) + "x";
    assertThat(order().statusCode()).isEqualTo(401);
  }

  private HttpResponse<String> order() throws Exception {
    int port = application.getWebServer().getPort();
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/namespaces"))
            .header("Authorization", "Bearer " + token)
            .header("Idempotency-Key", "k1")
            .POST(BodyPublishers.ofString("{\"namespace\":\"acme/rides\"}"))
            .build(),
        BodyHandlers.ofString());
  }
}
