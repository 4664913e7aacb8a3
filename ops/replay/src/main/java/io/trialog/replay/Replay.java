package io.trialog.replay;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The command line of the replay. Exit codes: 0 done, 1 rows rejected or failed, 2 usage, 130
 * interrupted.
 */
@Command(
    name = "replay",
    version = "replay 0.1.0",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpWidth = 100,
    description =
        "Sends a finished experiment from a CSV file through the API of a running Trialog and"
            + " prints the results.",
    footer =
        "An interrupted replay continues when the same command is given again; a finished one sends"
            + " everything again, and the platform folds what it knows.")
public final class Replay implements Callable<Integer> {

  static final int EXIT_OK = 0;
  static final int EXIT_FAILED = 1;
  static final int EXIT_USAGE = 2;
  static final int EXIT_INTERRUPTED = 130;

  private static final int MOST_BATCH_ROWS = 500;
  private static final int MOST_CONCURRENCY = 16;
  private static final long LONGEST_STOP_SECONDS = 5;

  @Parameters(index = "0", paramLabel = "FILE", description = "a CSV file with a header, in UTF-8")
  private Path file = Path.of("");

  @Option(names = "--subject", required = true, paramLabel = "COL", description = "the subject")
  private String subject = "";

  @Option(
      names = "--time",
      required = true,
      paramLabel = "COL",
      description = "when; ISO-8601 (UTC unless it has a zone), epoch seconds or milliseconds")
  private String time = "";

  @Option(names = "--variant", required = true, paramLabel = "COL", description = "the arm")
  private String variant = "";

  @Option(
      names = "--outcome",
      required = true,
      paramLabel = "COL",
      description = "a number; a column of only 0 and 1 is a proportion")
  private String outcome = "";

  @Option(
      names = "--segment",
      paramLabel = "COL",
      description = "break results down by this column; may be repeated")
  private List<String> segments = new ArrayList<>();

  @Option(
      names = "--url",
      defaultValue = "http://127.0.0.1:8080",
      description = "default: ${DEFAULT-VALUE}")
  private URI url = URI.create("");

  @Option(
      names = "--token-file",
      defaultValue = "data/admin.token",
      description = "default: ${DEFAULT-VALUE}")
  private Path tokenFile = Path.of("");

  @Option(names = "--experiment", paramLabel = "KEY", description = "default: the file's name")
  private String experiment = "";

  @Option(
      names = "--namespace",
      defaultValue = "replay/imported",
      description = "default: ${DEFAULT-VALUE}")
  private String namespace = "";

  @Option(
      names = "--metric",
      paramLabel = "KEY",
      description = "default: the outcome column's name")
  private String metric = "";

  @Option(
      names = "--control",
      paramLabel = "VARIANT",
      description = "default: control, else the first in alphabetical order")
  private String control = "";

  @Option(
      names = "--share",
      paramLabel = "VARIANT=SHARE",
      description = "planned share, e.g. control=0.5; default: equal shares")
  private Map<String, BigDecimal> shares = new LinkedHashMap<>();

  @Option(names = "--unit", defaultValue = "user_id", description = "default: ${DEFAULT-VALUE}")
  private String unit = "";

  @Option(
      names = "--environment",
      defaultValue = "production",
      description = "default: ${DEFAULT-VALUE}")
  private String environment = "";

  @Option(
      names = "--batch",
      defaultValue = "500",
      paramLabel = "ROWS",
      description = "rows in one request, at most 500")
  private int batch;

  @Option(
      names = "--concurrency",
      defaultValue = "1",
      description = "requests in flight, at most 16; above 1 rows may arrive out of order")
  private int concurrency;

  @Option(
      names = "--progress-file",
      paramLabel = "PATH",
      description = "default: a file below $XDG_STATE_HOME/trialog/replay")
  private String progressFile = "";

  @Option(names = "--restart", description = "begin anew instead of continuing")
  private boolean restart;

  @Option(names = "--json", description = "print one JSON object")
  private boolean json;

  @Option(names = "--no-guardrail", description = "do not guard the metric")
  private boolean noGuardrail;

  @Option(names = "--lower-is-better", description = "a smaller outcome is the better one")
  private boolean lowerIsBetter;

  private final Map<String, String> variables;
  private final PrintStream out;
  private final Display display;
  private final Waits waits;

  Replay(Map<String, String> variables, PrintStream out, Display display, Waits waits) {
    this.variables = Map.copyOf(variables);
    this.out = out;
    this.display = display;
    this.waits = waits;
  }

  /** Runs the program and ends the JVM. */
  public static void main(String[] args) {
    CountDownLatch ended = new CountDownLatch(1);
    Thread main = Thread.currentThread();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(main, ended), "stop"));
    Waits waits = Waits.real();
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    Display display = new Display(System.err, Boolean.getBoolean("trialog.terminal"), waits);
    int code = run(args, System.getenv(), out, display, waits);
    ended.countDown();
    System.exit(code);
  }

  /** On Ctrl-C: lets the run keep its progress and say how to go on. */
  private static void stop(Thread main, CountDownLatch ended) {
    if (ended.getCount() > 0) {
      main.interrupt();
      try {
        ended.await(LONGEST_STOP_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Everything but the end of the JVM. */
  static int run(
      String[] args, Map<String, String> variables, PrintStream out, Display display, Waits waits) {
    // Numbers look the same on every machine: 57,828 and 0.12.
    Locale.setDefault(Locale.ROOT);
    CommandLine line = new CommandLine(new Replay(variables, out, display, waits));
    line.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
    line.setErr(display.writer());
    line.setExecutionExceptionHandler((failure, _, _) -> exitCode(failure, display));
    return line.execute(args);
  }

  @Override
  public Integer call() throws ReplayFailure, InterruptedException {
    return new ReplaySession(plan(), variables, out, display, waits).run();
  }

  private static int exitCode(Exception failure, Display display) throws Exception {
    return switch (failure) {
      case InterruptedException _ -> EXIT_INTERRUPTED;
      case ReplayFailure known -> {
        display.note("replay: " + known.text());
        yield known.exitCode();
      }
      default -> throw failure;
    };
  }

  private Plan plan() throws ReplayFailure {
    bounded("--batch", batch, MOST_BATCH_ROWS);
    bounded("--concurrency", concurrency, MOST_CONCURRENCY);
    return new Plan(
        file,
        Columns.of(subject, time, variant, outcome, segments),
        httpUrl(),
        existing(tokenFile),
        target(),
        control,
        shares,
        batch,
        concurrency,
        progressFile,
        restart,
        json);
  }

  private Plan.Target target() throws ReplayFailure {
    return new Plan.Target(
        experiment.isEmpty()
            ? Keys.legal("file name", baseName())
            : Keys.required("--experiment", experiment),
        Keys.namespace(namespace),
        metric.isEmpty()
            ? Keys.legal("outcome column", outcome)
            : Keys.required("--metric", metric),
        unit,
        environment,
        !noGuardrail,
        lowerIsBetter);
  }

  private String baseName() {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }

  private URI httpUrl() throws ReplayFailure {
    boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
    if (!http || url.getHost() == null || url.getQuery() != null) {
      throw ReplayFailure.usage("--url \"%s\" is not like http://host:port".formatted(url));
    }
    return url;
  }

  /** The usual token lies in the data folder of the repository, whatever the working directory. */
  private static Path existing(Path tokenFile) {
    Path besideProgram = Path.of(System.getProperty("trialog.home", ".")).resolve(tokenFile);
    return Files.exists(tokenFile) ? tokenFile : besideProgram;
  }

  private static void bounded(String option, int value, int most) throws ReplayFailure {
    if (value < 1 || value > most) {
      throw ReplayFailure.usage("%s must be 1 to %d, found %d".formatted(option, most, value));
    }
  }
}
