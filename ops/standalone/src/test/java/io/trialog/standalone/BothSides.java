package io.trialog.standalone;

import io.trialog.command.Bootstrap;
import io.trialog.language.log.EventLog;
import io.trialog.language.log.StoredEvent;
import io.trialog.projections.PartStatus;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** Command side, projections and query side in a real web server; no Kafka and no Flink. */
final class BothSides implements AutoCloseable {
  /** No limits, so that a test may ask as fast as it can. */
  static final Safety UNLIMITED = new Safety(Safety.Profile.STANDARD, 0, null, new TreeMap<>());

  private final ConfigurableApplicationContext context;
  private final Map<String, String> tokens = new HashMap<>();
  private final Api admin;
  private int holders;

  private BothSides(ConfigurableApplicationContext context, String scheme, Path folder) {
    this.context = context;
    this.admin = Api.of(base(context, scheme), firstToken(context, folder));
  }

  static BothSides start(Path folder) {
    return start(folder, UNLIMITED);
  }

  static BothSides start(Path folder, Safety safety) {
    Options options = new Options(folder, "127.0.0.1", 0, false, safety);
    ConfigurableApplicationContext context =
        Application.start(
            options, folder, () -> Map.of("kafka", PartStatus.starting("there is none")));
    return new BothSides(context, safety.tls() == null ? "http" : "https", folder);
  }

  /** The holder of the token that the data folder keeps. */
  Api admin() {
    return admin;
  }

  <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  /** One and the same holder for a role in a namespace. */
  Api as(String role, String namespace) {
    return admin.as(tokens.computeIfAbsent(role + "@" + namespace, any -> fresh(role, namespace)));
  }

  /** A token of a holder who never was before. */
  String fresh(String role, String namespace) {
    JsonArrayBuilder roles =
        Json.createArrayBuilder()
            .add(Json.createObjectBuilder().add("role", role).add("namespace", namespace));
    String body =
        Json.createObjectBuilder()
            .add("holder", role + "-" + holders++)
            .add("roles", roles)
            .build()
            .toString();
    return admin.post("/api/v1/tokens", body).is(201).json().getString("secret");
  }

  /** Every route that the application answers, as {@code GET /path}. */
  SortedSet<String> routes() {
    SortedSet<String> routes = new TreeSet<>();
    for (RequestMappingInfo info :
        context
            .getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
            .getHandlerMethods()
            .keySet()) {
      info.getMethodsCondition()
          .getMethods()
          .forEach(
              method -> info.getPatternValues().forEach(path -> routes.add(method + " " + path)));
    }
    return routes;
  }

  /** The position of the newest event. */
  long head() {
    return bean(EventLog.class).head();
  }

  /** The types of the events above a position, in order. */
  List<String> typesAfter(long position) {
    return bean(EventLog.class).read(position, 1_000).stream().map(StoredEvent::type).toList();
  }

  @Override
  public void close() {
    context.close();
  }

  private static URI base(ConfigurableApplicationContext context, String scheme) {
    if (context instanceof WebServerApplicationContext web) {
      return URI.create(scheme + "://127.0.0.1:" + web.getWebServer().getPort());
    }
    throw new IllegalStateException("no web server");
  }

  private static String firstToken(ConfigurableApplicationContext context, Path folder) {
    try {
      Bootstrap bootstrap = context.getBean(Bootstrap.class);
      String token = bootstrap.issueAdminToken(folder.resolve("admin.token")).orElseThrow();
      bootstrap.openEnvironments();
      return token;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
