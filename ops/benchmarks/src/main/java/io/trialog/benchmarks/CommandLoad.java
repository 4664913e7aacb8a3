package io.trialog.benchmarks;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program: time per command and size of the log, on each event store in one session. */
@Command(
    name = "bench-commands",
    mixinStandardHelpOptions = true,
    description = {
      "Starts a platform on each event store, creates, submits, approves, starts and ramps",
      "experiments over HTTP, and prints time per command and size of the log as Markdown.",
      "Fails when an order is not acknowledged, or the p99 of all on h2 is above the bar."
    },
    sortOptions = false)
public final class CommandLoad implements Callable<Integer> {
  @Option(
      names = "--event-store",
      split = ",",
      defaultValue = "h2,postgresql",
      paramLabel = "KIND",
      description = "Which, in this order (default: ${DEFAULT-VALUE}).")
  private List<String> kinds = List.of();

  @Option(
      names = "--experiments",
      defaultValue = "200",
      description = "How many (default: ${DEFAULT-VALUE}).")
  private int experiments;

  @Option(
      names = "--namespaces",
      defaultValue = "12",
      description = "How many (default: ${DEFAULT-VALUE}).")
  private int namespaces;

  @Option(
      names = "--clients",
      defaultValue = "4",
      description = "How many send at once (default: ${DEFAULT-VALUE}).")
  private int clients;

  @Option(
      names = "--warm-up",
      defaultValue = "200",
      description = "Experiments of another organisation before the clock (${DEFAULT-VALUE}).")
  private int warmUp;

  @Option(
      names = "--bar",
      defaultValue = "50",
      description = "Milliseconds that p99 on h2 must stay below (default: ${DEFAULT-VALUE}).")
  private int bar;

  @Option(names = "--append", description = "Also append the report to this file.")
  private @Nullable Path append;

  private boolean failed;

  private CommandLoad() {}

  /** Exit code 1 when a promise was not kept. */
  public static void main(String[] args) {
    System.exit(Program.run(new CommandLoad(), args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException, SQLException {
    StringBuilder report = new StringBuilder(heading());
    for (String kind : kinds) {
      report.append(
          switch (kind) {
            case "h2" -> onH2();
            case "postgresql" -> onPostgresql();
            default ->
                throw new IllegalArgumentException(
                    "--event-store must be h2 or postgresql; found " + kind);
          });
    }
    System.out.print(report);
    if (append != null && !failed) {
      Files.writeString(append, report, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
    return failed ? 1 : 0;
  }

  private String heading() {
    return """

    ## Commands of %d experiments in %d namespaces, %s

    %s. `ops/bin/bench-commands --experiments %d --namespaces %d --clients %d --warm-up %d`: all of the platform in one process
    (Kafka and the stream job too), %d clients of the same machine over HTTP, times in ms as a client sees them, after %d experiments
    to warm up. Each order has an idempotency key and is on disk before it is acknowledged.
    """
        .formatted(
            experiments,
            namespaces,
            LocalDate.now(ZoneOffset.UTC),
            Machine.described(),
            experiments,
            namespaces,
            clients,
            warmUp,
            clients,
            warmUp);
  }

  private String onH2() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("trialog-bench");
    try {
      PlatformProcess platform = PlatformProcess.start(classPath(), folder, "", List.of());
      Measured measured = measure(platform);
      requireBar(measured.latencies());
      return measured.report("h2", platform.embeddedLogBytes());
    } finally {
      Folders.delete(folder);
    }
  }

  private String onPostgresql() throws IOException, InterruptedException, SQLException {
    Path folder = Files.createTempDirectory("trialog-bench");
    try (EmbeddedPostgres server =
        EmbeddedPostgres.builder()
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .start()) {
      String url = "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres";
      List<String> options = List.of("--event-store=postgresql", "--event-store-url=" + url);
      Measured measured = measure(PlatformProcess.start(classPath(), folder, "postgres", options));
      return measured.report("postgresql", bytesOfTables(server));
    } finally {
      Folders.delete(folder);
    }
  }

  private record Measured(Latencies latencies, String events, double seconds) {
    String report(String kind, long bytes) {
      StringBuilder table =
          new StringBuilder(
              "\n| %s | orders | p50 | p99 | longest |\n|---|---|---|---|---|\n".formatted(kind));
      for (Latencies.Line line : latencies.lines()) {
        table.append(
            String.format(
                Locale.ROOT,
                "| %s | %d | %.1f | %.1f | %.1f |%n",
                line.command(),
                line.count(),
                line.p50(),
                line.p99(),
                line.most()));
      }
      return table
          .append(
              String.format(
                  Locale.ROOT,
                  "%nThe log then has %s events in %,d bytes on disk, indexes included; %.1f s.%n",
                  events,
                  bytes,
                  seconds))
          .toString();
    }
  }

  private Measured measure(PlatformProcess platform) throws IOException, InterruptedException {
    try (platform) {
      Api admin = Api.of(platform.address(), platform.adminToken());
      report(new Organisation(admin, "warm", 2, clients).work(warmUp));
      Organisation organisation = new Organisation(admin, "acme", namespaces, clients);
      long start = System.nanoTime();
      Latencies latencies = organisation.work(experiments);
      double seconds = (System.nanoTime() - start) / 1e9;
      report(latencies);
      return new Measured(latencies, events(admin), seconds);
    }
  }

  /** An event for each order that the warm-up and the load sent, as the signed head counts them. */
  private static String events(Api admin) throws IOException, InterruptedException {
    admin.post("/api/v1/audit/exports", "{'purpose':'size of the log'}");
    return admin.get("/api/v1/audit/checkpoint").lines().skip(1).findFirst().orElseThrow();
  }

  private void report(Latencies latencies) {
    latencies.failures().stream()
        .limit(10)
        .forEach(failure -> {
          System.err.println("NOT ACKNOWLEDGED " + failure);
        });
    failed |= !latencies.failures().isEmpty();
  }

  private void requireBar(Latencies latencies) {
    double p99 = latencies.lines().getLast().p99();
    if (p99 >= bar) {
      System.err.printf(Locale.ROOT, "p99 of all on h2 is %.1f ms, the bar is %d ms%n", p99, bar);
      failed = true;
    }
  }

  private static long bytesOfTables(EmbeddedPostgres server) throws SQLException {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT pg_total_relation_size('domainevententry')"
                    + " + pg_total_relation_size('idempotent_request')")) {
      row.next();
      return row.getLong(1);
    }
  }

  static String classPath() {
    String classPath = System.getProperty("trialog.platform", "");
    if (classPath.isEmpty()) {
      throw new IllegalStateException("-Dtrialog.platform must be the class path of the platform");
    }
    return classPath;
  }
}
