package io.trialog.receipts;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.Basis;
import io.trialog.language.EnvironmentEvent.EnvironmentCreated;
import io.trialog.language.EnvironmentEvent.KillSwitchEngaged;
import io.trialog.language.EnvironmentEvent.KillSwitchReleased;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentRevived;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.FlagEvent.FlagEnabled;
import io.trialog.receipts.ClientReceipt.Enforced;
import io.trialog.snapshots.CatalogueStory;
import io.trialog.snapshots.CurrentDirectory;
import io.trialog.snapshots.FakeEventLog;
import io.trialog.snapshots.Positioned;
import io.trialog.snapshots.Story;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

class ReceiptsTest {
  private static final Instant NOW = Story.BEGIN.plusSeconds(60);
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  private static final Basis AGREED = new Basis("again", "ab", false);

  @TempDir Path folder;

  private final FakeEventLog log = new FakeEventLog();
  private final Story story = new Story(log);
  private final CurrentDirectory directory = new CurrentDirectory();
  private final Kills kills = new Kills(directory::directory);
  private final JdbcDataSource database = new JdbcDataSource();

  @BeforeEach
  void tables() {
    database.setURL("jdbc:h2:file:" + folder.resolve("receipts"));
    new ResourceDatabasePopulator(new ClassPathResource("db/receipts/V1__receipts.sql"))
        .execute(database);
  }

  private void follow() {
    List<Positioned> events =
        log.positioned().stream().filter(each -> each.position() > kills.position()).toList();
    directory.apply(events);
    kills.apply(events);
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
      LockSupport.parkNanos(5_000_000);
    }
  }

  private long killExperiment() {
    story.say(new ExperimentDrafted("x", Story.design("x")));
    story.say(new ExperimentStarted("x", 1_000, 0, Story.slots(1_000), null, null));
    return story.as("ben", "errors").say(new ExperimentKilled("x", null, null)).position();
  }

  @Test
  void kills_of_experiments_and_environments_are_kept_with_what_took_them_back() {
    long first = killExperiment();
    story.say(new ExperimentRevived("x", 1_000, 1_000, 0, Story.slots(1_000), AGREED));
    long second = story.say(new ExperimentKilled("x", null, null)).position();
    story.say(new EnvironmentCreated("production", "Production"));
    story.say(new KillSwitchEngaged("production"));
    long released = story.say(new KillSwitchReleased("production")).position();
    follow();

    List<Kill> ofX = kills.of("x", 10);
    assertThat(ofX).extracting(Kill::position).containsExactly(second, first);
    assertThat(ofX.getFirst().ended()).isNull();
    assertThat(ofX.getFirst().environment()).isEqualTo("production");
    assertThat(ofX.getLast().ended()).isNotNull();
    assertThat(ofX.getLast().event().reason()).isEqualTo("errors");
    assertThat(kills.of("x", 1)).hasSize(1);
    Kill all = kills.of(Kill.environment("production"), 10).getFirst();
    assertThat(all.ended()).isNotNull();
    assertThat(all.ended().position()).isEqualTo(released);
    assertThat(kills.of("production", 10)).isEmpty();
  }

  @Test
  void of_a_flag_only_the_end_of_a_kill_counts() {
    CatalogueStory.tell(story.everything());
    long enabled = story.say(new FlagEnabled("new-map")).position();
    story.say(new FlagEnabled("new-map"));
    follow();

    assertThat(kills.of(Kill.flag("new-map"), 10))
        .singleElement()
        .satisfies(kill -> {
          assertThat(kill.environment()).isEqualTo("qa");
          assertThat(kill.ended()).isNotNull();
          assertThat(kill.ended().position()).isEqualTo(enabled);
        });
  }

  @Test
  void receipts_are_written_behind_the_caller_and_kills_are_written_down_as_they_come() {
    try (Receipts receipts = Receipts.start(kills, new ReceiptStore(database), CLOCK)) {
      assertThat(receipts.accept(ReceiptStoreContract.receipt("a", Story.BEGIN, 0))).isTrue();
      await(() -> receipts.written() == 1);
      long position = killExperiment();
      follow();
      Kill kill = kills.of("x", 1).getFirst();
      await(() -> rows("receipt_kill") == 1);
      receipts.accept(
          ReceiptStoreContract.receipt(
              "a", NOW, false, new Enforced(position, kill.event().time().plusMillis(70))));
      await(() -> receipts.written() == 2);

      Enforcement enforcement = receipts.enforcement(kill);
      assertThat(enforcement.expected()).isEqualTo(1);
      assertThat(enforcement.delays().orElseThrow().p99().toMillis()).isBetween(69L, 71L);
      assertThat(receipts.fleet("production", position).behind()).isZero();
      assertThat(receipts.fleet("production", position + 1).behind()).isEqualTo(1);
      assertThat(receipts.dropped()).isZero();
    }
  }

  private long rows(String table) {
    return new JdbcTemplate(database).queryForObject("SELECT COUNT(*) FROM " + table, Long.class);
  }

  @Test
  void closing_writes_what_was_taken_and_takes_no_more() {
    Receipts receipts = Receipts.start(kills, new ReceiptStore(database), CLOCK);
    for (int i = 0; i < 1_200; i++) {
      assertThat(receipts.accept(ReceiptStoreContract.receipt("c" + i, NOW, 0))).isTrue();
    }
    receipts.close();
    receipts.close();

    assertThat(receipts.accept(ReceiptStoreContract.receipt("late", NOW, 0))).isFalse();
    assertThat(receipts.written()).isEqualTo(1_200);
    assertThat(rows("receipt_client")).isEqualTo(1_200);
    assertThat(receipts.dropped()).isEqualTo(1);
  }

  @Test
  void a_database_that_refuses_is_trouble_and_nothing_is_lost_when_it_comes_back_soon() {
    JdbcTemplate jdbc = new JdbcTemplate(database);
    jdbc.execute("ALTER TABLE receipt_client RENAME TO away");
    try (Receipts receipts = Receipts.start(kills, new ReceiptStore(database), CLOCK)) {
      receipts.accept(ReceiptStoreContract.receipt("a", NOW, 0));
      await(() -> receipts.trouble().isPresent());
      jdbc.execute("ALTER TABLE away RENAME TO receipt_client");
      await(() -> receipts.written() == 1);

      await(() -> receipts.trouble().isEmpty());
      assertThat(rows("receipt_client")).isEqualTo(1);
    }
  }
}
