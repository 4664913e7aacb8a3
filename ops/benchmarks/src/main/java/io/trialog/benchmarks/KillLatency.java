package io.trialog.benchmarks;

import jakarta.json.Json;
import jakarta.json.JsonReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program: how long after a kill was acknowledged an SDK in another process enforces it. */
@Command(
    name = "bench-kill",
    mixinStandardHelpOptions = true,
    description = {
      "Starts a platform and an SDK in a process of its own, kills experiments one after the"
          + " other,",
      "and prints the time from the answer of the order to the first KILLED of the SDK as"
          + " Markdown.",
      "Fails when a kill does not arrive, or p99 is not below the bar."
    },
    sortOptions = false)
public final class KillLatency implements Callable<Integer> {
  private static final int MOST_SECONDS = 30;
  private static final int MOST_KILLS = 5_000;

  @Option(
      names = "--way",
      split = ",",
      defaultValue = "sse,kafka",
      description = "How kills reach the SDK: sse, kafka, or both (default: ${DEFAULT-VALUE}).")
  private List<String> ways = List.of();

  @Option(
      names = "--kills",
      defaultValue = "200",
      description = "Measured a way, at most 5,000 (default: ${DEFAULT-VALUE}).")
  private int kills;

  @Option(
      names = "--warm-up",
      defaultValue = "40",
      description = "Kills a way before the clock, at most 5,000 (default: ${DEFAULT-VALUE}).")
  private int warmUp;

  @Option(
      names = "--bar",
      defaultValue = "200",
      description = "Milliseconds that p99 must stay below (default: ${DEFAULT-VALUE}).")
  private int bar;

  @Option(names = "--append", description = "Also append the report to this file.")
  private @Nullable Path append;

  @Spec private CommandSpec spec = CommandSpec.create();
  private boolean failed;

  KillLatency() {}

  /** Exit code 1 when the bar was not met. */
  public static void main(String[] args) {
    System.exit(Program.run(new KillLatency(), args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    requireOptions();
    Path folder = Files.createTempDirectory("trialog-bench");
    try (PlatformProcess platform =
        PlatformProcess.start(CommandLoad.classPath(), folder, "", List.of())) {
      StringBuilder report = new StringBuilder(heading());
      Api admin = Api.of(platform.address(), platform.adminToken());
      for (String way : ways) {
        report.append(measure(way, platform, admin));
      }
      System.out.print(report);
      if (append != null) {
        Files.writeString(append, report, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      }
    } finally {
      Folders.delete(folder);
    }
    return failed ? 1 : 0;
  }

  private void requireOptions() {
    Program.require(spec, "--kills", kills, 1, MOST_KILLS);
    Program.require(spec, "--warm-up", warmUp, 0, MOST_KILLS);
    Program.require(spec, "--bar", bar, 1, MOST_SECONDS * 1_000);
    for (String way : ways) {
      if (!way.equals("sse") && !way.equals("kafka")) {
        throw new ParameterException(
            spec.commandLine(), "--way must be sse, kafka, or both; found " + way);
      }
    }
  }

  private String heading() {
    return """

    ## Kills, %s

    %s. `ops/bin/bench-kill --way %s --kills %d`: milliseconds from the answer of the kill order (2xx) to the first `KILLED` of an SDK in
    another process, on the wall clock of one machine; below zero means that the SDK was told before the person. One kill at a time,
    after %d to warm up.

    | | kills | p50 | p99 | longest | from the sending of the order: p50 | p99 |
    |---|---|---|---|---|---|---|
    """
        .formatted(
            LocalDate.now(ZoneOffset.UTC),
            Machine.described(),
            String.join(",", ways),
            kills,
            warmUp);
  }

  private String measure(String way, PlatformProcess platform, Api admin)
      throws IOException, InterruptedException {
    int experiments = kills + warmUp;
    Latencies setUp = new Organisation(admin, way, 2, 2).work(experiments);
    if (!setUp.failures().isEmpty()) {
      throw new IOException("not acknowledged: " + setUp.failures().iterator().next());
    }
    Watched watched = start(way, platform, admin, experiments);
    try {
      long[] fromAnswer = new long[kills];
      long[] fromOrder = new long[kills];
      for (int i = 0; i < experiments; i++) {
        String experiment = "%s-x%d".formatted(way, i);
        long ordered = KillWatcher.micros();
        admin.post("/api/v1/experiments/" + experiment + "/kill", "{'reason':'measured'}");
        long answered = KillWatcher.micros();
        long enforced = watched.enforced(experiment);
        if (i >= warmUp) {
          fromAnswer[i - warmUp] = enforced - answered;
          fromOrder[i - warmUp] = enforced - ordered;
        }
      }
      return line(way, fromAnswer, fromOrder);
    } finally {
      watched.end();
    }
  }

  private String line(String way, long[] fromAnswer, long[] fromOrder) {
    Arrays.sort(fromAnswer);
    Arrays.sort(fromOrder);
    double p99 = millis(fromAnswer, 99);
    if (p99 >= bar) {
      System.err.printf(Locale.ROOT, "p99 over %s is %.1f ms, the bar is %d ms%n", way, p99, bar);
      failed = true;
    }
    return String.format(
        Locale.ROOT,
        "| %s | %d | %.1f | %.1f | %.1f | %.1f | %.1f |%n",
        way,
        fromAnswer.length,
        millis(fromAnswer, 50),
        p99,
        millis(fromAnswer, 100),
        millis(fromOrder, 50),
        millis(fromOrder, 99));
  }

  private static double millis(long[] sortedMicros, int percent) {
    return Latencies.percentile(sortedMicros, percent) * 1_000;
  }

  private record Watched(Process process, BlockingQueue<String> lines) {
    long enforced(String experiment) throws IOException, InterruptedException {
      String line = next();
      if (!line.startsWith(experiment + " ")) {
        throw new IOException("expected the kill of " + experiment + ", found " + line);
      }
      return Long.parseLong(line.substring(experiment.length() + 1));
    }

    /** Ends with its standard input; whoever hangs is destroyed. */
    void end() throws IOException, InterruptedException {
      process.outputWriter().close();
      if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }

    String next() throws IOException, InterruptedException {
      String line = lines.poll(MOST_SECONDS, TimeUnit.SECONDS);
      if (line == null) {
        throw new IOException("nothing from the SDK within " + MOST_SECONDS + " s");
      }
      return line;
    }
  }

  private static Watched start(String way, PlatformProcess platform, Api admin, int experiments)
      throws IOException, InterruptedException {
    String token =
        admin
            .post(
                "/api/v1/tokens", "{'holder':'%s-watcher','roles':[{'role':'sdk'}]}".formatted(way))
            .getString("secret");
    boolean sse = way.equals("sse");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                KillWatcher.class.getName(),
                way,
                sse ? platform.address().toString() : platform.kafka(),
                sse ? token : verifierKey(admin),
                way + "-x",
                Integer.toString(experiments))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    Thread.ofPlatform().daemon().start(() -> read(process, lines));
    Watched watched = new Watched(process, lines);
    if (!watched.next().equals("ready")) {
      throw new IOException("the SDK did not get ready");
    }
    return watched;
  }

  private static void read(Process process, BlockingQueue<String> lines) {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      lines.add("the SDK ended: " + e.getMessage());
    }
  }

  private static String verifierKey(Api admin) throws IOException, InterruptedException {
    try (JsonReader reader = Json.createReader(new StringReader(admin.get("/api/v1/keys")))) {
      return reader.readObject().getJsonObject("snapshot").getString("production");
    }
  }
}
