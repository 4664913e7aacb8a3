package io.trialog.benchmarks;

import io.trialog.benchmarks.Wrk.Load;
import io.trialog.benchmarks.Wrk.Question;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The program: what the reads of SDKs sustain, by wrk. */
@Command(
    name = "bench-http",
    mixinStandardHelpOptions = true,
    description = {
      "Starts a platform and lets wrk ask it, one after the other: for a static page without a"
          + " token, as",
      "a measure of the web server alone; for the snapshot that the client has already (304); for"
          + " the",
      "whole snapshot, plain and gzip; for single evaluations by OFREP. Prints requests per second"
          + " and",
      "p99 as Markdown. Everything is warmed up before anything is measured.",
      "Fails when an answer is not the expected one."
    },
    sortOptions = false)
public final class HttpLoad implements Callable<Integer> {
  private static final String SNAPSHOT = "/api/v1/snapshots/production";
  private static final String OFREP = "/ofrep/v1/evaluate/flags/org-x0";
  private static final String CONTEXT =
      "{\"context\":{\"targetingKey\":\"user-1\",\"user_id\":\"user-1\",\"country\":\"US\"}}";

  @Option(
      names = "--connections",
      defaultValue = "16",
      description = "Open at once (default: ${DEFAULT-VALUE}).")
  private int connections;

  @Option(
      names = "--warm-up",
      defaultValue = "10",
      description = "Seconds for each question before the clock (default: ${DEFAULT-VALUE}).")
  private int warmUp;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      description = "Seconds of each measurement (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--experiments",
      defaultValue = "20",
      description = "Of the snapshot (default: ${DEFAULT-VALUE}).")
  private int experiments;

  @Option(names = "--append", description = "Also append the report to this file.")
  private @Nullable Path append;

  @Spec private CommandSpec spec = CommandSpec.create();

  HttpLoad() {}

  /** Exit code 1 when an answer was not the expected one. */
  public static void main(String[] args) {
    System.exit(Program.run(new HttpLoad(), args));
  }

  /** A line of the report, and the status of each of its answers. */
  private record Row(String name, int status, Question question) {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    Program.require(spec, "--connections", connections, 1, 1_000);
    Program.require(spec, "--warm-up", warmUp, 1, 600);
    Program.require(spec, "--seconds", seconds, 1, 600);
    Program.require(spec, "--experiments", experiments, 1, 5_000);
    Path folder = Files.createTempDirectory("trialog-bench");
    try (PlatformProcess platform =
        PlatformProcess.start(CommandLoad.classPath(), folder, "", List.of())) {
      String report = measure(platform, folder);
      System.out.print(report);
      if (append != null) {
        Files.writeString(append, report, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      }
    } finally {
      Folders.delete(folder);
    }
    return 0;
  }

  private String measure(PlatformProcess platform, Path folder)
      throws IOException, InterruptedException {
    Api sdk = sdk(platform);
    HttpResponse<String> newest = sdk.send(sdk.request(SNAPSHOT).GET().build());
    List<Row> rows = rows(sdk.token(), newest.headers().firstValue("ETag").orElse("none"));
    Wrk wrk = new Wrk(folder, connections);
    for (Row row : rows) {
      check(sdk, row);
      wrk.ask(sdk.base(), row.question(), warmUp);
    }
    List<Load> loads = new ArrayList<>();
    for (Row row : rows) {
      loads.add(wrk.ask(sdk.base(), row.question(), seconds));
      // The snapshot must not have changed meanwhile, or a 304 would have become a 200.
      check(sdk, row);
    }
    return report(rows, loads, newest.body().length());
  }

  private Api sdk(PlatformProcess platform) throws IOException, InterruptedException {
    Api admin = Api.of(platform.address(), platform.adminToken());
    Latencies setUp = new Organisation(admin, "org", 2, 2).work(experiments);
    if (!setUp.failures().isEmpty()) {
      throw new IOException("not acknowledged: " + setUp.failures().iterator().next());
    }
    String token = "{'holder':'load','roles':[{'role':'sdk'}]}";
    return admin.as(admin.post("/api/v1/tokens", token).getString("secret"));
  }

  private static List<Row> rows(String token, String tag) {
    Map<String, String> known = Map.of("Authorization", "Bearer " + token, "If-None-Match", tag);
    Map<String, String> bearer = Map.of("Authorization", "Bearer " + token);
    Map<String, String> gzip =
        Map.of("Authorization", "Bearer " + token, "Accept-Encoding", "gzip");
    Map<String, String> json =
        Map.of("Authorization", "Bearer " + token, "Content-Type", "application/json");
    return List.of(
        new Row("static page, no token", 200, new Question("/", Map.of(), "")),
        new Row("snapshot, ETag matches (304)", 304, new Question(SNAPSHOT, known, "")),
        new Row("snapshot, whole", 200, new Question(SNAPSHOT, bearer, "")),
        new Row("snapshot, whole, gzip", 200, new Question(SNAPSHOT, gzip, "")),
        new Row("OFREP, one experiment", 200, new Question(OFREP, json, CONTEXT)));
  }

  /** wrk does not tell a 200 from a 304. */
  private static void check(Api api, Row row) throws IOException, InterruptedException {
    Question question = row.question();
    BodyPublisher body =
        question.body().isEmpty()
            ? BodyPublishers.noBody()
            : BodyPublishers.ofString(question.body());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(api.base().resolve(question.path()))
            .method(question.body().isEmpty() ? "GET" : "POST", body);
    question.headers().forEach(request::header);
    int found = api.send(request.build()).statusCode();
    if (found != row.status()) {
      throw new IOException(
          "%s: expected %d, found %d".formatted(question.path(), row.status(), found));
    }
  }

  private String report(List<Row> rows, List<Load> loads, int bytes) {
    StringBuilder report = new StringBuilder(heading(bytes));
    double page = loads.getFirst().rate();
    for (int i = 0; i < rows.size(); i++) {
      Load load = loads.get(i);
      report.append(
          String.format(
              Locale.ROOT,
              "| %s | %,.0f | %.2f | %.1f ms | %.1f ms |%n",
              rows.get(i).name(),
              load.rate(),
              load.rate() / page,
              load.p50(),
              load.p99()));
    }
    return report.toString();
  }

  private String heading(int bytes) {
    return String.format(
        Locale.ROOT,
        """

        ## Reads of SDKs by wrk, %s

        %s. `ops/bin/bench-http --connections %d --warm-up %d --seconds %d --experiments %d`: wrk with one thread on the same cores as the
        platform, each connection asking again as soon as it was answered; a snapshot of %,d bytes.

        | | requests/s | times the page | p50 | p99 |
        |---|---|---|---|---|
        """,
        LocalDate.now(ZoneOffset.UTC),
        Machine.described(),
        connections,
        warmUp,
        seconds,
        experiments,
        bytes);
  }
}
