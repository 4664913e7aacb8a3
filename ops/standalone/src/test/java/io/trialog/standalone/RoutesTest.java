package io.trialog.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.standalone.RouteBook.Line;
import io.trialog.standalone.RouteBook.Request;
import io.trialog.standalone.RouteBook.Scope;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every route of the running application against the document, against the roles, and against the
 * log: nothing changes without an event.
 */
class RoutesTest {
  private static final List<String> ROLES =
      List.of("viewer", "experimenter", "approver", "auditor", "admin", "sdk");
  private static final String OTHER = "other/team";

  /** Their bodies name a thing that was made for the request. */
  private static final Set<String> NAMES_WHAT_IS_MADE =
      Set.of("POST /api/v1/audit/as-of", "POST /api/v1/exclusion-sets/{set}/reservations");

  @TempDir static Path folder;

  private static BothSides platform;
  private static World world;
  private static OpenApi document;

  @BeforeAll
  static void start() throws IOException {
    platform = BothSides.start(folder);
    world = new World(platform);
    document = OpenApi.of(platform);
    keep(document);
  }

  /** For {@code ops/bin/lint-openapi}, where Maven runs the tests. */
  private static void keep(OpenApi document) throws IOException {
    String module = System.getProperty("basedir");
    if (module != null) {
      Path target = Files.createDirectories(Path.of(module, "target"));
      Files.writeString(target.resolve("openapi.json"), document.document().toString());
    }
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  static Stream<Line> lines() {
    return RouteBook.lines().stream();
  }

  @Test
  void every_route_is_in_the_document_and_the_reverse() {
    assertThat(document.operations().keySet()).isEqualTo(platform.routes());
  }

  @Test
  void every_route_has_one_line_in_the_book_and_the_reverse() {
    SortedSet<String> lines = new TreeSet<>();
    lines().forEach(line -> assertThat(lines.add(line.route())).as(line.route()).isTrue());
    assertThat(lines).isEqualTo(platform.routes());
  }

  @Test
  void every_example_of_the_document_is_as_its_schema_says() {
    List<String> complaints = new ArrayList<>();
    document
        .operations()
        .forEach((route, operation) -> {
          document.requestMedia(route).ifPresent(media -> check(route, media, complaints));
          operation
              .getJsonObject("responses")
              .values()
              .forEach(response ->
                  document
                      .followed(response.asJsonObject())
                      .getOrDefault("content", JsonValue.EMPTY_JSON_OBJECT)
                      .asJsonObject()
                      .values()
                      .forEach(media -> check(route, media.asJsonObject(), complaints)));
          operation
              .getOrDefault("parameters", JsonValue.EMPTY_JSON_ARRAY)
              .asJsonArray()
              .forEach(parameter ->
                  check(route, document.followed(parameter.asJsonObject()), complaints));
        });
    assertThat(complaints).isEmpty();
  }

  private static void check(String route, JsonObject media, List<String> complaints) {
    JsonValue example = media.get("example");
    if (example != null && media.containsKey("schema")) {
      String wrong = document.complaints(media.getJsonObject("schema"), example.toString());
      if (!wrong.isEmpty()) {
        complaints.add(route + ": " + wrong);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("lines")
  void a_route_does_with_its_example_what_the_document_says_and_appends_its_events(Line line) {
    Request request = line.given().apply(world);
    String body = document.requestExample(line.route()).map(JsonValue::toString).orElse("");
    String sent = NAMES_WHAT_IS_MADE.contains(line.route()) ? body(line, request) : body;
    Api caller = caller(line);
    long before = platform.head();

    Api.Answer answer = send(caller, line, request, sent);

    assertThat(answer.status()).as(answer.text()).isEqualTo(line.status());
    assertThat(document.complaints(line.route(), answer)).isEmpty();
    assertThat(platform.typesAfter(before)).isEqualTo(line.events());
    assertThat(line.events().isEmpty())
        .as("a command appends events, and only a command")
        .isEqualTo(line.method().equals("GET") || isQuestion(line));
  }

  /**
   * Reads that have a body, what goes to Kafka and not to the log, and what clients say about
   * themselves: it decides nothing, and there is more of it than a log of decisions should hold.
   */
  private static boolean isQuestion(Line line) {
    return line.route().equals("POST /api/v1/audit/as-of")
        || line.route().equals("POST /api/v1/receipts")
        || line.route().equals("POST /api/v1/batches")
        || line.path().contains("/ofrep/");
  }

  @ParameterizedTest
  @MethodSource("lines")
  void a_route_is_open_to_whom_it_is_meant_for_and_to_nobody_else(Line line) {
    Scope scope = line.scope();
    String home = scope == Scope.EVERYWHERE ? "*" : World.NAMESPACE;
    expect(line, platform.admin().as(""), scope == Scope.PUBLIC ? line.status() : 401);
    for (String role : ROLES) {
      boolean open = isForAll(scope) || role.equals("admin") || line.roles().contains(role);
      expect(line, platform.as(role, home), open ? line.status() : 403);
      expect(line, platform.as(role, OTHER), elsewhere(line, role) ? line.status() : 403);
    }
  }

  private static boolean isForAll(Scope scope) {
    return scope == Scope.PUBLIC || scope == Scope.TOKEN;
  }

  private static boolean elsewhere(Line line, String role) {
    return isForAll(line.scope())
        || (line.scope() == Scope.ANYWHERE
            && (role.equals("admin") || line.roles().contains(role)));
  }

  private static void expect(Line line, Api caller, int status) {
    Request request = line.given().apply(world);
    long before = platform.head();

    Api.Answer answer = send(caller, line, request, body(line, request));

    assertThat(answer.status()).as("%s: %s", line, answer.text()).isEqualTo(status);
    assertThat(document.complaints(line.route(), answer)).isEmpty();
    assertThat(platform.typesAfter(before)).isEqualTo(events(line, status));
  }

  /** A refused command is a fact too. */
  private static List<String> events(Line line, int status) {
    if (status == 403 && !line.method().equals("GET")) {
      return List.of("AccessDenied");
    }
    return status < 300 ? line.events() : List.of();
  }

  private static Api caller(Line line) {
    boolean needsNoAdmin = line.scope() == Scope.ANYWHERE || line.scope() == Scope.NAMESPACE;
    return needsNoAdmin && !line.roles().isEmpty()
        ? platform.as(line.roles().getFirst(), World.NAMESPACE)
        : platform.as("admin", "*");
  }

  private static String body(Line line, Request request) {
    return request
        .body()
        .or(() -> document.requestExample(line.route()).map(JsonValue::toString))
        .orElse("");
  }

  private static Api.Answer send(Api caller, Line line, Request request, String body) {
    String path = line.path();
    for (var variable : request.variables().entrySet()) {
      path =
          variable.getKey().startsWith("?")
              ? path + variable.getKey() + "=" + variable.getValue()
              : path.replace("{" + variable.getKey() + "}", variable.getValue());
    }
    if (document.operation(line.route()).toString().contains("/MinPosition")) {
      path += "?min_position=" + platform.head();
    }
    return path.endsWith("/stream")
        ? caller.opened(path)
        : caller.request(line.method(), path, body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void a_command_on_what_does_not_exist_is_not_found_and_changes_nothing() {
    long before = platform.head();
    for (String order : List.of("submit", "approve", "start", "ramp", "pause", "kill")) {
      Api.Answer answer =
          platform.admin().post("/api/v1/experiments/no-such/" + order, "{'reason':'x'}");
      answer.problem(404, "experiment_not_found");
      assertThat(document.complaints("POST /api/v1/experiments/{experiment}/" + order, answer))
          .isEmpty();
    }
    assertThat(platform.typesAfter(before)).isEmpty();
  }

  @Test
  void a_draft_in_a_namespace_that_does_not_exist_is_denied_and_the_denial_is_written_down() {
    String draft = World.design("lost").replace(World.NAMESPACE, "no/where");
    long before = platform.head();

    platform
        .as("experimenter", World.NAMESPACE)
        .post("/api/v1/experiments", draft)
        .problem(403, "access_denied");

    assertThat(platform.typesAfter(before)).containsExactly("AccessDenied");
  }

  @Test
  void a_self_approval_is_refused_even_for_an_admin_and_the_refusal_is_written_down() {
    String admin = platform.fresh("admin", "*");
    Api one = platform.admin().as(admin);
    one.post("/api/v1/experiments", World.design("own-work")).is(201);
    one.post("/api/v1/experiments/own-work/submit", "{}").is(200);
    long before = platform.head();

    one.post("/api/v1/experiments/own-work/approve", "{}").problem(422, "approver_must_differ");

    assertThat(platform.typesAfter(before)).containsExactly("CommandRefused");
  }
}
