package io.trialog.query;

import io.trialog.http.AccessTokens;
import io.trialog.http.Denials;
import io.trialog.http.HttpConfiguration;
import io.trialog.language.AccessEvent.TokenIssued;
import io.trialog.language.AccessEvent.TokenRevoked;
import io.trialog.language.Grant;
import io.trialog.language.Role;
import io.trialog.language.log.EventLog;
import io.trialog.projections.PartSource;
import io.trialog.projections.PartStatus;
import io.trialog.projections.ProjectionsConfiguration;
import io.trialog.projections.ProjectionsSettings;
import io.trialog.snapshots.FakeEventLog;
import io.trialog.snapshots.Story;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The query side in a real web server, over a log in memory; no Kafka. */
final class TestApp implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(20);

  final FakeEventLog log = new FakeEventLog();
  final Story story = new Story(log);
  final List<String> denials = new CopyOnWriteArrayList<>();
  final Map<String, PartStatus> more = new ConcurrentHashMap<>();
  final Map<String, Long> counted = new ConcurrentHashMap<>();
  final HttpClient http = HttpClient.newHttpClient();
  private final ServletWebServerApplicationContext context;

  /** Parts and counters that a test says there are. */
  private final class More implements PartSource {
    @Override
    public Map<String, PartStatus> parts() {
      return more;
    }

    @Override
    public Map<String, Long> counters() {
      return counted;
    }
  }

  /** An answer, read to its end. */
  record Answer(int status, HttpResponse<byte[]> response) {
    String text() {
      return new String(response.body(), StandardCharsets.UTF_8);
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    JsonObject json() {
      return TestApp.json(response.body());
    }

    String code() {
      return json().getString("code");
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @Import({HttpConfiguration.class, ProjectionsConfiguration.class, QueryConfiguration.class})
  static class App {
    @Bean
    @Qualifier("projections")
    DataSource projections(ProjectionsSettings settings) {
      JdbcDataSource database = new JdbcDataSource();
      database.setURL(
          "jdbc:h2:file:" + settings.data().resolve("projections") + ";DB_CLOSE_DELAY=-1");
      return database;
    }
  }

  private TestApp(Path folder, StreamLimits limits, Consumer<Story> before) {
    before.accept(story);
    SpringApplication app = new SpringApplication(App.class);
    app.setRegisterShutdownHook(false);
    app.setDefaultProperties(
        Map.of(
            "server.port", "0",
            "server.address", "127.0.0.1",
            "server.tomcat.max-swallow-size", "-1",
            "spring.lifecycle.timeout-per-shutdown-phase", "5s",
            "spring.threads.virtual.enabled", "true",
            "spring.main.banner-mode", "off",
            "logging.level.root", "WARN"));
    app.addInitializers(any -> {
      if (any instanceof ServletWebServerApplicationContext servlet) {
        servlet.registerBean(EventLog.class, () -> log);
        servlet.registerBean(
            ProjectionsSettings.class,
            () -> ProjectionsSettings.of(folder, "audit.example.com/test"));
        servlet.registerBean(StreamLimits.class, () -> limits);
        servlet.registerBean(
            Denials.class, () -> (caller, operation, namespace) -> denials.add(operation));
        servlet.registerBean("more", PartSource.class, More::new);
      }
    });
    this.context = (ServletWebServerApplicationContext) app.run();
  }

  static TestApp start(Path folder, Consumer<Story> before) {
    return start(folder, StreamLimits.DEFAULT, before);
  }

  static TestApp start(Path folder, StreamLimits limits, Consumer<Story> before) {
    return new TestApp(folder, limits, before);
  }

  int port() {
    return context.getWebServer().getPort();
  }

  <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  /** A new token with a role everywhere. */
  String token(Role role) {
    return token(role, Grant.EVERYWHERE);
  }

  String token(Role role, String namespace) {
    AccessTokens.Fresh fresh = AccessTokens.create();
    String holder = "holder-" + fresh.id();
    story.say(
        new TokenIssued(
            fresh.id(), holder, List.of(new Grant(role, namespace)), fresh.secretHash(), null));
    return fresh.bearer();
  }

  void revoke(String bearer) {
    story.say(new TokenRevoked(bearer.split("_", -1)[1]));
  }

  HttpRequest.Builder request(String path, String token) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path)).timeout(LIMIT);
    return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
  }

  Answer get(String path, String token, String... headers) {
    HttpRequest.Builder request = request(path, token);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request.build());
  }

  Answer post(String path, String token, String body) {
    return send(
        request(path, token)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build());
  }

  Answer send(HttpRequest request) {
    try {
      HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
      return new Answer(response.statusCode(), response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A stream that is read by its reader. */
  HttpResponse<InputStream> open(String path, String token, String... headers) {
    HttpRequest.Builder request = request(path, token);
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      return http.send(request.build(), BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static JsonObject json(byte[] body) {
    try (JsonReader reader = Json.createReader(new ByteArrayInputStream(body))) {
      return reader.readObject();
    }
  }

  @Override
  public void close() {
    context.close();
    http.shutdownNow();
  }
}
