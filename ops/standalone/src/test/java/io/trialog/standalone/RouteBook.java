package io.trialog.standalone;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Every route: who may use it, what must have happened before, what it answers, and which events it
 * appends. One line a route; several tests read it. A route without a line fails them.
 *
 * <p>The body of a request is the example of the OpenAPI document, unless a line has another.
 */
final class RouteBook {
  /** In which namespace the role must be held. */
  enum Scope {
    /** No token. */
    PUBLIC,
    /** Any token. */
    TOKEN,
    /** The role in any namespace at all. */
    ANYWHERE,
    /** The role in {@code acme/rides}. */
    NAMESPACE,
    /** The role in all namespaces. */
    EVERYWHERE
  }

  /** Path variables and body of one request; a name that begins with ? is a query parameter. */
  record Request(Map<String, String> variables, Optional<String> body) {
    static Request of(String... variables) {
      return new Request(
          variables.length == 0 ? Map.of() : Map.of(variables[0], variables[1]), Optional.empty());
    }

    Request with(String body) {
      return new Request(variables, Optional.of(body));
    }
  }

  /** One route. */
  record Line(
      String route,
      Scope scope,
      List<String> roles,
      int status,
      List<String> events,
      Function<World, Request> given) {
    String method() {
      return route.substring(0, route.indexOf(' '));
    }

    String path() {
      return route.substring(route.indexOf(' ') + 1);
    }

    @Override
    public String toString() {
      return route;
    }
  }

  private static final List<String> READERS =
      List.of("viewer", "experimenter", "approver", "auditor");
  private static final List<String> AUTHOR = List.of("experimenter");
  private static final List<String> NOBODY_ELSE = List.of();

  private final List<Line> lines = new ArrayList<>();

  private RouteBook() {}

  static List<Line> lines() {
    RouteBook book = new RouteBook();
    book.experiments();
    book.catalogue();
    book.environments();
    book.exclusionSets();
    book.flags();
    book.access();
    book.reads();
    book.standing();
    book.openFeature();
    return List.copyOf(book.lines);
  }

  private void experiments() {
    String x = "/api/v1/experiments";
    command("POST " + x, 201, AUTHOR, World::freshDraft, "ExperimentDrafted");
    command("PUT " + x + "/{experiment}", 200, AUTHOR, World::draft, "ExperimentRevised");
    experiment("submit", AUTHOR, World::draft, "ExperimentSubmitted");
    experiment("approve", List.of("approver"), World::inReview, "ExperimentApproved");
    experiment("start", AUTHOR, World::approved, "ExperimentStarted");
    experiment("ramp", AUTHOR, World::running, "ExperimentRamped");
    experiment("pause", AUTHOR, World::running, "ExperimentPaused");
    experiment("resume", AUTHOR, World::paused, "ExperimentResumed");
    experiment("kill", List.of("experimenter", "approver"), World::running, "ExperimentKilled");
    experiment("conclude", AUTHOR, World::running, "ExperimentConcluded");
    changes();
  }

  private void changes() {
    List<String> approver = List.of("approver");
    experiment("proposals", AUTHOR, World::running, "ChangeProposed");
    experiment("proposals/{proposal}/approve", approver, World::proposed, "ChangeApproved");
    experiment("proposals/{proposal}/withdraw", AUTHOR, World::proposed, "ChangeWithdrawn");
    experiment("schedule", AUTHOR, World::running, "RampPlanned");
    experiment("schedule/hold", List.of("experimenter", "approver"), World::planned, "RampHeld");
    experiment("schedule/resume", AUTHOR, World::held, "RampContinued");
    experiment("retarget", AUTHOR, World::retargetable, "ExperimentRetargeted");
    experiment("reallocate", AUTHOR, World::reallocatable, "ExperimentReallocated");
    experiment("revive", AUTHOR, World::revivable, "ExperimentRevived");
    experiment("archive", AUTHOR, World::killed, "ExperimentArchived");
    experiment("reviews/{review}/close", approver, World::unreviewed, "ReviewClosed");
  }

  private void catalogue() {
    line(
        "POST /api/v1/namespaces",
        Scope.EVERYWHERE,
        NOBODY_ELSE,
        201,
        World::freshNamespace,
        "NamespaceCreated");
    command("POST /api/v1/metrics", 201, AUTHOR, World::freshMetric, "MetricDefined");
    String namespace = "/api/v1/namespaces/{org}/{team}/";
    command(
        "POST " + namespace + "guardrail-policy",
        200,
        NOBODY_ELSE,
        World::namespace,
        "GuardrailPolicySet");
    command(
        "POST " + namespace + "approval-policy",
        200,
        NOBODY_ELSE,
        World::namespace,
        "ApprovalPolicyProposed");
    command(
        "POST " + namespace + "approval-policy/approve",
        200,
        NOBODY_ELSE,
        World::proposedApprovals,
        "ApprovalPolicySet");
    command("PUT " + namespace + "desired-state", 200, AUTHOR, World::desired, "MetricDefined");
  }

  private void environments() {
    String kill = "/api/v1/environments/{environment}/kill-switch/";
    List<String> stoppers = List.of("experimenter", "approver");
    admin("POST /api/v1/environments", 201, World::freshEnvironment, "EnvironmentCreated");
    anywhere(kill + "engage", stoppers, World::environment, "KillSwitchEngaged");
    anywhere(kill + "release", stoppers, World::stopped, "KillSwitchReleaseProposed");
    anywhere(kill + "release/approve", List.of("approver"), World::releasing, "KillSwitchReleased");
  }

  private void anywhere(
      String path, List<String> roles, Function<World, Request> given, String event) {
    line("POST " + path, Scope.ANYWHERE, roles, 200, given, event);
  }

  private void exclusionSets() {
    String sets = "POST /api/v1/exclusion-sets";
    command(sets, 201, AUTHOR, World::freshSet, "ExclusionSetCreated");
    command(sets + "/{set}/reservations", 201, AUTHOR, World::setInDesign, "SlotsReserved");
    command(
        sets + "/{set}/reservations/{experiment}/release",
        200,
        AUTHOR,
        World::reserved,
        "SlotsReleased");
    command("POST /api/v1/holdouts", 201, NOBODY_ELSE, World::freshHoldout, "HoldoutCreated");
    command(
        "POST /api/v1/holdouts/{holdout}/end", 200, NOBODY_ELSE, World::holdout, "HoldoutEnded");
  }

  private void flags() {
    command("POST /api/v1/flags", 201, AUTHOR, World::freshFlag, "FlagCreated");
    command("PUT /api/v1/flags/{flag}", 200, AUTHOR, World::flag, "FlagRevised");
    flag("enable", AUTHOR, World::flag, "FlagEnabled");
    flag("disable", AUTHOR, World::enabledFlag, "FlagDisabled");
    flag("kill", List.of("experimenter", "approver"), World::enabledFlag, "FlagKilled");
    flag("archive", AUTHOR, World::flag, "FlagArchived");
  }

  private void flag(
      String order, List<String> roles, Function<World, Request> given, String event) {
    command("POST /api/v1/flags/{flag}/" + order, 200, roles, given, event);
  }

  private void access() {
    admin("POST /api/v1/tokens", 201, World::nothing, "TokenIssued");
    admin("POST /api/v1/tokens/{token}/revoke", 200, World::token, "TokenRevoked");
    admin("POST /api/v1/tokens/{token}/approve", 200, World::proposedToken, "TokenIssued");
    admin("POST /api/v1/members/{holder}/grants", 200, World::stranger, "RoleGranted");
    admin("POST /api/v1/members/{holder}/grants/withdraw", 200, World::member, "RoleWithdrawn");
    admin("POST /api/v1/members/{holder}/grants/approve", 200, World::proposedRole, "RoleGranted");
    admin("PUT /api/v1/platform/policy", 200, World::otherPolicy, "PlatformPolicyChanged");
    admin(
        "POST /api/v1/platform/policy/approve",
        200,
        World::proposedPolicy,
        "PlatformPolicyChanged");
    line(
        "POST /api/v1/audit/exports",
        Scope.EVERYWHERE,
        List.of("auditor"),
        201,
        World::nothing,
        "AuditExported");
  }

  private void reads() {
    read("GET /api/v1/experiments", Scope.ANYWHERE, READERS, World::nothing);
    read("GET /api/v1/experiments/{experiment}", Scope.NAMESPACE, READERS, World::draft);
    read("GET /api/v1/experiments/{experiment}/results", Scope.NAMESPACE, READERS, World::running);
    read("GET /api/v1/metrics", Scope.ANYWHERE, READERS, World::nothing);
    read("GET /api/v1/namespaces", Scope.ANYWHERE, READERS, World::nothing);
    read("GET /api/v1/snapshots/{environment}", Scope.ANYWHERE, List.of("sdk"), World::served);
    read(
        "GET /api/v1/snapshots/{environment}/stream",
        Scope.ANYWHERE,
        List.of("sdk"),
        World::served);
    read(
        "GET /api/v1/snapshots/{environment}/at",
        Scope.ANYWHERE,
        List.of("sdk", "viewer", "experimenter", "approver", "auditor"),
        World::past);
    read("GET /api/v1/keys", Scope.TOKEN, NOBODY_ELSE, World::nothing);
    read("GET /api/v1/audit/events", Scope.EVERYWHERE, List.of("auditor"), World::nothing);
    read("POST /api/v1/audit/as-of", Scope.EVERYWHERE, List.of("auditor"), World::asOf);
    read("GET /api/v1/audit/checkpoint", Scope.TOKEN, NOBODY_ELSE, World::nothing);
    read(
        "GET /api/v1/audit/exports/{size}/bundle.zip",
        Scope.EVERYWHERE,
        List.of("auditor"),
        World::export);
    List<String> auditor = List.of("auditor");
    read("GET /api/v1/tokens", Scope.EVERYWHERE, auditor, World::nothing);
    read("GET /api/v1/members/{holder}", Scope.EVERYWHERE, auditor, World::member);
    read("GET /api/v1/platform/policy", Scope.EVERYWHERE, auditor, World::nothing);
    // There is no Kafka here, which both of these say.
    line("POST /api/v1/batches", Scope.ANYWHERE, List.of("sdk"), 503, World::nothing);
    line("POST /api/v1/receipts", Scope.ANYWHERE, List.of("sdk"), 202, World::nothing);
    line("GET /health", Scope.PUBLIC, NOBODY_ELSE, 503, World::nothing);
    read("GET /", Scope.PUBLIC, NOBODY_ELSE, World::nothing);
    read("GET /openapi.json", Scope.PUBLIC, NOBODY_ELSE, World::nothing);
  }

  /** How things stand. */
  private void standing() {
    String revisions = "GET /api/v1/experiments/{experiment}/revisions";
    read(revisions, Scope.NAMESPACE, READERS, World::draft);
    read("GET /api/v1/reviews", Scope.ANYWHERE, READERS, World::nothing);
    read("GET /api/v1/namespaces/{org}/{team}", Scope.NAMESPACE, READERS, World::namespace);
    read("GET /api/v1/metrics/{metric}", Scope.NAMESPACE, READERS, World::metric);
    read("GET /api/v1/environments", Scope.ANYWHERE, READERS, World::environment);
    read("GET /api/v1/environments/{environment}", Scope.ANYWHERE, READERS, World::stopped);
    read("GET /api/v1/exclusion-sets", Scope.ANYWHERE, READERS, World::reserved);
    read("GET /api/v1/exclusion-sets/{set}", Scope.NAMESPACE, READERS, World::reserved);
    read("GET /api/v1/holdouts", Scope.ANYWHERE, READERS, World::holdout);
    read("GET /api/v1/holdouts/{holdout}", Scope.NAMESPACE, READERS, World::holdout);
    read("GET /api/v1/flags", Scope.ANYWHERE, READERS, World::flag);
    read("GET /api/v1/flags/{flag}", Scope.NAMESPACE, READERS, World::enabledFlag);
    read("GET /api/v1/experiments/{experiment}/receipts", Scope.NAMESPACE, READERS, World::killed);
    read("GET /api/v1/flags/{flag}/receipts", Scope.NAMESPACE, READERS, World::enabledFlag);
    read(
        "GET /api/v1/environments/{environment}/receipts", Scope.ANYWHERE, READERS, World::stopped);
  }

  private void openFeature() {
    List<String> sdk = List.of("sdk");
    String all = "/ofrep/v1/evaluate/flags";
    String base = "/environments/{environment}";
    read("POST " + all, Scope.ANYWHERE, sdk, World::servedKey);
    read("POST " + all + "/{key}", Scope.ANYWHERE, sdk, World::servedKey);
    read("POST " + base + all, Scope.ANYWHERE, sdk, World::servedKey);
    read("POST " + base + all + "/{key}", Scope.ANYWHERE, sdk, World::servedKey);
  }

  private void experiment(
      String order, List<String> roles, Function<World, Request> given, String event) {
    command("POST /api/v1/experiments/{experiment}/" + order, 200, roles, given, event);
  }

  private void command(
      String route,
      int status,
      List<String> roles,
      Function<World, Request> given,
      String... events) {
    line(route, Scope.NAMESPACE, roles, status, given, events);
  }

  private void admin(String route, int status, Function<World, Request> given, String... events) {
    line(route, Scope.EVERYWHERE, NOBODY_ELSE, status, given, events);
  }

  private void read(String route, Scope scope, List<String> roles, Function<World, Request> given) {
    line(route, scope, roles, 200, given);
  }

  private void line(
      String route,
      Scope scope,
      List<String> roles,
      int status,
      Function<World, Request> given,
      String... events) {
    lines.add(new Line(route, scope, roles, status, List.of(events), given));
  }
}
