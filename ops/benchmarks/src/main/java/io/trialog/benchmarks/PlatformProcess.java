package io.trialog.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A platform in a process of its own, with the flags of ops/bin/run. */
final class PlatformProcess implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(3);
  private static final String READY = "Trialog is ready at ";

  private static final String KAFKA = "embedded Kafka serves at ";

  private final Process process;
  private final Path data;
  private final Path out;

  private PlatformProcess(Process process, Path data, Path out) {
    this.process = process;
    this.data = data;
    this.out = out;
  }

  /** Starts it on a new folder; {@code user} opens the database of the URL, if there is one. */
  static PlatformProcess start(String classPath, Path folder, String user, List<String> options)
      throws IOException {
    Path data = folder.resolve("data");
    Path out = folder.resolve("out");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms1g",
                "-Xmx1g",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                classPath,
                "io.trialog.standalone.Trialog",
                "--data",
                data.toString(),
                "--port",
                "0",
                // The clients are faster than what one token may do by default.
                "--rate-limit=0"));
    command.addAll(options);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    if (!user.isEmpty()) {
      builder.environment().put("TRIALOG_EVENTSTORE_USER", user);
    }
    return new PlatformProcess(builder.start(), data, out);
  }

  /** Waits until it is ready. */
  URI address() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START.toNanos();
    while (System.nanoTime() < deadline && process.isAlive()) {
      for (String line : Files.readAllLines(out)) {
        if (line.startsWith(READY)) {
          return URI.create(line.substring(READY.length()).split(" ", 2)[0]);
        }
      }
      process.waitFor(50, TimeUnit.MILLISECONDS);
    }
    throw new IOException("The platform did not start: " + Files.readString(out));
  }

  String adminToken() throws IOException {
    return Files.readString(data.resolve("admin.token")).strip();
  }

  long pid() {
    return process.pid();
  }

  /** Where its Kafka serves, as it logs it; to be asked when it is ready. */
  String kafka() throws IOException {
    for (Path log : logs()) {
      for (String line : Files.readAllLines(log)) {
        int at = line.indexOf(KAFKA);
        if (at >= 0) {
          return line.substring(at + KAFKA.length()).split("[^0-9.:]", 2)[0];
        }
      }
    }
    throw new IOException("The platform's log does not say where Kafka serves");
  }

  private List<Path> logs() throws IOException {
    List<Path> logs = new ArrayList<>(List.of(out));
    Path folder = data.resolve("logs");
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        files.forEach(logs::add);
      }
    }
    return logs;
  }

  /** Bytes of the embedded log on disk; to be asked after it was closed. */
  long embeddedLogBytes() throws IOException {
    return Files.size(data.resolve("log.mv.db"));
  }

  /** SIGTERM, and SIGKILL after a minute. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(1, TimeUnit.MINUTES)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
