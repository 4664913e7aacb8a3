package io.trialog.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.sdk.TrialogClient;
import io.trialog.sdk.core.note.NoteSigner;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Keys of snapshots in the hands of an operator. Protocol clause 12. */
class SnapshotKeysProgramTest {
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final String VARIABLE = "TRIALOG_SNAPSHOT_KEY_PRODUCTION";

  private final StringWriter said = new StringWriter();

  private int run(Map<String, String> variables, String... arguments) {
    CommandLine line =
        new CommandLine(new SnapshotKeysProgram(variables, Clock.systemUTC()))
            .setOut(new PrintWriter(said, true))
            .setErr(new PrintWriter(said, true));
    return line.execute(arguments);
  }

  private static void await(String what, BooleanSupplier is) {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (!is.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      LockSupport.parkNanos(20_000_000);
    }
  }

  @Test
  void a_stolen_key_is_revoked_while_platform_and_clients_run_and_is_in_no_log(@TempDir Path folder)
      throws Exception {
    NoteSigner stolen = NoteSigner.generate("trialog/production");
    Map<String, String> variables = Map.of(VARIABLE, stolen.privateKey());
    Path data = folder.resolve("data");
    try (Child child =
        Child.start(
            folder,
            Trialog.class.getName(),
            List.of("--data", data.toString(), "--port", "0"),
            variables)) {
      String ready = child.awaitLine("Trialog is ready at ", SOON);
      URI address = URI.create(ready.split(" ", -1)[4]);
      Api admin = Api.of(address, Files.readString(data.resolve("admin.token")).strip());
      try (TrialogClient client = client(address, admin, stolen)) {
        assertThat(client.awaitReady(SOON)).isTrue();
        String id = stolen.verifierKey().idText();
        assertThat(run(variables, "revoke", "production", id, "--data", data.toString()))
            .as(said.toString())
            .isZero();
        await("the platform has a new key", () -> !newest(admin).contains(id));
        long before = client.snapshot().orElseThrow().position();
        admin.post("/api/v1/namespaces", "{'namespace':'acme/rides','title':'Rides'}").is(201);
        await("the client follows", () -> client.snapshot().orElseThrow().position() > before);
        assertThat(client.counters().snapshotsRefused()).isEmpty();
      }
      assertThat(run(variables, "list", "--data", data.toString())).isZero();
      assertThat(said.toString()).contains("revoked   " + stolen.verifierKey()).contains("active");
      child.terminate();
      child.awaitExit(SOON);
      assertNowhere(seedOf(stolen), folder, child.out() + child.err() + said);
    }
  }

  private static TrialogClient client(URI address, Api admin, NoteSigner pinned) {
    String token =
        admin
            .post("/api/v1/tokens", "{'holder':'app','roles':[{'role':'sdk'}]}")
            .is(201)
            .json()
            .getString("secret");
    return TrialogClient.builder()
        .baseUrl(address)
        .token(token)
        .environment("production")
        .verifierKey(pinned.verifierKey().toString())
        .build();
  }

  private static String newest(Api admin) {
    JsonObject keys = admin.get("/api/v1/keys").is(200).json();
    return keys.getJsonObject("snapshot").getString("production");
  }

  private static String seedOf(NoteSigner signer) {
    String key = signer.privateKey();
    return key.substring(key.lastIndexOf('+', key.length() - 44) + 1);
  }

  private static void assertNowhere(String secret, Path folder, String printed) throws IOException {
    assertThat(secret).hasSizeGreaterThan(30);
    assertThat(printed).doesNotContain(secret);
    int files = 0;
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files++;
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1).contains(secret))
            .as(file.toString())
            .isFalse();
      }
    }
    assertThat(files).isGreaterThan(3);
  }

  @Test
  void what_makes_no_sense_is_refused_in_words(@TempDir Path folder) {
    assertThat(run(Map.of(), "list", "--data", folder.toString())).isEqualTo(69);
    assertThat(said.toString()).contains("is no folder of keys");
    assertThat(folder.resolve("keys/snapshots").toFile().mkdirs()).isTrue();
    assertThat(run(Map.of(), "rotate", "production", "--data", folder.toString())).isEqualTo(69);
    assertThat(said.toString()).contains("no snapshot key of production");
    assertThat(run(Map.of(), "rotate", "../x", "--data", folder.toString())).isEqualTo(69);
    assertThat(run(Map.of(), "rotate", "production")).isEqualTo(2);
    assertThat(run(Map.of(), "rotate", "x", "--overlap", "soon", "--data", folder.toString()))
        .isEqualTo(2);
  }
}
