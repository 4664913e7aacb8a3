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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
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
      "One line has the bare function and the variant in one process, a thousand calls of each in",
      "turn: its ratio is the median of those of the iterations.",
      "Fails when a bar is not met: 1.3 times the bare function for one experiment, in turn with",
      "it, without a byte; 1.6 times for all 200; no byte for the client's variant; and every peer",
      "slower than the evaluator."
    },
    sortOptions = false)
public final class BenchAssignment implements Callable<Integer> {
  /** What is asked. */
  enum Question {
    ONE,
    ALL
  }

  /** What a line must not exceed, in times the bare function; the two others are no numbers. */
  private static final double NO_BAR = 0;

  private static final double NO_BYTE = Double.POSITIVE_INFINITY;

  private record Line(String name, String benchmark, @Nullable String sdk, double bar) {
    /** Peers are asked without their recording of exposures, and so compared without ours. */
    boolean isEvaluator() {
      return sdk == null && !benchmark.startsWith("ClientLookup");
    }
  }

  /** The first is what the others are compared with, unless they have both in one process. */
  private static final Map<Question, List<Line>> LINES =
      Map.of(
          Question.ONE,
          List.of(
              new Line("bare slot function", "OneExperiment.bareSlot", null, NO_BAR),
              new Line("variant", "OneExperiment.variant", null, NO_BYTE),
              new Line("variant, in turn with the bare one", "SideBySide.turn", null, 1.3),
              new Line("decision", "OneExperiment.decision", null, NO_BAR),
              new Line("client's variant, exposed before", "ClientLookup.variant", null, NO_BYTE),
              new Line("client's decision, exposed before", "ClientLookup.evaluate", null, NO_BAR),
              new Line("bare, one division", "OneExperiment.bareSlotBySum", null, NO_BAR),
              new Line("LaunchDarkly", "Peers.one", "LaunchDarkly", NO_BAR),
              new Line("Unleash", "Peers.one", "Unleash", NO_BAR),
              new Line("Optimizely", "Peers.one", "Optimizely", NO_BAR)),
          Question.ALL,
          List.of(
              new Line("200 bare slot functions", "AllExperiments.bareSlots", null, NO_BAR),
              new Line("all, no sets", "AllExperiments.apart", null, 1.6),
              new Line("all, in ten exclusion sets", "AllExperiments.shared", null, 1.6),
              new Line("LaunchDarkly", "Peers.all", "LaunchDarkly", NO_BAR),
              new Line("Unleash", "Peers.all", "Unleash", NO_BAR),
              new Line("Optimizely", "Peers.all", "Optimizely", NO_BAR)));

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
            // In batch, so that what is measured is compiled also when processors are scarce.
            .jvmArgs("-Xms1g", "-Xmx1g", "-XX:+UseSerialGC", "-Xbatch")
            // Quiet about what JMH and a peer do, which is none of the report.
            .jvmArgsAppend(
                "--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED")
            .verbosity(VerboseMode.SILENT);
    if (line.sdk() != null) {
      options.param("sdk", line.sdk());
    }
    return new Runner(options.build()).run();
  }

  /** Nanoseconds of each iteration, and the bytes that a call allocates. */
  private static final class Figures {
    private final List<Double> nanos = new ArrayList<>();

    /** Of each iteration that had the bare function in it, too. */
    private final List<Double> ratios = new ArrayList<>();

    private final List<Double> bytes = new ArrayList<>();

    void add(Collection<RunResult> runs) {
      for (RunResult run : runs) {
        run.getBenchmarkResults().stream()
            .flatMap(result -> result.getIterationResults().stream())
            .forEach(this::add);
      }
    }

    private void add(IterationResult iteration) {
      Map<String, Double> more = new HashMap<>();
      iteration
          .getSecondaryResults()
          .forEach((name, result) -> more.put(name.replace("·", ""), result.getScore()));
      Double variants = more.get("variantNanos");
      if (variants == null) {
        nanos.add(iteration.getPrimaryResult().getScore());
      } else {
        nanos.add(variants / of(more, "calls"));
        ratios.add(variants / of(more, "bareNanos"));
      }
      bytes.add(of(more, "gc.alloc.rate.norm"));
    }

    private static double of(Map<String, Double> figures, String name) {
      return Objects.requireNonNull(figures.get(name), name);
    }

    /** Times the bare function: of the same iteration where there is one, else of this median. */
    double ratio(double bare) {
      return ratios.isEmpty() ? median() / bare : median(ratios);
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
    StringBuilder spreads = new StringBuilder();
    double bare = 0;
    double slowest = 0;
    for (Map.Entry<Line, Figures> each : figures.entrySet()) {
      Line line = each.getKey();
      Figures found = each.getValue();
      bare = bare == 0 ? found.median() : bare;
      table.append(row(line, found, bare));
      spreads.append(spread(line, found));
      if (line.sdk() != null) {
        require(found.median() > slowest, line.name() + " is ahead");
      } else if (line.bar() > NO_BAR) {
        slowest = line.isEvaluator() ? Math.max(slowest, found.median()) : slowest;
        boolean met = found.ratio(bare) <= line.bar() && found.allocated() < 1;
        require(met, line.name() + " misses its bar");
      }
    }
    return table.append(spreads).toString();
  }

  private static String row(Line line, Figures found, double bare) {
    return String.format(
        Locale.ROOT,
        "| %s | %.1f | %.1f | %.2f | %.0f |%n",
        line.name(),
        found.median(),
        found.least(),
        found.ratio(bare),
        found.allocated());
  }

  private static String spread(Line line, Figures found) {
    double[] ratios = found.ratios.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    if (ratios.length == 0) {
      return "";
    }
    return String.format(
        Locale.ROOT,
        "%nThe %d ratios of \"%s\": %.2f to %.2f, the middle half %.2f to %.2f.%n",
        ratios.length,
        line.name(),
        ratios[0],
        ratios[ratios.length - 1],
        ratios[ratios.length / 4],
        ratios[ratios.length - 1 - ratios.length / 4]);
  }

  private void require(boolean met, String otherwise) {
    if (!met) {
      System.err.println(otherwise);
      failed = true;
    }
  }
}
