package io.trialog.command.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A program on the class path of this test, in a process that may die at any moment. */
final class KilledProcess implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(90);

  private final Process process;
  private final Path out;

  private KilledProcess(Process process, Path out) {
    this.process = process;
    this.out = out;
  }

  static KilledProcess start(Path folder, String main, String... arguments) throws IOException {
    Path out = Files.createTempFile(folder, "child", ".out");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            main));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .redirectInput(new File("/dev/null"))
            .start();
    return new KilledProcess(process, out);
  }

  /** Waits for a line that begins so, and answers with its rest. */
  String awaitLine(String beginning) throws IOException {
    long deadline = System.nanoTime() + START.toNanos();
    while (true) {
      for (String line : Files.readString(out).lines().toList()) {
        if (line.startsWith(beginning)) {
          return line.substring(beginning.length());
        }
      }
      assertThat(process.isAlive()).as("ended early: %s", Files.readString(out)).isTrue();
      assertThat(System.nanoTime()).as("no \"%s\": %s", beginning, out).isLessThan(deadline);
      LockSupport.parkNanos(20_000_000);
    }
  }

  /** kill -9. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  /** SIGTERM. */
  void end() throws InterruptedException {
    process.destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
