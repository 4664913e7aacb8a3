package io.trialog.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program: many streams of one node, and how long until the last of them has a change. */
@Command(
    name = "bench-streams",
    mixinStandardHelpOptions = true,
    description = {
      "Starts a platform, opens streams of snapshots to it from one process, changes something,"
          + " and",
      "prints the time until the last stream has it, and the memory of the platform for each"
          + " stream."
    },
    sortOptions = false)
public final class StreamLoad implements Callable<Integer> {
  private static final int WARM_UP = 100;

  @Option(
      names = "--clients",
      defaultValue = "1000",
      description = "Streams, at most 2,000 (default: ${DEFAULT-VALUE}).")
  private int clients;

  @Option(
      names = "--experiments",
      defaultValue = "20",
      description = "Of the snapshot (default: ${DEFAULT-VALUE}).")
  private int experiments;

  @Option(
      names = "--changes",
      defaultValue = "15",
      description = "Kills, one after the other (default: ${DEFAULT-VALUE}).")
  private int changes;

  @Option(names = "--append", description = "Also append the report to this file.")
  private @Nullable Path append;

  @Spec private CommandSpec spec = CommandSpec.create();

  StreamLoad() {}

  /** Exit code 1 when a stream misses a change. */
  public static void main(String[] args) {
    System.exit(Program.run(new StreamLoad(), args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    requireOptions();
    Path folder = Files.createTempDirectory("trialog-bench");
    try (PlatformProcess platform =
        PlatformProcess.start(CommandLoad.classPath(), folder, "", List.of())) {
      String report = measure(platform);
      System.out.print(report);
      if (append != null) {
        Files.writeString(append, report, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      }
    } finally {
      Folders.delete(folder);
    }
    return 0;
  }

  private void requireOptions() {
    Program.require(spec, "--clients", clients, 1, 2_000);
    Program.require(spec, "--experiments", experiments, 1, 5_000);
    Program.require(spec, "--changes", changes, 1, 5_000);
    if (changes > experiments) {
      throw new ParameterException(
          spec.commandLine(),
          "--changes must not be more than --experiments, each of which is killed once; found %d and %d"
              .formatted(changes, experiments));
    }
  }

  private String measure(PlatformProcess platform) throws IOException, InterruptedException {
    Api admin = Api.of(platform.address(), platform.adminToken());
    Latencies setUp = new Organisation(admin, "org", 2, 2).work(experiments);
    if (!setUp.failures().isEmpty()) {
      throw new IOException("not acknowledged: " + setUp.failures().iterator().next());
    }
    String token =
        admin
            .post("/api/v1/tokens", "{'holder':'streams','roles':[{'role':'sdk'}]}")
            .getString("secret");
    int bytes = admin.as(token).get("/api/v1/snapshots/production").length();
    // What the first streams load and compile is not the price of a stream.
    Streams.open(platform.address(), token, WARM_UP).close();
    Memory before = Memory.of(platform.pid());
    try (Streams streams = Streams.open(platform.address(), token, clients)) {
      Memory after = Memory.of(platform.pid());
      List<long[]> times = new ArrayList<>();
      for (int i = 0; i < changes; i++) {
        times.add(change(admin, streams, i));
      }
      return report(bytes, before, after, Memory.of(platform.pid()), times);
    }
  }

  /** Microseconds from the answer of the order until each stream had it, sorted. */
  private static long[] change(Api admin, Streams streams, int number)
      throws IOException, InterruptedException {
    String path = "/api/v1/experiments/org-x%d/kill".formatted(number);
    long position =
        admin.post(path, "{'reason':'measured'}").getJsonNumber("position").longValueExact();
    long answered = System.nanoTime();
    long[] micros = streams.arrivals(position);
    for (int i = 0; i < micros.length; i++) {
      micros[i] = (micros[i] - answered) / 1_000;
    }
    Arrays.sort(micros);
    return micros;
  }

  private String report(int bytes, Memory before, Memory after, Memory end, List<long[]> times) {
    long[] middles = sorted(times.stream().mapToLong(each -> each[each.length / 2]));
    long[] lasts = sorted(times.stream().mapToLong(each -> each[each.length - 1]));
    return String.format(
        Locale.ROOT,
        """

        ## %,d streams on one node, %s

        %s. `ops/bin/bench-streams --clients %d --experiments %d --changes %d`: a kill, a snapshot of %,d bytes to each stream,
        server and all clients on the same cores; milliseconds from the answer of the order, over the changes.

        | | least | median | most |
        |---|---|---|---|
        | half of the streams have it | %.1f | %.1f | %.1f |
        | the last stream has it | %.1f | %.1f | %.1f |

        The platform for each stream that is open: %.1f KiB of heap after a collection and %.1f KiB resident; after the
        changes %.1f and %.1f KiB.
        """,
        clients,
        LocalDate.now(ZoneOffset.UTC),
        Machine.described(),
        clients,
        experiments,
        changes,
        bytes,
        middles[0] / 1e3,
        middles[middles.length / 2] / 1e3,
        middles[middles.length - 1] / 1e3,
        lasts[0] / 1e3,
        lasts[lasts.length / 2] / 1e3,
        lasts[lasts.length - 1] / 1e3,
        (after.heapKib() - before.heapKib()) / (double) clients,
        (after.residentKib() - before.residentKib()) / (double) clients,
        (end.heapKib() - before.heapKib()) / (double) clients,
        (end.residentKib() - before.residentKib()) / (double) clients);
  }

  private static long[] sorted(LongStream values) {
    return values.sorted().toArray();
  }
}
