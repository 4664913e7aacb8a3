package io.trialog.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The load generator wrk, with one thread: each connection asks again as soon as it was answered.
 *
 * @param folder for its scripts
 * @param connections open at once
 */
record Wrk(Path folder, int connections) {
  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+(\\S+)");
  private static final Pattern P50 = Pattern.compile("50%\\s+([0-9.]+)(us|ms|s)");
  private static final Pattern P99 = Pattern.compile("99%\\s+([0-9.]+)(us|ms|s)");

  /**
   * What it asks.
   *
   * @param body posted; empty for GET
   */
  record Question(String path, Map<String, String> headers, String body) {
    Question {
      headers = Map.copyOf(headers);
    }

    /** In wrk's language. Nothing here has a quote or a backslash that Lua would read. */
    String script() {
      StringBuilder lua = new StringBuilder();
      new TreeMap<>(headers)
          .forEach((name, value) -> lua.append("wrk.headers['%s']='%s'%n".formatted(name, value)));
      if (!body.isEmpty()) {
        lua.append("wrk.method='POST'%nwrk.body='%s'%n".formatted(body));
      }
      return lua.toString();
    }
  }

  /** Requests a second, and the times of answers in milliseconds. */
  record Load(double rate, double p50, double p99) {}

  /**
   * Asks for so many seconds.
   *
   * @throws IOException when a connection broke, or an answer was above 399
   */
  Load ask(URI base, Question question, int seconds) throws IOException, InterruptedException {
    Path file = folder.resolve("wrk.lua");
    Files.writeString(file, question.script());
    String said =
        run(
            List.of(
                "wrk",
                "-t1",
                "--latency",
                "-c" + connections,
                "-d" + seconds + "s",
                "-s",
                file.toString(),
                base.resolve(question.path()).toString()));
    if (said.contains("Non-2xx") || said.contains("Socket errors")) {
      throw new IOException("wrk met failures at " + question.path() + ": " + said);
    }
    return new Load(number(RATE, said), millis(P50, said), millis(P99, said));
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("wrk: " + said);
    }
    return said;
  }

  private static double number(Pattern pattern, String text) throws IOException {
    return Double.parseDouble(found(pattern, text).group(1));
  }

  private static double millis(Pattern pattern, String text) throws IOException {
    Matcher found = found(pattern, text);
    double value = Double.parseDouble(found.group(1));
    return switch (found.group(2)) {
      case "us" -> value / 1_000;
      case "s" -> value * 1_000;
      default -> value;
    };
  }

  private static Matcher found(Pattern pattern, String text) throws IOException {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new IOException("expected " + pattern + " in " + text);
    }
    return matcher;
  }
}
