package io.trialog.audittrail.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.audittrail.AuditEntry;
import io.trialog.audittrail.AuditPage;
import io.trialog.audittrail.AuditQuery;
import io.trialog.language.Actor;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.NamespaceEvent.NamespaceCreated;
import io.trialog.language.log.StoredEvent;
import io.trialog.snapshots.FakeEventLog;
import io.trialog.snapshots.LogFollower;
import io.trialog.snapshots.Positioned;
import io.trialog.snapshots.Story;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Search, paging, and going on after ends of every kind. */
@Timeout(120)
class LuceneAuditTrailTest {
  private static final Duration NEVER = Duration.ofDays(1);
  private static final AuditQuery ALL = AuditQuery.everything().limitedTo(500);

  @TempDir private Path temporary;

  private final FakeEventLog log = new FakeEventLog();
  private final Story story = new Story(log);
  private final List<LuceneAuditTrail> opened = new ArrayList<>();
  private Path folder;

  @BeforeEach
  void nameFolder() {
    folder = temporary.resolve("audit-index");
  }

  @AfterEach
  void closeAll() {
    opened.forEach(LuceneAuditTrail::close);
  }

  private LuceneAuditTrail open(Path where, Duration commitEvery) {
    LuceneAuditTrail trail = LuceneAuditTrail.open(new IndexFolder(where), log, commitEvery);
    opened.add(trail);
    return trail;
  }

  private LuceneAuditTrail open() {
    return open(folder, NEVER);
  }

  private List<Positioned> above(long position) {
    return log.positioned().stream().filter(each -> each.position() > position).toList();
  }

  private LuceneAuditTrail caughtUp() {
    LuceneAuditTrail trail = open();
    trail.apply(above(trail.position()));
    return trail;
  }

  private static List<Long> positions(AuditPage page) {
    return page.entries().stream().map(AuditEntry::position).toList();
  }

  private List<Long> newestFirst() {
    List<Long> positions =
        new ArrayList<>(log.positioned().stream().map(Positioned::position).toList());
    Collections.reverse(positions);
    return positions;
  }

  private static List<String> types(AuditPage page) {
    return page.entries().stream().map(AuditEntry::type).toList();
  }

  @Test
  void everything_is_found_newest_first() {
    story.everything();
    AuditPage page = caughtUp().search(ALL);
    assertThat(positions(page)).isEqualTo(newestFirst());
    assertThat(page.nextCursor()).isNull();
    assertThat(page.position()).isEqualTo(log.head());
  }

  @Test
  void an_entry_is_found_by_its_position() {
    story.everything();
    LuceneAuditTrail trail = caughtUp();
    for (Positioned event : log.positioned()) {
      AuditEntry entry = trail.byPosition(event.position()).orElseThrow();
      assertThat(entry.eventId()).isEqualTo(event.stored().eventId());
    }
    assertThat(trail.byPosition(log.head() + 1)).isEmpty();
    assertThat(trail.byPosition(2)).isEmpty();
  }

  @Test
  void each_field_narrows() {
    story.everything();
    LuceneAuditTrail trail = caughtUp();
    assertThat(types(trail.search(ALL.ofExperiment("surge_price"))))
        .containsExactly("ExperimentKilled", "ExperimentStarted", "ExperimentDrafted");
    assertThat(types(trail.search(ALL.byActor("ben"))))
        .containsExactly("ExperimentResumed", "ExperimentPaused", "ExperimentApproved");
    assertThat(types(trail.search(ALL.ofType("ExperimentRamped"))))
        .containsExactly("ExperimentRamped");
    assertThat(types(trail.search(ALL.ofType("ExperimentStarted").ofExperiment("surge_price"))))
        .containsExactly("ExperimentStarted");
    assertThat(trail.search(ALL.ofExperiment("surge")).entries()).isEmpty();
    assertThat(trail.search(ALL.ofType("experimentramped")).entries()).isEmpty();
  }

  @Test
  void an_automation_is_found_by_whom_it_served_too() {
    story.as(new Actor(Actor.Kind.AUTOMATION, "schedule", "internal", "ada"), null);
    story.say(new NamespaceCreated("acme/a", "A"));
    LuceneAuditTrail trail = caughtUp();
    assertThat(trail.search(ALL.byActor("schedule")).entries()).hasSize(1);
    assertThat(trail.search(ALL.byActor("ada")).entries()).hasSize(1);
  }

  @Test
  void time_is_from_inclusive_to_exclusive_to_the_microsecond() {
    story.everything();
    LuceneAuditTrail trail = caughtUp();
    Instant second = Story.BEGIN.plusSeconds(1);
    Instant third = Story.BEGIN.plusSeconds(2);
    assertThat(trail.search(ALL.within(second, third)).entries()).hasSize(1);
    assertThat(trail.search(ALL.within(second.plusNanos(1_000), third)).entries()).isEmpty();
    assertThat(trail.search(ALL.within(second, second)).entries()).isEmpty();
    assertThat(trail.search(ALL.within(null, third)).entries()).hasSize(2);
    assertThat(trail.search(ALL.within(Instant.MIN, Instant.MAX)).entries()).hasSize(18);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      value = {
        "killed                  => ExperimentKilled",
        "ExperimentKilled        => ExperimentKilled",
        "experimentkilled        => ExperimentKilled",
        "ORDERS fell             => ExperimentKilled",
        "\"orders fell\"         => ExperimentKilled",
        "when-guardrail-breached-then-kill => ExperimentKilled",
        "normal_mixture          => ExperimentKilled",
        "mixture                 => ExperimentKilled",
        "greener revised         => ExperimentRevised",
        "typo                    => ExperimentRevised",
        "mallory                 => TokenRevoked,AccessDenied",
        "mallory -token          => AccessDenied",
        "\"Rides of Acme\"       => NamespaceCreated",
        "surge price killed      => ExperimentKilled",
        "surge_price -killed     => ExperimentStarted,ExperimentDrafted",
        "paus* => ExperimentPaused",
        "paused|resumed          => ExperimentResumed,ExperimentPaused",
        "\"fell orders\"         => ''",
        "nothing-like-this       => ''",
      })
  void words_are_found_wherever_they_stand(String words, String types) {
    story.everything();
    AuditPage page = caughtUp().search(ALL.withWords(words));
    assertThat(String.join(",", types(page))).isEqualTo(types);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(",
        ")",
        "((((",
        "\"",
        "\"a",
        "a\"b\"c",
        "*",
        "a*b",
        "**",
        "-",
        "--",
        "+",
        "|",
        "||a",
        "\\",
        "a\\",
        "~",
        "a~9",
        "a~99999999999",
        "[a TO b]",
        "{",
        "a:b",
        "words:*",
        "/a(/",
        "!",
        "AND",
        "OR",
        "NOT",
        "a AND",
        "\u0000",
        "\ud800",
        "日本語",
        "-killed",
        "!!! ???",
        "&&",
        "^9"
      })
  void no_text_that_a_person_types_makes_a_search_fail(String words) {
    story.everything();
    assertThat(caughtUp().search(ALL.withWords(words)).entries().size()).isBetween(0, 18);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void no_random_text_makes_a_search_fail(long seed) {
    story.everything();
    LuceneAuditTrail trail = caughtUp();
    Random random = new Random(seed);
    String alphabet = "ab \"()*-+|\\~^:!{}[]/&?'é\n\t0";
    for (int i = 0; i < 300; i++) {
      StringBuilder words = new StringBuilder();
      int length = random.nextInt(i % 10 == 0 ? 500 : 20);
      for (int j = 0; j < length; j++) {
        words.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      assertThat(trail.search(ALL.withWords(words.toString()))).as("%s", words).isNotNull();
    }
  }

  @Test
  void blank_words_admit_everything() {
    story.everything();
    assertThat(caughtUp().search(ALL.withWords("  ")).entries()).hasSize(18);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 17, 18, 19, 500})
  void pages_joined_are_everything_once_also_when_events_come_in_between(int limit) {
    story.everything();
    LuceneAuditTrail trail = caughtUp();
    List<Long> expected = newestFirst();
    List<Long> seen = new ArrayList<>();
    AuditQuery query = ALL.limitedTo(limit);
    for (int pages = 0; pages < 20; pages++) {
      AuditPage page = trail.search(query);
      assertThat(page.entries().size()).isLessThanOrEqualTo(limit);
      seen.addAll(positions(page));
      story.say(new NamespaceCreated("acme/later-" + pages, "Later"));
      trail.apply(above(trail.position()));
      if (page.nextCursor() == null) {
        break;
      }
      query = query.after(page.nextCursor());
    }
    assertThat(seen).isEqualTo(expected);
  }

  @Test
  void a_page_that_ends_with_the_last_entry_has_no_cursor() {
    story.everything();
    assertThat(caughtUp().search(ALL.limitedTo(18)).nextCursor()).isNull();
    assertThat(opened.getFirst().search(ALL.limitedTo(17)).nextCursor()).isNotNull();
  }

  @Test
  void what_was_applied_is_searchable_when_apply_returns() {
    LuceneAuditTrail trail = open();
    for (int i = 0; i < 20; i++) {
      StoredEvent event = story.say(new NamespaceCreated("acme/n" + i, "N"));
      trail.apply(above(trail.position()));
      assertThat(trail.position()).isEqualTo(event.position());
      assertThat(trail.byPosition(event.position())).isPresent();
    }
  }

  @Test
  void it_follows_the_log_as_a_projection() throws InterruptedException {
    LuceneAuditTrail trail = open();
    try (LogFollower follower = new LogFollower(log, List.of(trail))) {
      follower.start();
      story.everything();
      assertThat(follower.awaitPosition(log.head(), Duration.ofSeconds(30))).isTrue();
    }
    assertThat(positions(trail.search(ALL))).isEqualTo(newestFirst());
  }

  @Test
  void a_new_start_goes_on_above_the_closing_position() {
    story.everything();
    caughtUp().close();
    long closed = log.head();
    story.say(new ExperimentDrafted("x", Story.design("x")));
    LuceneAuditTrail again = open();
    assertThat(again.position()).isEqualTo(closed);
    again.apply(above(closed));
    assertThat(positions(again.search(ALL))).isEqualTo(newestFirst());
  }

  @Test
  void before_and_after_are_right_across_a_new_start() {
    story.say(new ExperimentDrafted("x", Story.design("x")));
    caughtUp().close();
    story.say(new ExperimentKilled("x", null, null));
    AuditEntry killed = caughtUp().byPosition(log.head()).orElseThrow();
    assertThat(killed.before().getString("status")).isEqualTo("draft");
    assertThat(killed.after().getString("status")).isEqualTo("killed");
  }

  /** The files of a running index are what a crash leaves behind. */
  private Path crash() throws IOException {
    Path crashed = temporary.resolve("crashed");
    Files.createDirectories(crashed);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.copy(file, crashed.resolve(file.getFileName()));
      }
    }
    return crashed;
  }

  @Test
  void after_a_crash_it_goes_on_exactly_above_the_commit() throws IOException {
    story.everything();
    LuceneAuditTrail trail = open(folder, Duration.ZERO);
    trail.apply(log.positioned());
    long committed = trail.position();
    trail.close();
    trail = open(folder, NEVER);
    story.random(1, 100);
    trail.apply(above(committed));
    assertThat(trail.position()).isEqualTo(log.head());

    LuceneAuditTrail again = open(crash(), NEVER);
    assertThat(again.position()).isEqualTo(committed);
    assertThat(again.search(ALL).entries()).hasSize(18);
    again.apply(above(committed));
    assertThat(positions(again.search(ALL))).isEqualTo(newestFirst());
  }

  @Test
  void a_quiet_log_is_committed_when_the_time_has_come() throws IOException {
    story.everything();
    LuceneAuditTrail trail = open(folder, Duration.ofMillis(1));
    trail.apply(log.positioned());
    long deadline = System.nanoTime() + Duration.ofMillis(20).toNanos();
    while (System.nanoTime() < deadline) {
      trail.idle();
    }
    assertThat(open(crash(), NEVER).position()).isEqualTo(log.head());
  }

  @Test
  void a_batch_that_comes_twice_is_indexed_once() {
    story.everything();
    LuceneAuditTrail trail = open();
    trail.apply(log.positioned().subList(0, 9));
    trail.apply(log.positioned());
    assertThat(positions(trail.search(ALL))).isEqualTo(newestFirst());
  }

  private List<Path> index(String prefix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(each -> each.getFileName().toString().startsWith(prefix)).toList();
    }
  }

  private void expectMadeAgain() {
    LuceneAuditTrail again = open();
    assertThat(again.position()).isZero();
    again.apply(log.positioned());
    assertThat(positions(again.search(ALL))).isEqualTo(newestFirst());
    assertThat(temporary.resolve("audit-index.damaged-1")).isDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"segments_", "_"})
  void a_flipped_byte_anywhere_sets_the_index_aside_and_makes_it_again(String prefix)
      throws IOException {
    story.everything();
    caughtUp().close();
    for (Path file : index(prefix)) {
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 2] ^= 1;
      Files.write(file, bytes);
    }
    expectMadeAgain();
  }

  @ParameterizedTest
  @ValueSource(strings = {"segments_", "_"})
  void a_file_cut_short_sets_the_index_aside_and_makes_it_again(String prefix) throws IOException {
    story.everything();
    caughtUp().close();
    for (Path file : index(prefix)) {
      Files.write(file, new byte[0]);
    }
    expectMadeAgain();
  }

  @Test
  void a_missing_file_sets_the_index_aside_and_makes_it_again() throws IOException {
    story.everything();
    caughtUp().close();
    for (Path file : index("_")) {
      Files.delete(file);
    }
    expectMadeAgain();
  }

  @Test
  void each_single_damaged_file_is_noticed() throws IOException {
    story.everything();
    caughtUp().close();
    int damaged = 0;
    for (Path file : index("")) {
      if (file.getFileName().toString().equals("write.lock")) {
        continue;
      }
      byte[] bytes = Files.readAllBytes(file);
      byte[] flipped = bytes.clone();
      flipped[bytes.length - 1] ^= 1;
      Files.write(file, flipped);
      open().close();
      damaged++;
      assertThat(temporary.resolve("audit-index.damaged-" + damaged))
          .as(file.toString())
          .isDirectory();
      restore(damaged, file.getFileName().toString(), bytes);
    }
    assertThat(damaged).isGreaterThan(1);
  }

  private void restore(int number, String name, byte[] bytes) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    try (Stream<Path> files = Files.list(temporary.resolve("audit-index.damaged-" + number))) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    Files.write(folder.resolve(name), bytes);
  }

  @Test
  void an_index_of_another_log_is_set_aside() {
    story.everything();
    caughtUp().close();
    FakeEventLog other = new FakeEventLog();
    new Story(other).say(new NamespaceCreated("acme/a", "A"));
    try (LuceneAuditTrail trail = LuceneAuditTrail.open(folder, other)) {
      assertThat(trail.position()).isZero();
      trail.apply(other.positioned());
      assertThat(trail.search(ALL).entries()).hasSize(1);
    }
    assertThat(temporary.resolve("audit-index.damaged-1")).isDirectory();
  }

  @Test
  void a_folder_that_is_in_use_is_not_damaged() {
    open();
    assertThatThrownBy(this::open).isInstanceOf(UncheckedIOException.class);
    assertThat(temporary.resolve("audit-index.damaged-1")).doesNotExist();
  }

  /** A disk that is full as long as it is told to be. */
  private static final class FullDisk extends FilterDirectory {
    private final AtomicBoolean full;

    FullDisk(FSDirectory disk, AtomicBoolean full) {
      super(disk);
      this.full = full;
    }

    @Override
    public IndexOutput createOutput(String name, IOContext context) throws IOException {
      if (full.get()) {
        throw new IOException("No space left on device");
      }
      return super.createOutput(name, context);
    }
  }

  @Test
  void a_full_disk_loses_nothing_once_there_is_space_again() throws InterruptedException {
    AtomicBoolean full = new AtomicBoolean();
    IndexFolder disk = new IndexFolder(folder, path -> new FullDisk(FSDirectory.open(path), full));
    LuceneAuditTrail trail = LuceneAuditTrail.open(disk, log, Duration.ZERO);
    opened.add(trail);
    LogFollower.Settings fast =
        new LogFollower.Settings(
            5,
            Duration.ofMillis(5),
            Duration.ofMillis(1),
            Duration.ofMillis(4),
            Duration.ofSeconds(20),
            Duration.ZERO);
    try (LogFollower follower = new LogFollower(log, List.of(trail), fast)) {
      follower.start();
      story.everything();
      assertThat(follower.awaitPosition(log.head(), Duration.ofSeconds(30))).isTrue();
      full.set(true);
      story.random(1, 50);
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (follower.status().getFirst().failures() < 3) {
        assertThat(System.nanoTime()).isLessThan(deadline);
        Thread.onSpinWait();
      }
      full.set(false);
      assertThat(follower.awaitPosition(log.head(), Duration.ofSeconds(30))).isTrue();
    }
    assertThat(positions(trail.search(ALL))).isEqualTo(newestFirst());
  }

  @Test
  void closing_twice_does_no_harm() {
    LuceneAuditTrail trail = caughtUpWithOne();
    trail.close();
    trail.close();
    assertThat(open().position()).isEqualTo(log.head());
  }

  private LuceneAuditTrail caughtUpWithOne() {
    story.say(new NamespaceCreated("acme/a", "A"));
    return caughtUp();
  }
}
