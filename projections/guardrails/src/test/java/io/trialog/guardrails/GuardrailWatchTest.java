package io.trialog.guardrails;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.guardrails.GuardrailWatch.Settings;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.GuardrailReport;
import io.trialog.language.GuardrailState;
import io.trialog.language.Verdict;
import io.trialog.language.wire.JsonCodec;
import io.trialog.measurement.store.ExperimentSums;
import io.trialog.snapshots.Directory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardrailWatchTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Settings RARE =
      new Settings(Duration.ofHours(1), Duration.ZERO, Duration.ofMillis(10));
  private static final Settings OFTEN =
      new Settings(Duration.ofMillis(10), Duration.ZERO, Duration.ofMillis(10));

  @TempDir Path folder;
  private GuardrailLedger ledger;
  private final FakeVerdicts verdicts = new FakeVerdicts();
  private final Map<String, ExperimentSums> sums = new ConcurrentHashMap<>();
  private final MovedClock clock = new MovedClock(Trials.NOW);
  private volatile Directory directory = Trials.running("trial");
  private final List<GuardrailWatch> watches = new ArrayList<>();

  /** A topic that may fail before or after it has taken a verdict. */
  private static final class FakeVerdicts implements Verdicts {
    private final List<Verdict> taken = new ArrayList<>();
    private final List<GuardrailReport> reports = new ArrayList<>();
    private int failBefore;
    private int failAfter;
    private int failReports;

    @Override
    public synchronized void publish(String environment, Verdict verdict) {
      assertThat(environment).isEqualTo("production");
      if (failBefore-- > 0) {
        throw new VerdictsUnavailable("away", new IllegalStateException("before"));
      }
      taken.add(verdict);
      if (failAfter-- > 0) {
        throw new VerdictsUnavailable("no answer", new IllegalStateException("after"));
      }
    }

    @Override
    public synchronized void publish(String environment, GuardrailReport report) {
      assertThat(environment).isEqualTo("production");
      if (failReports-- > 0) {
        throw new VerdictsUnavailable("away", new IllegalStateException("before"));
      }
      reports.add(report);
    }

    synchronized void failReports(int count) {
      failReports = count;
    }

    synchronized List<GuardrailReport> reports() {
      return List.copyOf(reports);
    }

    synchronized List<GuardrailState> states() {
      return reports.stream().map(GuardrailReport::state).toList();
    }

    synchronized void fail(int before, int after) {
      failBefore = before;
      failAfter = after;
    }

    synchronized List<Verdict> taken() {
      return List.copyOf(taken);
    }
  }

  @BeforeEach
  void create() {
    JdbcDataSource source = new JdbcDataSource();
    source.setURL("jdbc:h2:" + folder.resolve("guardrails") + ";DB_CLOSE_DELAY=-1");
    ledger = new GuardrailLedger(source);
    ledger.createTables();
  }

  @AfterEach
  void stop() {
    watches.forEach(GuardrailWatch::close);
  }

  private GuardrailWatch start(Settings settings) {
    return start(settings, this::sumsOf);
  }

  private GuardrailWatch start(Settings settings, Function<String, ExperimentSums> source) {
    GuardrailWatch watch =
        GuardrailWatch.start(() -> directory, source, ledger, verdicts, clock, settings);
    watches.add(watch);
    return watch;
  }

  private ExperimentSums sumsOf(String key) {
    return sums.getOrDefault(key, Trials.sums(key));
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadline).as("gave up waiting until %s", what).isNegative();
      LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
    }
  }

  /** Waits until a look at everything that began after now has ended well. */
  private void awaitRounds(GuardrailWatch watch, int count) {
    long from = watch.looks();
    await("it looked again", () -> watch.looks() >= from + count && watch.trouble().isEmpty());
  }

  @Test
  void harm_gives_one_verdict_however_often_it_is_looked_at() {
    sums.put("trial", Trials.harmful("trial"));
    GuardrailWatch watch = start(OFTEN);
    awaitRounds(watch, 20);
    assertThat(verdicts.taken()).hasSize(1);
    Verdict verdict = verdicts.taken().getFirst();
    assertThat(verdict.experiment()).isEqualTo("trial");
    assertThat(verdict.evidence().metric()).isEqualTo("gmv");
    assertThat(verdict.evidence().variant()).isEqualTo("treatment");
    assertThat(verdict.evidence().verdictId())
        .isEqualTo(GuardrailWatch.verdictId("trial", new GuardrailKey("gmv", "treatment")))
        .isEqualTo("ef30e9ff-a076-3e2e-a4ca-164181dd0fa5");
    assertThat(GuardrailEvidence.recompute(verdict.evidence()).state())
        .isEqualTo(io.trialog.statistics.GuardrailState.KILL);
    GuardrailMemory memory = ledger.memory("trial").of(new GuardrailKey("gmv", "treatment"));
    assertThat(memory.verdict()).contains(verdict.evidence().verdictId());
    assertThat(memory.crossedAt()).contains(Trials.NOW);
    assertThat(memory.maxLogE().orElseThrow()).isEqualTo(verdict.evidence().logE().doubleValue());
  }

  @Test
  void no_harm_gives_none() {
    sums.put("trial", Trials.harmless("trial"));
    awaitRounds(start(OFTEN), 5);
    assertThat(verdicts.taken()).isEmpty();
    assertThat(ledger.memory("trial").guardrails()).hasSize(1);
  }

  @Test
  void a_breach_is_reported_with_its_verdict_and_never_again() {
    sums.put("trial", Trials.harmful("trial"));
    GuardrailWatch first = start(OFTEN);
    await("the report came", () -> verdicts.reports().size() == 1);
    sums.put("trial", Trials.harmless("trial"));
    clock.forward(Duration.ofHours(1));
    awaitRounds(first, 5);
    assertThat(verdicts.states()).containsExactly(GuardrailState.BREACHED);
    assertThat(verdicts.taken()).hasSize(1);
  }

  @Test
  void a_breach_is_reported_though_its_experiment_was_killed_at_once() {
    verdicts.failReports(Integer.MAX_VALUE);
    sums.put("trial", Trials.harmful("trial"));
    start(OFTEN);
    await("the verdict came", () -> verdicts.taken().size() == 1);
    directory = Trials.after(directory, Trials.killed("trial"));
    verdicts.failReports(0);
    await("the report came", () -> verdicts.reports().size() == 1);
    assertThat(verdicts.states()).containsExactly(GuardrailState.BREACHED);
  }

  @Test
  void nothing_is_reported_of_an_experiment_that_was_concluded() {
    verdicts.failReports(Integer.MAX_VALUE);
    sums.put("trial", Trials.harmless("trial"));
    start(OFTEN);
    await("a report is pending", () -> !ledger.pendingReports().isEmpty());
    directory = Trials.after(directory, Trials.concluded("trial"));
    await("it is let go", () -> ledger.pendingReports().isEmpty());
    assertThat(verdicts.reports()).isEmpty();
  }

  @Test
  void safe_data_are_reported_once_and_again_after_a_restart_with_the_same_id() {
    directory = Trials.guarded("trial", "0.05");
    sums.put("trial", Trials.better("trial"));
    GuardrailWatch first = start(OFTEN);
    awaitRounds(first, 10);
    first.close();
    assertThat(verdicts.states()).containsExactly(GuardrailState.SAFE);

    clock.forward(Duration.ofHours(1));
    awaitRounds(start(OFTEN), 5);
    assertThat(verdicts.reports()).hasSize(2);
    assertThat(verdicts.reports().get(1)).isEqualTo(verdicts.reports().get(0));
    assertThat(ledger.pendingReports()).isEmpty();
  }

  @Test
  void a_topic_that_was_away_gets_the_reports_in_their_order() {
    directory = Trials.guarded("trial", "0.05");
    verdicts.failReports(Integer.MAX_VALUE);
    sums.put("trial", Trials.harmless("trial"));
    GuardrailWatch watch = start(OFTEN);
    await("the first is pending", () -> ledger.pendingReports().size() == 1);
    clock.forward(Duration.ofMinutes(2));
    sums.put("trial", Trials.better("trial"));
    await("the second is pending", () -> ledger.pendingReports().size() == 2);
    assertThat(watch.trouble()).isPresent();
    verdicts.failReports(0);
    await("both came", () -> verdicts.reports().size() == 2);
    assertThat(verdicts.states()).containsExactly(GuardrailState.WATCH, GuardrailState.SAFE);
  }

  @Test
  void a_touch_is_enough_without_a_tick() {
    GuardrailWatch watch = start(RARE);
    await("it began", () -> watch.looks() == 1);
    sums.put("trial", Trials.harmful("trial"));
    watch.touched(List.of("trial", "unknown"));
    await("the verdict came", () -> verdicts.taken().size() == 1);
    assertThat(watch.looks()).isEqualTo(2);
  }

  @Test
  void touches_while_it_is_busy_become_one_look() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    GuardrailWatch watch =
        start(
            RARE,
            key -> {
              busy.countDown();
              try {
                assertThat(go.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return sumsOf(key);
            });
    assertThat(busy.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    for (int i = 0; i < 1_000; i++) {
      watch.touched(List.of("trial"));
    }
    go.countDown();
    await("the second look", () -> watch.looks() == 2);
    watch.touched(List.of("unknown"));
    watch.close();
    assertThat(watch.looks()).isEqualTo(2);
  }

  @Test
  void a_verdict_stands_after_a_restart_though_late_data_heal_the_sums() {
    sums.put("trial", Trials.harmful("trial"));
    GuardrailWatch first = start(OFTEN);
    await("the verdict came", () -> verdicts.taken().size() == 1);
    first.close();
    sums.put("trial", Trials.harmless("trial"));

    GuardrailWatch second = start(OFTEN);
    awaitRounds(second, 5);
    second.close();
    assertThat(verdicts.taken()).hasSize(2);
    assertThat(JsonCodec.encode(verdicts.taken().get(1)))
        .as("the same bytes, with the sums of then")
        .isEqualTo(JsonCodec.encode(verdicts.taken().get(0)));
    assertThat(ledger.memory("trial").of(new GuardrailKey("gmv", "treatment")).verdict())
        .isPresent();
  }

  @Test
  void a_verdict_is_not_repeated_once_its_experiment_was_seen_killed() {
    sums.put("trial", Trials.harmful("trial"));
    GuardrailWatch first = start(OFTEN);
    await("the verdict came", () -> verdicts.taken().size() == 1);
    directory = Trials.after(directory, Trials.killed("trial"));
    await("it is settled", () -> ledger.published().isEmpty() && ledger.pending().isEmpty());
    first.close();
    directory = Trials.running("trial");
    awaitRounds(start(OFTEN), 5);
    assertThat(verdicts.taken()).hasSize(1);
  }

  @Test
  void a_topic_that_was_away_gets_the_verdict_once_and_as_it_was_decided() {
    verdicts.fail(3, 0);
    sums.put("trial", Trials.harmful("trial"));
    GuardrailWatch watch = start(RARE);
    await("the verdict is pending", () -> !ledger.pending().isEmpty());
    sums.put("trial", Trials.harmless("trial"));
    await("the verdict came", () -> verdicts.taken().size() == 1);
    await("it is well", () -> watch.trouble().isEmpty());
    assertThat(ledger.pending()).isEmpty();
    assertThat(GuardrailEvidence.recompute(verdicts.taken().getFirst().evidence()).state())
        .isEqualTo(io.trialog.statistics.GuardrailState.KILL);
  }

  @Test
  void a_crash_between_storing_and_publishing_loses_nothing() {
    verdicts.fail(Integer.MAX_VALUE, 0);
    sums.put("trial", Trials.harmful("trial"));
    GuardrailWatch first = start(RARE);
    await("the verdict is pending", () -> !ledger.pending().isEmpty());
    first.close();
    assertThat(verdicts.taken()).isEmpty();
    verdicts.fail(0, 0);
    sums.remove("trial");
    awaitRounds(start(OFTEN), 5);
    assertThat(verdicts.taken()).hasSize(1);
  }

  @Test
  void a_crash_between_publishing_and_marking_repeats_the_same_verdict() {
    verdicts.fail(0, 1);
    sums.put("trial", Trials.harmful("trial"));
    GuardrailWatch watch = start(RARE);
    await("the verdict came twice", () -> verdicts.taken().size() == 2);
    await("it is marked", () -> ledger.pending().isEmpty());
    assertThat(verdicts.taken().get(0)).isEqualTo(verdicts.taken().get(1));
    assertThat(watch.looks()).isPositive();
  }

  @Test
  void only_running_and_paused_experiments_are_looked_at() {
    directory =
        Trials.after(
            Trials.running("running", "paused", "killed", "concluded"),
            Trials.drafted("draft"),
            Trials.paused("paused"),
            Trials.killed("killed"),
            Trials.concluded("concluded"));
    var asked = ConcurrentHashMap.<String>newKeySet();
    GuardrailWatch watch =
        start(
            OFTEN,
            key -> {
              asked.add(key);
              return Trials.harmful(key);
            });
    watch.touched(List.of("running", "paused", "killed", "concluded", "draft"));
    awaitRounds(watch, 10);
    assertThat(asked).containsExactlyInAnyOrder("running", "paused");
    assertThat(verdicts.taken())
        .extracting(Verdict::experiment)
        .containsExactlyInAnyOrder("running", "paused");
  }

  @Test
  void an_experiment_assigned_elsewhere_is_looked_at_too() {
    directory =
        Trials.after(
            directory,
            new ExperimentDrafted(
                "observed",
                Trials.design("observed", "gmv", "0", true, "control", "0.5", "treatment", "0.5")),
            Trials.started("observed"));
    sums.put("observed", Trials.harmful("observed"));
    start(RARE);
    await("the verdict came", () -> verdicts.taken().size() == 1);
    assertThat(verdicts.taken().getFirst().experiment()).isEqualTo("observed");
  }

  @Test
  void an_experiment_that_cannot_be_read_does_not_hide_the_others() {
    directory = Trials.running("damaged", "trial");
    sums.put("trial", Trials.harmful("trial"));
    GuardrailWatch watch =
        start(
            RARE,
            key -> {
              if (key.equals("damaged")) {
                throw new IllegalStateException("no sums of " + key);
              }
              return sumsOf(key);
            });
    await("the verdict came", () -> verdicts.taken().size() == 1);
    await("it tells", () -> watch.trouble().filter(t -> t.contains("damaged")).isPresent());
  }

  @Test
  void a_flood_of_touches_is_bounded_and_becomes_a_look_at_everything() {
    GuardrailWatch watch = start(RARE);
    await("it began", () -> watch.looks() == 1);
    sums.put("trial", Trials.harmful("trial"));
    List<String> flood = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      flood.add("unknown-" + i);
    }
    watch.touched(flood);
    await("the verdict came", () -> verdicts.taken().size() == 1);
  }

  @Test
  void failures_in_a_row_are_tried_again_more_and_more_rarely_up_to_the_tick() {
    Settings settings = new Settings(Duration.ofSeconds(30), Duration.ZERO, Duration.ofSeconds(1));
    assertThat(List.of(1, 2, 3, 5, 6, 1_000_000))
        .extracting(failures -> Duration.ofNanos(settings.pauseNanos(failures)).toSeconds())
        .containsExactly(1L, 2L, 4L, 16L, 30L, 30L);
  }
}
