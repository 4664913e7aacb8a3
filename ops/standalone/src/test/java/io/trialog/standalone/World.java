package io.trialog.standalone;

import io.trialog.standalone.RouteBook.Request;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.util.Map;
import java.util.Optional;

/**
 * Brings a platform to where a route can be used; every thing is made anew under a key of its own.
 */
final class World {
  static final String NAMESPACE = "acme/rides";

  private final BothSides platform;
  private final Api author;
  private final Api reviewer;
  private final Api secondAdmin;
  private int made;

  World(BothSides platform) {
    this.platform = platform;
    platform.admin().post("/api/v1/namespaces", "{'namespace':'acme/rides'}").is(201);
    platform.admin().post("/api/v1/namespaces", "{'namespace':'other/team'}").is(201);
    metric("ride_value", "mean");
    metric("booked", "proportion");
    author = platform.as("experimenter", NAMESPACE);
    reviewer = platform.as("approver", NAMESPACE);
    secondAdmin = platform.as("admin", "*");
    // Before any policy asks for two administrators.
    platform.as("auditor", "*");
    platform.as("sdk", "*");
  }

  private void metric(String metric, String kind) {
    String body =
        "{'metric':'%s','namespace':'acme/rides','kind':'%s','direction':'higher_is_better'}";
    platform.admin().post("/api/v1/metrics", body.formatted(metric, kind)).is(201);
  }

  private String key(String what) {
    return what + "-" + made++;
  }

  Request nothing() {
    return Request.of();
  }

  Request freshDraft() {
    return Request.of().with(design(key("x")));
  }

  Request draft() {
    String experiment = key("x");
    author.post("/api/v1/experiments", design(experiment)).is(201);
    return Request.of("experiment", experiment);
  }

  Request inReview() {
    return after(draft(), author, "submit", "{}");
  }

  Request approved() {
    return after(inReview(), reviewer, "approve", "{}");
  }

  Request running() {
    return after(approved(), author, "start", "{'traffic':0.05}");
  }

  Request paused() {
    return after(running(), author, "pause", "{}");
  }

  Request killed() {
    return after(running(), author, "kill", "{'reason':'x'}");
  }

  Request planned() {
    return after(running(), author, "schedule", "{'steps':[{'traffic':0.9,'after_minutes':999}]}");
  }

  Request held() {
    return after(planned(), author, "schedule/hold", "{}");
  }

  Request proposed() {
    return proposal(running(), "wider", "'kind':'ramp','traffic':0.5");
  }

  Request retargetable() {
    String targeting = "'targeting':[{'attribute':'country','operator':'in','values':['de']}]";
    return approved(proposal(running(), "dach", "'kind':'retarget'," + targeting));
  }

  Request reallocatable() {
    String variants = "[{'key':'control','share':0.4},{'key':'plain','share':0.6}]";
    return approved(
        proposal(running(), "more-green", "'kind':'reallocate','variants':" + variants));
  }

  Request revivable() {
    return approved(proposal(killed(), "again", "'kind':'revive','traffic':0.01"));
  }

  /** Killed by break-glass, which somebody has to review. */
  Request unreviewed() {
    Request killed = after(running(), author, "kill", "{'reason':'x','break_glass':true}");
    return with(killed, "review", "r1");
  }

  private Request proposal(Request of, String key, String change) {
    String body = "{'proposal':'" + key + "'," + change + "}";
    return with(after(of, author, "proposals", body), "proposal", key);
  }

  private Request approved(Request proposed) {
    String key = proposed.variables().get("proposal");
    return after(proposed, reviewer, "proposals/" + key + "/approve", "{}");
  }

  private static Request with(Request request, String variable, String value) {
    String experiment = request.variables().get("experiment");
    return new Request(Map.of("experiment", experiment, variable, value), Optional.empty());
  }

  private static Request after(Request before, Api actor, String order, String body) {
    String path = "/api/v1/experiments/" + before.variables().get("experiment") + "/" + order;
    actor.post(path, body).is(200);
    return before;
  }

  static String design(String experiment) {
    return """
    {"experiment":"%s","namespace":"acme/rides",
     "variants":[{"key":"control","share":0.5},{"key":"plain","share":0.5}],
     "primary_metric":"ride_value","guardrails":[{"metric":"ride_value"}]}
    """
        .formatted(experiment);
  }

  Request freshNamespace() {
    return Request.of().with("{\"namespace\":\"acme/" + key("n") + "\"}");
  }

  Request freshMetric() {
    return Request.of()
        .with(
            """
            {"metric":"%s","namespace":"acme/rides","kind":"mean","direction":"higher_is_better"}
            """
                .formatted(key("m")));
  }

  Request metric() {
    return Request.of("metric", "ride_value");
  }

  Request namespace() {
    return new Request(Map.of("org", "acme", "team", "rides"), Optional.empty());
  }

  Request proposedApprovals() {
    platform
        .admin()
        .post("/api/v1/namespaces/acme/rides/approval-policy", "{'ttl_hours':72}")
        .is(200);
    return namespace();
  }

  /** A file with one more metric. */
  Request desired() {
    String file =
        "{\"metrics\":[{\"metric\":\"%s\",\"kind\":\"mean\",\"direction\":\"higher_is_better\"}]}";
    return namespace().with(file.formatted(key("m")));
  }

  Request freshEnvironment() {
    return Request.of().with("{\"environment\":\"" + key("e") + "\"}");
  }

  Request environment() {
    String environment = key("e");
    platform.admin().post("/api/v1/environments", "{'environment':'" + environment + "'}").is(201);
    return Request.of("environment", environment);
  }

  Request stopped() {
    return killSwitch(environment(), "engage");
  }

  /** Proposed by one who is nobody else here. */
  Request releasing() {
    return killSwitch(stopped(), "release");
  }

  private Request killSwitch(Request environment, String order) {
    String name = environment.variables().get("environment");
    platform
        .admin()
        .post("/api/v1/environments/" + name + "/kill-switch/" + order, "{'reason':'x'}")
        .is(200);
    return environment;
  }

  Request freshSet() {
    return Request.of().with("{\"set\":\"" + key("s") + "\",\"namespace\":\"acme/rides\"}");
  }

  /** A set that a draft asks for. */
  Request setInDesign() {
    String set = key("s");
    author.post("/api/v1/exclusion-sets", "{'set':'" + set + "','namespace':'acme/rides'}").is(201);
    String experiment = key("x");
    String sets = ",\"exclusion_sets\":[{\"set\":\"" + set + "\",\"share\":0.03}]}";
    author.post("/api/v1/experiments", design(experiment).strip().replaceFirst("}$", sets)).is(201);
    return new Request(
        Map.of("set", set, "experiment", experiment),
        Optional.of("{\"experiment\":\"" + experiment + "\"}"));
  }

  Request reserved() {
    Request asked = setInDesign();
    String path = "/api/v1/exclusion-sets/" + asked.variables().get("set") + "/reservations";
    author.post(path, asked.body().orElseThrow()).is(201);
    return new Request(asked.variables(), Optional.empty());
  }

  Request freshHoldout() {
    return Request.of().with(holdout(key("h")));
  }

  Request holdout() {
    String holdout = key("h");
    platform.admin().post("/api/v1/holdouts", holdout(holdout)).is(201);
    return Request.of("holdout", holdout);
  }

  private static String holdout(String key) {
    return "{\"holdout\":\"%s\",\"scope\":\"namespace\",\"value\":\"acme/rides\",\"share\":0.01}"
        .formatted(key);
  }

  Request freshFlag() {
    return Request.of().with("{\"flag\":\"" + key("f") + "\",\"namespace\":\"acme/rides\"}");
  }

  Request flag() {
    String flag = key("f");
    author.post("/api/v1/flags", "{'flag':'" + flag + "','namespace':'acme/rides'}").is(201);
    return Request.of("flag", flag);
  }

  Request enabledFlag() {
    Request flag = flag();
    author.post("/api/v1/flags/" + flag.variables().get("flag") + "/enable", "{}").is(200);
    return flag;
  }

  Request token() {
    return Request.of("token", issue("viewer").getString("token"));
  }

  private JsonObject issue(String role) {
    String body = "{'holder':'%s','roles':[{'role':'%s'}]}".formatted(key("h"), role);
    return platform.admin().post("/api/v1/tokens", body).is(201).json();
  }

  /** Proposed by the first admin, under a policy that is then as it was. */
  Request proposedToken() {
    demandTwo();
    String token = issue("approver").getString("token");
    demandNothing();
    return Request.of("token", token);
  }

  Request stranger() {
    return Request.of("holder", key("h"));
  }

  Request member() {
    Request stranger = stranger();
    grant(stranger);
    return stranger;
  }

  Request proposedRole() {
    demandTwo();
    Request stranger = stranger();
    grant(stranger);
    demandNothing();
    return stranger;
  }

  private void grant(Request stranger) {
    String path = "/api/v1/members/" + stranger.variables().get("holder") + "/grants";
    platform.admin().post(path, role().toString()).is(200);
  }

  /** As the examples of the document have it. */
  private static JsonObject role() {
    return Json.createObjectBuilder().add("role", "approver").add("namespace", NAMESPACE).build();
  }

  /** So that the example changes something. */
  Request otherPolicy() {
    demandNothing();
    return Request.of();
  }

  Request proposedPolicy() {
    demandTwo();
    policy(platform.admin(), false);
    return Request.of();
  }

  private void demandTwo() {
    demandNothing();
    policy(platform.admin(), true);
  }

  /** Whatever the policy is, and whatever is proposed. */
  private void demandNothing() {
    policy(platform.admin(), false);
    secondAdmin.post("/api/v1/platform/policy/approve", "{}");
  }

  private static void policy(Api admin, boolean two) {
    admin.put(
        "/api/v1/platform/policy",
        "{'require_second_administrator':%s,'fresh_authentication':false}".formatted(two));
  }

  /** A snapshot that the projection has made. */
  Request served() {
    long position = head(running());
    platform.as("sdk", "*").get("/api/v1/snapshots/production?min_position=" + position).is(200);
    return Request.of("environment", "production");
  }

  /** A snapshot of some time ago. */
  Request past() {
    long position = platform.head();
    running();
    return new Request(
        Map.of("environment", "production", "?position", Long.toString(position)),
        Optional.empty());
  }

  /** An experiment that the projection has put into a snapshot. */
  Request servedKey() {
    Request running = running();
    long position = head(running);
    platform.as("sdk", "*").get("/api/v1/snapshots/production?min_position=" + position).is(200);
    String key = running.variables().getOrDefault("experiment", "");
    return new Request(Map.of("environment", "production", "key", key), Optional.empty());
  }

  private long head(Request any) {
    return any.variables().isEmpty() ? 0 : platform.head();
  }

  Request asOf() {
    String experiment = running().variables().get("experiment");
    platform.as("auditor", "*").get("/api/v1/experiments?min_position=" + platform.head()).is(200);
    return Request.of()
        .with(
            """
            {"experiment":"%s","at":"2100-01-01T00:00:00Z","attributes":{"user_id":"u-1"}}
            """
                .formatted(experiment));
  }

  Request export() {
    JsonObject answer =
        platform
            .as("auditor", "*")
            .post("/api/v1/audit/exports", "{'purpose':'a test'}")
            .is(201)
            .json();
    return Request.of("size", answer.get("size").toString());
  }
}
