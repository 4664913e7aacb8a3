package io.trialog.benchmarks.assignment;

import io.trialog.benchmarks.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program: what an assignment costs, beside a bare slot function and the SDKs of others. */
@Command(
    name = "bench-assignment",
    mixinStandardHelpOptions = true,
    description = {
      "Measures evaluation with JMH, each benchmark in a process of its own, round after round,"
          + " and",
      "prints medians, ratios to the bare slot function of the same run, and bytes allocated.",
      "Fails when a bar is not met: 1.3 times the bare function for one experiment without a byte,",
      "1.6 times for all 200, and every peer slower."
    },
    sortOptions = false)
public final class BenchAssignment implements Callable<Integer> {
  /** What is asked. */
  enum Question {
    ONE,
    ALL
  }

  private record Line(String name, String benchmark, @Nullable String sdk, double bar) {}

  /** The first is what the others are compared with. */
  private static final Map<Question, List<Line>> LINES =
      Map.of(
          Question.ONE,
          List.of(
              new Line("bare slot function", "OneExperiment.bareSlot", null, 0),
              new Line("variant", "OneExperiment.variant", null, 1.3),
              new Line("decision", "OneExperiment.decision", null, 0),
              new Line("bare, one division", "OneExperiment.bareSlotBySum", null, 0),
              new Line("LaunchDarkly", "Peers.one", "LaunchDarkly", 0),
              new Line("Unleash", "Peers.one", "Unleash", 0),
              new Line("Optimizely", "Peers.one", "Optimizely", 0)),
          Question.ALL,
          List.of(
              new Line("200 bare slot functions", "AllExperiments.bareSlots", null, 0),
              new Line("all, no sets", "AllExperiments.apart", null, 1.6),
              new Line("all, in ten exclusion sets", "AllExperiments.shared", null, 1.6),
              new Line("LaunchDarkly", "Peers.all", "LaunchDarkly", 0),
              new Line("Unleash", "Peers.all", "Unleash", 0),
              new Line("Optimizely", "Peers.all", "Optimizely", 0)));

  @Option(
      names = "--question",
      split = ",",
      defaultValue = "ONE,ALL",
      description = "One experiment, all 200, or both (default: ${DEFAULT-VALUE}).")
  private List<Question> questions = List.of();

  @Option(names = "--no-peers", description = "Only this SDK and the bare function.")
  private boolean alone;

  @Option(
      names = "--rounds",
      defaultValue = "4",
      description = "Processes of each benchmark, in turn (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--iterations",
      defaultValue = "4",
      description = "Measured in each process (default: ${DEFAULT-VALUE}).")
  private int iterations;

  @Option(
      names = "--millis",
      defaultValue = "250",
      description = "Of an iteration; as many warm it up (default: ${DEFAULT-VALUE}).")
  private int millis;

  @Option(names = "--append", description = "Also append the report to this file.")
  private @Nullable Path append;

  private boolean failed;

  private BenchAssignment() {}

  /** Exit code 1 when a bar was not met. */
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new BenchAssignment())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(args));
  }

  @Override
  public Integer call() throws RunnerException, IOException {
    StringBuilder report =
        new StringBuilder(
            "%n## Assignment, %s%n%n%s. Rounds %d, iterations %d of %d ms.%n"
                .formatted(
                    LocalDate.now(ZoneOffset.UTC),
                    Machine.described(),
                    rounds,
                    iterations,
                    millis));
    for (Question question : questions) {
      report.append(measured(question));
    }
    System.out.print(report);
    if (append != null) {
      Files.writeString(append, report, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
    return failed ? 1 : 0;
  }

  private String measured(Question question) throws RunnerException {
    List<Line> lines =
        LINES.getOrDefault(question, List.of()).stream()
            .filter(line -> !alone || line.sdk() == null)
            .toList();
    Map<Line, Figures> figures = new LinkedHashMap<>();
    lines.forEach(line -> figures.put(line, new Figures()));
    for (int round = 0; round < rounds; round++) {
      for (Map.Entry<Line, Figures> each : figures.entrySet()) {
        each.getValue().add(run(each.getKey()));
      }
    }
    return table(figures);
  }

  private Collection<RunResult> run(Line line) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("\\." + line.benchmark().replace(".", "\\.") + "$")
            .forks(1)
            .warmupIterations(iterations)
            .warmupTime(TimeValue.milliseconds(millis))
            .measurementIterations(iterations)
            .measurementTime(TimeValue.milliseconds(millis))
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true)
            .jvmArgs("-Xms1g", "-Xmx1g", "-XX:+UseSerialGC")
            .verbosity(VerboseMode.SILENT);
    if (line.sdk() != null) {
      options.param("sdk", line.sdk());
    }
    return new Runner(options.build()).run();
  }

  /** Nanoseconds of each iteration, and the bytes that a call allocates. */
  private static final class Figures {
    private final List<Double> nanos = new ArrayList<>();
    private final List<Double> bytes = new ArrayList<>();

    void add(Collection<RunResult> runs) {
      for (RunResult run : runs) {
        run.getBenchmarkResults().stream()
            .flatMap(result -> result.getIterationResults().stream())
            .forEach(this::add);
      }
    }

    private void add(IterationResult iteration) {
      nanos.add(iteration.getPrimaryResult().getScore());
      iteration
          .getSecondaryResults()
          .forEach((name, result) -> {
            if (name.endsWith("gc.alloc.rate.norm")) {
              bytes.add(result.getScore());
            }
          });
    }

    double median() {
      return median(nanos);
    }

    double least() {
      return nanos.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
    }

    double allocated() {
      return median(bytes);
    }

    private static double median(List<Double> values) {
      double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
      int middle = sorted.length / 2;
      return sorted.length % 2 == 1
          ? sorted[middle]
          : Arrays.stream(sorted, middle - 1, middle + 1).average().orElse(Double.NaN);
    }
  }

  private String table(Map<Line, Figures> figures) {
    StringBuilder table =
        new StringBuilder(
            """

            | | ns, median | least | median, times the first | bytes |
            |---|---|---|---|---|
            """);
    double bare = 0;
    double slowest = 0;
    for (Map.Entry<Line, Figures> each : figures.entrySet()) {
      double median = each.getValue().median();
      bare = bare == 0 ? median : bare;
      double ratio = median / bare;
      double bytes = each.getValue().allocated();
      table.append(
          String.format(
              Locale.ROOT,
              "| %s | %.1f | %.1f | %.2f | %.0f |%n",
              each.getKey().name(),
              median,
              each.getValue().least(),
              ratio,
              bytes));
      if (each.getKey().sdk() != null) {
        require(median > slowest, each.getKey().name() + " is ahead");
      } else if (each.getKey().bar() > 0) {
        slowest = Math.max(slowest, median);
        require(
            ratio <= each.getKey().bar() && bytes < 1, each.getKey().name() + " misses its bar");
      }
    }
    return table.toString();
  }

  private void require(boolean met, String otherwise) {
    if (!met) {
      System.err.println(otherwise);
      failed = true;
    }
  }
}
