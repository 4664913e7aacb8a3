package io.trialog.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A program of ours in a process of its own, on the class path of this test. */
final class Child implements AutoCloseable {
  private final Process process;
  private final Path out;
  private final Path err;

  private Child(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** Starts {@code main} in the folder, which also keeps what it prints. */
  static Child start(Path folder, String main, List<String> arguments) {
    return start(folder, main, arguments, Map.of());
  }

  /** Like the other one, with more variables in its environment. */
  static Child start(
      Path folder, String main, List<String> arguments, Map<String, String> variables) {
    try {
      Path out = Files.createTempFile(folder, "child", ".out");
      Path err = Files.createTempFile(folder, "child", ".err");
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(
          List.of(
              "-Xmx1g",
              "-XX:TieredStopAtLevel=1",
              "--enable-native-access=ALL-UNNAMED",
              "-cp",
              System.getProperty("java.class.path"),
              main));
      command.addAll(arguments);
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .redirectInput(new File("/dev/null"));
      builder.environment().putAll(variables);
      builder.environment().put("XDG_STATE_HOME", folder.resolve("state").toString());
      return new Child(builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for a line on standard output that contains the text. */
  String awaitLine(String text, Duration most) {
    long deadline = System.nanoTime() + most.toNanos();
    while (true) {
      for (String line : out().lines().toList()) {
        if (line.contains(text)) {
          return line;
        }
      }
      assertThat(process.isAlive()).as("ended early: %s %s", out(), err()).isTrue();
      assertThat(System.nanoTime()).as("no \"%s\" in %s", text, out()).isLessThan(deadline);
      LockSupport.parkNanos(50_000_000);
    }
  }

  /** Waits for the end and answers with the exit code. */
  int awaitExit(Duration most) throws InterruptedException {
    assertThat(process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS))
        .as("did not end: %s %s", out(), err())
        .isTrue();
    return process.exitValue();
  }

  /** kill -9. */
  void killHard() throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
  }

  /** SIGTERM. */
  void terminate() {
    process.destroy();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String out() {
    return read(out);
  }

  String err() {
    return read(err);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
