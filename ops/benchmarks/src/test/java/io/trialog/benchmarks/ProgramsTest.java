package io.trialog.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.benchmarks.archive.BenchArchive;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The programs measure what they say, on a platform that is real and small. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class ProgramsTest {
  private static final String PLATFORM = "trialog.platform";

  @TempDir Path folder;

  /** As the platform runs: with one logger, which is not that of the measuring programs. */
  @BeforeAll
  static void platformFromThisClassPath() {
    String[] parts = System.getProperty("java.class.path").split(File.pathSeparator, -1);
    System.setProperty(
        PLATFORM,
        Arrays.stream(parts)
            .filter(part -> !part.contains("slf4j-nop"))
            .collect(Collectors.joining(File.pathSeparator)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sse", "kafka"})
  @Tag("slow")
  void each_kill_is_timed_over_each_way(String way) throws Exception {
    List<Double> line =
        cells(
            report(new KillLatency(), "--way", way, "--kills=5", "--warm-up=2", "--bar=30000"),
            way);
    double p50 = line.get(1);
    double p99 = line.get(2);
    assertThat(line.get(0)).as("kills").isEqualTo(5);
    assertThat(p50).isLessThanOrEqualTo(p99);
    assertThat(p99).as("of five, the longest").isEqualTo(line.get(3)).isLessThan(30_000);
    assertThat(line.get(4)).as("from the sending").isPositive().isGreaterThanOrEqualTo(p50);
    assertThat(line.get(5)).isGreaterThanOrEqualTo(line.get(4)).isGreaterThanOrEqualTo(p99);
  }

  @Test
  @Tag("slow")
  void every_stream_gets_every_change() throws Exception {
    String report = report(new StreamLoad(), "--clients=12", "--experiments=3", "--changes=2");
    List<Double> half = cells(report, "half of the streams have it");
    List<Double> last = cells(report, "the last stream has it");
    assertThat(report).contains("12 streams on one node", "KiB of heap after a collection");
    assertThat(half).hasSize(3).isSorted();
    assertThat(last).hasSize(3).isSorted();
    assertThat(last.getFirst()).isGreaterThanOrEqualTo(half.getFirst());
    assertThat(last.getLast()).isGreaterThanOrEqualTo(half.getLast()).isLessThan(60_000);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  @Tag("slow")
  void every_question_is_asked_and_answered_as_it_should_be(int connections) throws Exception {
    String report =
        report(
            new HttpLoad(),
            "--seconds=1",
            "--warm-up=1",
            "--experiments=2",
            "--connections=" + connections);
    assertThat(cells(report, "static page, no token").get(1)).isEqualTo(1);
    for (String row :
        List.of(
            "snapshot, ETag matches (304)",
            "snapshot, whole",
            "snapshot, whole, gzip",
            "OFREP, one experiment")) {
      List<Double> line = cells(report, row);
      assertThat(line).as(row).hasSize(4).allSatisfy(cell -> assertThat(cell).isNotNegative());
      assertThat(line.getFirst()).as(row).isPositive();
      assertThat(line.get(3)).as(row).isGreaterThanOrEqualTo(line.get(2));
    }
  }

  @Test
  void the_archive_is_folded_asked_and_weighed() throws Exception {
    String report =
        report(new BenchArchive(), "--events=4000", "--experiments=10", "--rounds=3", "--asks=30");
    assertThat(report).contains("| | 400 events | 4,000 events |");
    assertThat(cells(report, "fold from the first event"))
        .hasSize(2)
        .allSatisfy(millis -> assertThat(millis).isPositive());
    List<Double> median = cells(report, "one question for a random past position: p50");
    List<Double> most = cells(report, "p99");
    assertThat(median).allSatisfy(millis -> assertThat(millis).isPositive());
    assertThat(most.get(0)).isGreaterThanOrEqualTo(median.get(0));
    assertThat(most.get(1)).isGreaterThanOrEqualTo(median.get(1));
    // Every thousandth event leaves a checkpoint, and the last answers are kept.
    assertThat(cells(report, "heap that the archive keeps after 30 questions").get(1))
        .isBetween(0.01, 50.0);
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of(new KillLatency(), "--way=pigeon"),
        Arguments.of(new KillLatency(), "--kills=0"),
        Arguments.of(new KillLatency(), "--kills=many"),
        Arguments.of(new KillLatency(), "--warm-up=-1"),
        Arguments.of(new StreamLoad(), "--clients=2001"),
        Arguments.of(new StreamLoad(), "--changes=21"),
        Arguments.of(new HttpLoad(), "--connections=0"),
        Arguments.of(new HttpLoad(), "--seconds=0"),
        Arguments.of(new HttpLoad(), "--second=1"),
        Arguments.of(new BenchArchive(), "--events=999"),
        Arguments.of(new BenchArchive(), "--rounds=0"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void a_bad_option_is_refused_before_anything_starts(Callable<Integer> program, String option) {
    assertThat(Program.run(program, option)).isEqualTo(2);
  }

  private String report(Callable<Integer> program, String... options) throws Exception {
    Path file = folder.resolve("report.md");
    String[] all =
        Stream.concat(Arrays.stream(options), Stream.of("--append", file.toString()))
            .toArray(String[]::new);
    assertThat(Program.run(program, all)).as("exit code").isZero();
    return Files.readString(file);
  }

  /** The numbers of the one row with this name. */
  private static List<Double> cells(String report, String row) {
    String start = "| " + row + " |";
    List<String> found = report.lines().filter(line -> line.startsWith(start)).toList();
    assertThat(found).as("%s in %s", row, report).hasSize(1);
    return Arrays.stream(found.getFirst().substring(start.length()).split("\\|"))
        .map(cell -> Double.valueOf(cell.replaceAll("[^0-9.-]", "")))
        .toList();
  }
}
