package io.trialog.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.audit.cli.TrialogAudit;
import io.trialog.sdk.TrialogClient;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.Reason;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole path in one JVM, by public interfaces only: orders, snapshots, an SDK, exposures and
 * outcomes, results, a guardrail that kills, the audit trail, and a bundle that verifies. The steps
 * build on each other, as a working day does.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EndToEndTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int SUBJECTS = 1_500;

  @TempDir static Path folder;

  private static Platform platform;
  private static Api admin;
  private static Api ada;
  private static Api ben;
  private static String sdkToken;
  private static Instant beforeKill;
  private static String assignedSubject;

  @BeforeAll
  static void start() throws InterruptedException {
    platform =
        Platform.start(new Options(folder.resolve("data"), "127.0.0.1", 0, false), line -> {});
    admin = Api.of(platform.address(), platform.adminToken());
    ada = admin.as(token("ada", "experimenter"));
    ben = admin.as(token("ben", "approver"));
    sdkToken = token("app", "sdk");
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  @Test
  @Order(1)
  void step_1_an_experiment_is_drafted_submitted_approved_by_a_second_person_and_started() {
    admin.post("/api/v1/namespaces", "{'namespace':'acme/rides','title':'Rides'}").is(201);
    metric("booked", "'kind':'proportion','direction':'higher_is_better'");
    metric("ride_value", "'kind':'mean','direction':'higher_is_better','cap':200,'typical_sd':20");
    String draft =
        """
        {'experiment':'checkout','namespace':'acme/rides','surface':'checkout',
         'unit':'user_id','fallback_unit':'device_id','control':'control',
         'variants':[{'key':'control','share':0.5},{'key':'treatment','share':0.5,'payload':'{}'}],
         'targeting':[{'attribute':'country','operator':'in','values':['US','DE']}],
         'primary_metric':'booked','planned_subjects':10000,
         'guardrails':[{'metric':'booked'},{'metric':'ride_value'}]}
        """;

    JsonObject drafted =
        ada.post("/api/v1/experiments", draft, "Idempotency-Key", "d1").is(201).json();
    assertThat(drafted.getString("status")).isEqualTo("draft");
    assertThat(ada.post("/api/v1/experiments", draft, "Idempotency-Key", "d1").is(201).json())
        .isEqualTo(drafted);

    ada.post("/api/v1/experiments/checkout/submit", "{}", "If-Match", "\"0\"").is(200);
    ada.post("/api/v1/experiments/checkout/submit", "{}", "If-Match", "\"0\"")
        .problem(412, "revision_conflict");
    admin
        .as(token("ada", "approver"))
        .post("/api/v1/experiments/checkout/approve", "{}")
        .problem(422, "approver_must_differ");
    ada.post("/api/v1/experiments/checkout/start", "{}").problem(422, "status_forbids");
    ben.post("/api/v1/experiments/checkout/approve", "{'reason':'looks right'}").is(200);
    ada.post("/api/v1/experiments/checkout/start", "{'traffic':0.5}").is(200);
    ada.post("/api/v1/experiments/checkout/ramp", "{'traffic':1}").is(200);
    ada.post("/api/v1/experiments/checkout/pause", "{}").is(200);
    JsonObject resumed = ada.post("/api/v1/experiments/checkout/resume", "{}").is(200).json();

    JsonObject read =
        ada.get("/api/v1/experiments/checkout?min_position=" + resumed.getJsonNumber("position"))
            .is(200)
            .json();
    assertThat(read.getString("status")).isEqualTo("running");
  }

  @Test
  @Order(2)
  void step_3_the_snapshot_is_a_signed_note_with_an_etag() {
    Api sdk = admin.as(sdkToken);
    Api.Answer answer = sdk.get("/api/v1/snapshots/production").is(200);
    assertThat(answer.text())
        .startsWith("{\"environment\":\"production\"")
        .contains("\n\n— trialog/production ");
    String etag = answer.response().headers().firstValue("ETag").orElseThrow();
    assertThat(sdk.get("/api/v1/snapshots/production", "If-None-Match", etag).status())
        .isEqualTo(304);
  }

  @Test
  @Order(3)
  void steps_4_to_8_a_harmful_variant_is_killed_by_its_guardrail_and_the_sdk_answers_control()
      throws Exception {
    Random random = new Random(7);
    try (TrialogClient client = client()) {
      assertThat(client.awaitReady(SOON)).isTrue();
      for (int i = 0; i < SUBJECTS; i++) {
        Context rider = rider("u" + i);
        Decision decision = client.evaluate("checkout", rider, "control");
        assertThat(decision.reason()).isIn(Reason.ASSIGNED, Reason.KILLED);
        if (decision.reason() == Reason.ASSIGNED
            && assignedSubject == null
            && decision.variant().equals("treatment")) {
          assignedSubject = "u" + i;
        }
        double chance = decision.variant().equals("treatment") ? 0.1 : 0.6;
        if (random.nextDouble() < chance) {
          client.track(rider, "booked", 1);
          client.track(rider, "ride_value", 10 + random.nextInt(30));
        }
      }
      beforeKill = Instant.now();
      assertThat(client.flush(SOON)).isTrue();

      admin.await(
          "/api/v1/experiments/checkout", SOON, json -> json.getString("status").equals("killed"));
      awaitReason(client, Reason.KILLED);
      admin.await(
          "/api/v1/experiments/checkout",
          SOON,
          json -> json.getJsonArray("guardrail_states").toString().contains("\"breached\""));
      Decision decision = client.evaluate("checkout", rider("u1"), "fallback");
      assertThat(decision.variant()).isEqualTo("control");
      assertThat(decision.reason()).isEqualTo(Reason.KILLED);
    }
  }

  @Test
  @Order(4)
  void step_7_the_results_have_every_subject_and_the_harm() {
    JsonObject results =
        admin
            .await("/api/v1/experiments/checkout/results", SOON, json -> subjects(json) == SUBJECTS)
            .json();

    assertThat(results.getString("status")).isEqualTo("killed");
    assertThat(results.getInt("subjects_in_two_arms")).isZero();
    assertThat(results.getJsonObject("srm").getBoolean("alarm")).isFalse();
    JsonObject booked = results.getJsonArray("metrics").getJsonObject(0);
    assertThat(booked.getString("metric")).isEqualTo("booked");
    JsonObject comparison = booked.getJsonArray("comparisons").getJsonObject(0);
    assertThat(comparison.getJsonNumber("lift").doubleValue()).isBetween(-1.0, -0.5);
    assertThat(comparison.getJsonArray("interval").getJsonNumber(1).doubleValue()).isNegative();
  }

  @Test
  @Order(5)
  void step_9_the_trail_has_who_when_why_and_the_evidence() {
    JsonObject page =
        admin
            .await(
                "/api/v1/audit/events?experiment=checkout&type=ExperimentKilled",
                SOON,
                json -> json.getJsonArray("entries").size() == 1)
            .json();

    JsonObject killed = page.getJsonArray("entries").getJsonObject(0);
    assertThat(killed.getJsonObject("actor").getString("kind")).isEqualTo("automation");
    assertThat(killed.getString("reason")).contains("breached by variant treatment");
    assertThat(killed.getJsonObject("data").getJsonObject("evidence").getString("variant"))
        .isEqualTo("treatment");
    assertThat(killed.getJsonArray("changes")).isNotEmpty();
    assertThat(
            admin.get("/api/v1/audit/events?q=looks+right").is(200).json().getJsonArray("entries"))
        .hasSize(1);
    assertThat(admin.get("/api/v1/audit/events?actor=ben").is(200).json().getJsonArray("entries"))
        .hasSize(1);
  }

  @Test
  @Order(6)
  void step_9_the_trail_says_what_a_subject_got_at_an_instant() {
    String body =
        "{'experiment':'checkout','at':'%s','attributes':{'user_id':'%s','country':'US'}}";

    JsonObject before =
        admin
            .post("/api/v1/audit/as-of", body.formatted(beforeKill, assignedSubject))
            .is(200)
            .json();
    JsonObject after =
        admin
            .post("/api/v1/audit/as-of", body.formatted(Instant.now(), assignedSubject))
            .is(200)
            .json();

    assertThat(before.getString("variant")).isEqualTo("treatment");
    assertThat(before.getString("reason")).isEqualTo("ASSIGNED");
    assertThat(after.getString("variant")).isEqualTo("control");
    assertThat(after.getString("reason")).isEqualTo("KILLED");
  }

  @Test
  @Order(7)
  void step_10_the_bundle_verifies_and_one_changed_byte_names_its_event() throws IOException {
    Path bundle = folder.resolve("bundle");
    Path policy = folder.resolve("policy");
    Path tokenFile = folder.resolve("auditor.token");
    Files.writeString(tokenFile, token("aud", "auditor"));

    assertThat(
            audit(
                "export",
                "--url",
                platform.address().toString(),
                "--token-file",
                tokenFile.toString(),
                "--write-policy",
                policy.toString(),
                bundle.toString()))
        .isZero();
    assertThat(audit("verify", "--policy", policy.toString(), bundle.toString())).isZero();
    Path kept = folder.resolve("data/audit.policy");
    assertThat(audit("verify", "--policy", kept.toString(), bundle.toString())).isZero();

    Path events = bundle.resolve("events.ndjson");
    String text = Files.readString(events);
    Files.writeString(events, text.replaceFirst("looks right", "looks wrong"));
    assertThat(audit("verify", "--policy", policy.toString(), bundle.toString())).isEqualTo(1);
  }

  @Test
  @Order(8)
  void bad_input_gets_its_clear_answer() {
    admin.post("/api/v1/metrics", "{").problem(400, "malformed_body");
    admin
        .post("/api/v1/namespaces", "{'namespace':'a/b','titel':'x'}")
        .problem(400, "invalid_value");
    admin.as("trl_0_wrong").get("/api/v1/experiments").problem(401, "token_required");
    admin.as("").get("/api/v1/experiments").problem(401, "token_required");
    admin
        .as(sdkToken)
        .post("/api/v1/namespaces", "{'namespace':'a/b'}")
        .problem(403, "access_denied");
    admin.get("/api/v1/experiments/ghost").is(404);
    admin.get("/api/v1/nowhere").is(404);
    JsonObject rejected =
        admin
            .post(
                "/api/v1/batches",
                """
                {'exposures':[],'outcomes':[{'id':'0190b5a0-0000-7000-8000-000000000001',
                 'subject':'AAAAAAAAAAAAAAAAAAAAAA','metric':'nope','value':1,
                 'time':'2026-01-01T00:00:00Z'}]}
                """)
            .is(422)
            .json();
    assertThat(rejected.getJsonArray("rejected").getJsonObject(0).getString("code"))
        .isEqualTo("unknown_metric");
    String tenMegabytes = "{\"exposures\":[\"" + "x".repeat(10 << 20) + "\"]}";
    admin.post("/api/v1/batches", tenMegabytes).problem(413, "batch_too_large");
    admin.postForm("/api/v1/batches", tenMegabytes).problem(413, "batch_too_large");
    admin.postForm("/api/v1/namespaces", "{'namespace':'as/form'}").is(201);
    assertThat(
            admin
                .await(
                    "/api/v1/audit/events?type=AccessDenied",
                    SOON,
                    json -> !json.getJsonArray("entries").isEmpty())
                .status())
        .isEqualTo(200);
  }

  private static int audit(String... args) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    return TrialogAudit.run(out, out, args);
  }

  private static long subjects(JsonObject results) {
    return results.getJsonArray("metrics").getJsonObject(0).getJsonArray("variants").stream()
        .mapToLong(variant -> variant.asJsonObject().getJsonNumber("n").longValue())
        .sum();
  }

  @Test
  @Order(9)
  void a_ramp_waits_until_the_guardrail_is_known_to_be_safe() throws Exception {
    String draft =
        """
        {'experiment':'calm','namespace':'acme/rides','surface':'menu','control':'control',
         'variants':[{'key':'control','share':0.5},{'key':'treatment','share':0.5}],
         'primary_metric':'booked','planned_subjects':10000,
         'guardrails':[{'metric':'booked','margin':0.3,'critical':true}]}
        """;
    ada.post("/api/v1/experiments", draft).is(201);
    ada.post("/api/v1/experiments/calm/submit", "{}").is(200);
    ben.post("/api/v1/experiments/calm/approve", "{}").is(200);
    ada.post("/api/v1/experiments/calm/start", "{'traffic':0.5}").is(200);
    ada.post("/api/v1/experiments/calm/ramp", "{'traffic':1}")
        .problem(422, "guardrail_blocks_promotion");
    Random random = new Random(8);
    try (TrialogClient client = client()) {
      assertThat(client.awaitReady(SOON)).isTrue();
      for (int i = 0; i < 2_000; i++) {
        Context rider = rider("calm" + i);
        Decision decision = client.evaluate("calm", rider, "control");
        if (random.nextDouble() < (decision.variant().equals("treatment") ? 0.7 : 0.5)) {
          client.track(rider, "booked", 1);
        }
      }
      assertThat(client.flush(SOON)).isTrue();
    }
    admin.await(
        "/api/v1/experiments/calm",
        SOON,
        json -> json.getJsonArray("guardrail_states").toString().contains("\"safe\""));
    ada.post("/api/v1/experiments/calm/ramp", "{'traffic':1}").is(200);
    JsonObject counters = admin.get("/health").json().getJsonObject("counters");
    assertThat(counters.getInt("control_messages_refused_unsigned")).isZero();
    assertThat(counters.getInt("control_messages_refused_wrong_key")).isZero();
  }

  private static void metric(String key, String members) {
    admin
        .post(
            "/api/v1/metrics", "{'metric':'" + key + "','namespace':'acme/rides'," + members + "}")
        .is(201);
  }

  private static String token(String holder, String role) {
    return admin
        .post("/api/v1/tokens", "{'holder':'" + holder + "','roles':[{'role':'" + role + "'}]}")
        .is(201)
        .json()
        .getString("secret");
  }

  private static Context rider(String user) {
    return Context.of("user_id", user).with("country", "US");
  }

  private static TrialogClient client() {
    return TrialogClient.builder()
        .baseUrl(platform.address())
        .token(sdkToken)
        .environment("production")
        .build();
  }

  private static void awaitReason(TrialogClient client, Reason reason) {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (client.peek("checkout", rider("u1"), "x").reason() != reason) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(5_000_000);
    }
  }
}
