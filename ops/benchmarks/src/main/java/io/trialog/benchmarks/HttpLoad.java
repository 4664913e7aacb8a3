package io.trialog.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program: what the reads of SDKs sustain, by wrk. */
@Command(
    name = "bench-http",
    mixinStandardHelpOptions = true,
    description = {
      "Starts a platform and lets wrk ask for the snapshot that the client has already (304), and"
          + " for",
      "single evaluations by OFREP, and prints requests per second and p99 as Markdown.",
      "Fails when an answer is not the expected one."
    },
    sortOptions = false)
public final class HttpLoad implements Callable<Integer> {
  private static final String SNAPSHOT = "/api/v1/snapshots/production";
  private static final String OFREP = "/ofrep/v1/evaluate/flags/org-x1";
  private static final String BODY =
      "{\"context\":{\"targetingKey\":\"user-1\",\"user_id\":\"user-1\",\"country\":\"US\"}}";

  @Option(
      names = "--connections",
      defaultValue = "16",
      description = "Open at once (default: ${DEFAULT-VALUE}).")
  private int connections;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      description = "Of each measurement, after as many to warm up (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--experiments",
      defaultValue = "20",
      description = "Of the snapshot (default: ${DEFAULT-VALUE}).")
  private int experiments;

  @Option(names = "--append", description = "Also append the report to this file.")
  private @Nullable Path append;

  private HttpLoad() {}

  /** Exit code 1 when an answer was not the expected one. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new HttpLoad()).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("trialog-bench");
    try (PlatformProcess platform =
        PlatformProcess.start(CommandLoad.classPath(), folder, "", List.of())) {
      String report = measure(platform, folder);
      System.out.print(report);
      if (append != null) {
        Files.writeString(append, report, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      }
    } finally {
      CommandLoad.delete(folder);
    }
    return 0;
  }

  private String measure(PlatformProcess platform, Path folder)
      throws IOException, InterruptedException {
    Api admin = Api.of(platform.address(), platform.adminToken());
    Latencies setUp = new Organisation(admin, "org", 2, 2).work(experiments);
    if (!setUp.failures().isEmpty()) {
      throw new IOException("not acknowledged: " + setUp.failures().iterator().next());
    }
    Api sdk =
        admin.as(
            admin
                .post("/api/v1/tokens", "{'holder':'load','roles':[{'role':'sdk'}]}")
                .getString("secret"));
    StringBuilder report = new StringBuilder(heading());
    String tag =
        sdk.send(sdk.request(SNAPSHOT).GET().build()).headers().firstValue("ETag").orElse("");
    Wrk snapshot = new Wrk(sdk, SNAPSHOT, folder, "wrk.headers['If-None-Match']='" + tag + "'\n");
    report.append(snapshot.line("snapshot, ETag matches (304)", 304, seconds, connections));
    Wrk evaluation =
        new Wrk(
            sdk,
            OFREP,
            folder,
            "wrk.method='POST'\nwrk.body='%s'\nwrk.headers['Content-Type']='application/json'\n"
                .formatted(BODY));
    report.append(evaluation.line("OFREP, one experiment", 200, seconds, connections));
    return report.toString();
  }

  private String heading() {
    return """

    ## Reads of SDKs by wrk, %s

    %s. `ops/bin/bench-http --connections %d --seconds %d --experiments %d`: wrk with one thread on the same cores as the platform.

    | | requests/s | p50 | p99 |
    |---|---|---|---|
    """
        .formatted(
            LocalDate.now(ZoneOffset.UTC), Machine.described(), connections, seconds, experiments);
  }

  /** One question, asked by wrk with a script of Lua. */
  private record Wrk(Api api, String path, Path folder, String script) {
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+(\\S+)");
    private static final Pattern P50 = Pattern.compile("50%\\s+(\\S+)");
    private static final Pattern P99 = Pattern.compile("99%\\s+(\\S+)");

    String line(String name, int status, int seconds, int connections)
        throws IOException, InterruptedException {
      int found = api.send(question()).statusCode();
      if (found == 404) {
        return "| %s | not served by this platform | | |%n".formatted(name);
      }
      if (found != status) {
        throw new IOException("%s: expected %d, found %d".formatted(path, status, found));
      }
      run(seconds, connections);
      String said = run(seconds, connections);
      // 304 is none of wrk's errors; whatever is, ends the measurement.
      if (said.contains("Non-2xx") || said.contains("Socket errors")) {
        throw new IOException(said);
      }
      return "| %s | %s | %s | %s |%n"
          .formatted(name, first(RATE, said), first(P50, said), first(P99, said));
    }

    private HttpRequest question() {
      HttpRequest.Builder request = api.request(path);
      Matcher tag = Pattern.compile("If-None-Match'\\]='(.*)'").matcher(script);
      if (tag.find()) {
        return request.header("If-None-Match", tag.group(1)).GET().build();
      }
      return request
          .header("Content-Type", "application/json")
          .POST(BodyPublishers.ofString(BODY))
          .build();
    }

    private String run(int seconds, int connections) throws IOException, InterruptedException {
      Path file = folder.resolve("wrk.lua");
      Files.writeString(
          file, script + "wrk.headers['Authorization']='Bearer " + api.token() + "'\n");
      List<String> command = new ArrayList<>(List.of("wrk", "-t1", "--latency"));
      command.addAll(List.of("-c" + connections, "-d" + seconds + "s", "-s", file.toString()));
      URI address = api.base().resolve(path);
      command.add(address.toString());
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException("wrk: " + said);
      }
      return said;
    }

    private static String first(Pattern pattern, String text) throws IOException {
      Matcher matcher = pattern.matcher(text);
      if (!matcher.find()) {
        throw new IOException("expected " + pattern + " in " + text);
      }
      return matcher.group(1);
    }
  }
}
