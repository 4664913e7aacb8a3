package io.trialog.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What a figure was measured on. */
public final class Machine {
  private Machine() {}

  /** Cores, processor, memory and Java, in one line. */
  public static String described() {
    return "%d cores (%s), %s, %s %s"
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            first(Path.of("/proc/cpuinfo"), "model name", System.getProperty("os.arch")),
            memory(),
            System.getProperty("java.vendor"),
            Runtime.version());
  }

  private static String memory() {
    String kibibytes = first(Path.of("/proc/meminfo"), "MemTotal", "").replaceAll("\\D", "");
    return kibibytes.isEmpty()
        ? "memory unknown"
        : "%d GiB".formatted(Math.round(Double.parseDouble(kibibytes) / (1 << 20)));
  }

  private static String first(Path file, String name, String otherwise) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(otherwise);
    } catch (IOException e) {
      return otherwise;
    }
  }
}
