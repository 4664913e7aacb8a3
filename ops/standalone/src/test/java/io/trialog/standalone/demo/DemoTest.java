package io.trialog.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
  private static final long TIMES_FASTER = 10;

  @TempDir Path scratch;

  /** What a demo says; a test waits for a line. */
  private static final class Lines {
    private final List<String> said = new ArrayList<>();

    synchronized void add(String line) {
      said.add(line);
      notifyAll();
    }

    synchronized String await(Predicate<String> wanted, Duration most) throws Exception {
      long deadlineNanos = System.nanoTime() + most.toNanos();
      while (true) {
        for (String line : said) {
          if (wanted.test(line)) {
            return line;
          }
        }
        long leftMillis = Duration.ofNanos(deadlineNanos - System.nanoTime()).toMillis();
        assertThat(leftMillis).as("nobody said it; said were %s", said).isPositive();
        wait(leftMillis);
      }
    }

    synchronized List<String> all() {
      return List.copyOf(said);
    }
  }

  private Demo start(FakePlatform platform, Lines lines) {
    return Demo.start(
        platform.url(),
        FakePlatform.ADMIN + "\n",
        scratch,
        lines::add,
        () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()) * TIMES_FASTER);
  }

  private static Predicate<String> about(String... words) {
    return line -> List.of(words).stream().allMatch(line::contains);
  }

  @Test
  void the_author_writes_the_approver_approves_and_the_kill_is_told() throws Exception {
    Lines lines = new Lines();
    try (FakePlatform platform = new FakePlatform();
        Demo demo = start(platform, lines)) {
      String kill =
          lines.await(about(Catalogue.HARMFUL, "was killed by its guardrail"), seconds(60));
      assertThat(kill).containsPattern("\\d+\\.\\d s after its traffic began: Too few rides\\.");
      lines.await(about("answers control", "KILLED"), seconds(5));
      lines.await(about("curl", "/results"), seconds(5));
      lines.await(about("trialog-audit verify"), seconds(5));

      assertThat(platform.statuses()).hasSize(5).containsEntry(Catalogue.HARMFUL, "killed");
      assertThat(platform.calls())
          .contains(
              "/api/v1/namespaces by Bearer " + FakePlatform.ADMIN,
              "/api/v1/experiments by Bearer trl_experimenter_secret",
              "/api/v1/experiments/food-aa/submit by Bearer trl_experimenter_secret",
              "/api/v1/experiments/food-aa/approve by Bearer trl_approver_secret",
              "/api/v1/experiments/food-aa/start by Bearer trl_experimenter_secret");
      assertThat(demo).isNotNull();
    }
    assertThat(lines.all()).noneMatch(line -> line.contains("secret"));
    assertThat(lines.all()).noneMatch(line -> line.contains("stopped"));
  }

  @Test
  void a_second_demo_uses_what_is_there_and_says_what_stays_killed() throws Exception {
    try (FakePlatform platform = new FakePlatform()) {
      Lines first = new Lines();
      try (Demo demo = start(platform, first)) {
        first.await(about(Catalogue.HARMFUL, "was killed by its guardrail"), seconds(60));
        assertThat(demo).isNotNull();
      }
      Lines second = new Lines();
      try (Demo demo = start(platform, second)) {
        second.await(about(Catalogue.HARMFUL, "earlier run and stays killed"), seconds(30));
        second.await(about("food-aa", "started by an earlier run"), seconds(30));
        assertThat(demo).isNotNull();
      }
      assertThat(second.all()).noneMatch(line -> line.contains("after its traffic began"));
    }
  }

  @Test
  void a_platform_that_is_away_for_a_moment_is_asked_again() throws Exception {
    Lines lines = new Lines();
    try (FakePlatform platform = new FakePlatform()) {
      platform.goAwayFor(2);
      try (Demo demo = start(platform, lines)) {
        lines.await(about("food-aa", "runs on all traffic"), seconds(30));
        assertThat(demo).isNotNull();
      }
    }
  }

  @Test
  void close_is_quick_also_when_nobody_answers() {
    Lines lines = new Lines();
    Demo demo = Demo.start(URI.create("http://127.0.0.1:1"), "t", scratch, lines::add);
    long begin = System.nanoTime();

    demo.close();
    demo.close();

    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(seconds(5));
  }

  @Test
  void close_during_visits_is_quick() throws Exception {
    Lines lines = new Lines();
    try (FakePlatform platform = new FakePlatform()) {
      Demo demo = start(platform, lines);
      lines.await(about("sessions"), seconds(60));
      long begin = System.nanoTime();

      demo.close();

      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(seconds(6));
      assertThat(lines.all().getLast()).contains("ended");
    }
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }
}
