package io.trialog.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.audit.cli.TrialogAudit;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The main walk through a platform, short: an experiment from draft to kill, read back from the
 * snapshot and the trail, exported and verified, and all of it again after a restart.
 */
final class ShortDay {
  private static final Duration SOON = Duration.ofSeconds(60);

  private final Path folder;
  private final Options options;

  ShortDay(Path folder, EventStoreChoice choice) {
    this.folder = folder;
    this.options = new Options(folder.resolve("data"), "127.0.0.1", 0, false, choice);
  }

  void lived() throws Exception {
    JsonObject drafted;
    try (Platform platform = Platform.start(options, line -> {})) {
      Api admin = Api.of(platform.address(), platform.adminToken());
      drafted = work(admin);
      JsonObject killed =
          admin
              .post("/api/v1/experiments/checkout/kill", "{'reason':'enough'}", "If-Match", "\"3\"")
              .is(200)
              .json();
      assertThat(read(admin, killed).getString("status")).isEqualTo("killed");
      assertThat(audit(platform, "first")).isZero();
    }
    try (Platform platform = Platform.start(options, line -> {})) {
      Api admin = Api.of(platform.address(), platform.adminToken());
      assertThat(draft(admin.as(token(admin, "ada", "experimenter")))).isEqualTo(drafted);
      assertThat(admin.get("/api/v1/experiments/checkout").is(200).json().getString("status"))
          .isEqualTo("killed");
      assertThat(audit(platform, "second")).isZero();
    }
  }

  /** Everything up to a running experiment; what the draft was answered with. */
  private JsonObject work(Api admin) {
    admin.post("/api/v1/namespaces", "{'namespace':'acme/rides'}").is(201);
    admin
        .post(
            "/api/v1/metrics",
            "{'metric':'booked','namespace':'acme/rides','kind':'proportion',"
                + "'direction':'higher_is_better'}")
        .is(201);
    Api ada = admin.as(token(admin, "ada", "experimenter"));
    JsonObject drafted = draft(ada);
    assertThat(draft(ada)).isEqualTo(drafted);
    ada.post("/api/v1/experiments/checkout/submit", "{}").is(200);
    admin
        .as(token(admin, "ben", "approver"))
        .post("/api/v1/experiments/checkout/approve", "{'reason':'looks right'}")
        .is(200);
    JsonObject started =
        ada.post("/api/v1/experiments/checkout/start", "{'traffic':0.5}").is(200).json();
    assertThat(read(admin, started).getString("status")).isEqualTo("running");
    Api app = admin.as(token(admin, "app", "sdk"));
    assertThat(app.get("/api/v1/snapshots/production").is(200).text()).contains("checkout");
    return drafted;
  }

  private static JsonObject draft(Api ada) {
    return ada.post(
            "/api/v1/experiments",
            """
            {'experiment':'checkout','namespace':'acme/rides','surface':'checkout',
             'unit':'user_id','control':'control',
             'variants':[{'key':'control','share':0.5},{'key':'green','share':0.5}],
             'primary_metric':'booked','planned_subjects':10000}
            """,
            "Idempotency-Key",
            "draft-1")
        .is(201)
        .json();
  }

  private static JsonObject read(Api admin, JsonObject answer) {
    return admin
        .get("/api/v1/experiments/checkout?min_position=" + answer.getJsonNumber("position"))
        .is(200)
        .json();
  }

  private int audit(Platform platform, String name) throws IOException {
    Path bundle = folder.resolve(name);
    Path tokenFile = folder.resolve("data/admin.token");
    Path policy = folder.resolve("data/audit.policy");
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    int exported =
        TrialogAudit.run(
            out,
            out,
            "export",
            "--url",
            platform.address().toString(),
            "--token-file",
            tokenFile.toString(),
            "--write-policy",
            folder.resolve(name + ".policy").toString(),
            bundle.toString());
    assertThat(exported).isZero();
    assertThat(Files.readString(bundle.resolve("events.ndjson"))).contains("looks right");
    return TrialogAudit.run(out, out, "verify", "--policy", policy.toString(), bundle.toString());
  }

  private static String token(Api admin, String holder, String role) {
    return admin
        .post("/api/v1/tokens", "{'holder':'" + holder + "','roles':[{'role':'" + role + "'}]}")
        .is(201)
        .json()
        .getString("secret");
  }
}
