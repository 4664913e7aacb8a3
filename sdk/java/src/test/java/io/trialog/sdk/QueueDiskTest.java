package io.trialog.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Experiment.Status;
import io.trialog.sdk.core.Subjects;
import io.trialog.sdk.core.events.EventQueue;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Protocol clauses 6.6 and 6.7: events that outlive the process. */
@Timeout(120)
class QueueDiskTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;
  private FakePlatform platform;

  @BeforeEach
  void start() throws Exception {
    platform = new FakePlatform().started();
    platform.publish(10, Status.RUNNING);
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  private List<String> exposed() {
    List<String> subjects = new ArrayList<>();
    for (String batch : platform.batches) {
      for (Object event : (List<?>) FakePlatform.tree(batch).get("exposures")) {
        subjects.add((String) ((Map<?, ?>) event).get("subject"));
      }
    }
    return subjects;
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("production-events"))) {
      return files.filter(file -> file.toString().endsWith(".events")).toList();
    }
  }

  private static TrialogClient ready(TrialogClient.Builder builder) throws Exception {
    TrialogClient client = builder.build();
    assertThat(client.awaitReady(SOON)).isTrue();
    return client;
  }

  @Test
  void what_could_not_be_delivered_is_delivered_after_the_next_start() throws Exception {
    platform.answerBatches(new FakePlatform.Answer(503, "", "60"));
    TrialogClient first = ready(platform.client().queueFolder(folder));
    for (int i = 0; i < 50; i++) {
      first.evaluate("checkout", Context.of("user_id", "s" + i), "f");
    }
    Await.until(
        "all are in the folder", () -> first.counters().queueFolder().eventsWritten() == 50);
    platform.broken = true;
    first.close(Duration.ofMillis(200));
    assertThat(first.counters().eventsPending()).isEqualTo(50);
    List<String> tried = List.copyOf(platform.batches);
    platform.batches.clear();

    platform.broken = false;
    try (TrialogClient second = ready(platform.client().queueFolder(folder))) {
      Await.until("all are delivered", () -> second.counters().eventsAccepted() == 50);
      assertThat(second.counters().queueFolder().eventsFound()).isEqualTo(50);
      assertThat(exposed()).hasSize(50).doesNotHaveDuplicates();
      assertThat(ids(platform.batches)).containsAll(ids(tried));
    }
    assertThat(segments()).isEmpty();
  }

  private static Set<Object> ids(List<String> batches) {
    Set<Object> ids = new HashSet<>();
    for (String batch : batches) {
      for (Object event : (List<?>) FakePlatform.tree(batch).get("exposures")) {
        ids.add(((Map<?, ?>) event).get("id"));
      }
    }
    return ids;
  }

  @Test
  void what_was_written_before_a_kill_is_delivered_once_by_the_next_process() throws Exception {
    platform.answerBatches(new FakePlatform.Answer(503, "", "300"));
    List<String> written = new ArrayList<>();
    try (Recording child = Recording.start(platform, folder, List.of())) {
      written.addAll(child.killedAfter(400));
    }
    assertThat(written).hasSizeGreaterThanOrEqualTo(400);
    platform.batches.clear();
    try (TrialogClient next = ready(platform.client().queueFolder(folder))) {
      Await.until(
          "all are delivered",
          () ->
              next.counters().eventsAccepted() >= written.size()
                  && next.counters().eventsPending() == 0);
      assertThat(exposed()).doesNotHaveDuplicates().containsAll(written);
      assertThat(next.counters().queueFolder().segmentsTorn()).isLessThanOrEqualTo(1);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void a_disk_that_takes_no_more_leaves_the_events_in_memory_and_delivers_them() throws Exception {
    // The limit on the size of a file stands for the full disk: a write fails in the middle.
    platform.gate = new CountDownLatch(1);
    try (Recording child =
        Recording.start(
            platform, folder, List.of("bash", "-c", "ulimit -f 16; exec \"$@\"", "-"))) {
      child.awaitLine("failure ");
      platform.gate.countDown();
      Await.until("they are delivered all the same", () -> exposed().size() > 500);
      assertThat(child.awaitLine("problem ")).contains("in memory only");
    }
  }

  @Test
  void a_folder_that_cannot_be_used_is_told_and_tried_again() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    List<String> problems = new CopyOnWriteArrayList<>();
    ClientListener listener =
        new ClientListener() {
          @Override
          public void problem(String what) {
            problems.add(what);
          }
        };
    try (TrialogClient client = ready(platform.client().queueFolder(file).listener(listener))) {
      Await.until("the failure", () -> client.counters().queueFolder().failures() == 1);
      assertThat(client.counters().queueFolder().keeping()).isFalse();
      assertThat(problems).anyMatch(what -> what.contains("in memory only"));
      client.evaluate("checkout", Context.of("user_id", "u1"), "f");
      assertThat(client.flush(SOON)).isTrue();
      assertThat(exposed()).containsExactly(Subjects.hash("production", "user_id", "u1"));
    }
  }

  @Test
  void after_a_failure_the_folder_gets_all_that_is_left_and_nothing_twice() throws Exception {
    EventQueue queue = new EventQueue(100);
    Path path = folder.resolve("queue");
    Files.writeString(path, "in the way");
    StateKeeper state = new StateKeeper(platform.client().settings(), snapshot -> {});
    QueueKeeper keeper =
        new QueueKeeper(queue, path, state, () -> {}, Duration.ofMillis(10), 1_000);
    Thread thread = new Thread(keeper);
    thread.start();
    for (int i = 0; i < 20; i++) {
      queue.restore(true, "{\"id\":" + i + "}");
    }
    Await.until("failures", () -> keeper.counters().failures() > 2);
    Files.delete(path);
    Await.until("the folder", () -> keeper.counters().eventsWritten() == 20);
    assertThat(keeper.counters().keeping()).isTrue();
    assertThat(keeper.counters().eventsFound()).isZero();
    assertThat(queue.pending()).isEqualTo(20);
    queue.settle(queue.take());
    keeper.close();
    thread.join(20_000);
    try (QueueFolder left = QueueFolder.open(path, 1_000)) {
      assertThat(left.read().events()).isEmpty();
    }
  }

  @Test
  void one_client_has_the_folder_and_another_does_without() throws Exception {
    try (TrialogClient one = ready(platform.client().queueFolder(folder))) {
      Await.until("the folder", () -> one.counters().queueFolder().keeping());
      try (TrialogClient other = ready(platform.client().queueFolder(folder))) {
        Await.until("the lock", () -> other.counters().queueFolder().failures() == 1);
        other.evaluate("checkout", Context.of("user_id", "u1"), "f");
        assertThat(other.flush(SOON)).isTrue();
        assertThat(one.counters().queueFolder().keeping()).isTrue();
      }
    }
  }

  @Test
  void what_does_not_fit_into_the_queue_of_the_next_process_is_dropped_and_counted()
      throws Exception {
    try (QueueFolder left = QueueFolder.open(folder.resolve("production-events"), 1_000)) {
      left.read();
      for (int i = 1; i <= 20; i++) {
        left.append(i, true, "{\"id\":" + i + "}");
      }
    }
    try (TrialogClient client = ready(platform.client().queueFolder(folder).queueCapacity(5))) {
      Await.until("what fits", () -> client.counters().queueFolder().eventsFound() >= 5);
      Await.until("the rest", () -> client.counters().eventsDropped() > 0);
      long found = client.counters().queueFolder().eventsFound();
      assertThat(found + client.counters().eventsDropped()).isEqualTo(20);
    }
  }

  /** Another JVM that records exposures as long as it lives. */
  private static final class Recording implements AutoCloseable {
    private final Process process;
    private final Path out;

    private Recording(Process process, Path out) {
      this.process = process;
      this.out = out;
    }

    static Recording start(FakePlatform platform, Path folder, List<String> under)
        throws IOException {
      Path out = Files.createTempFile(folder, "child", ".out");
      List<String> command = new ArrayList<>(under);
      command.addAll(
          List.of(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-Xmx128m",
              "-XX:TieredStopAtLevel=1",
              "-XX:-UsePerfData",
              "-cp",
              System.getProperty("java.class.path"),
              RecordingProcess.class.getName(),
              platform.url().toString(),
              platform.signer.verifierKey().toString(),
              folder.toString()));
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .redirectInput(new File("/dev/null"))
              .start();
      return new Recording(process, out);
    }

    /** Kill -9 once so many are in the folder; the hashed subjects of those that were. */
    List<String> killedAfter(int events) throws Exception {
      Await.until("events in the folder", () -> written() >= events);
      process.destroyForcibly();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      List<String> subjects = new ArrayList<>();
      for (int i = 0; i < written(); i++) {
        subjects.add(Subjects.hash("production", "user_id", "s" + i));
      }
      return subjects;
    }

    private Stream<String> lines() {
      try {
        return Files.readString(out).lines();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private int written() {
      return lines()
          .filter(line -> line.matches("written [0-9]+"))
          .mapToInt(line -> Integer.parseInt(line.substring(8)))
          .max()
          .orElse(0);
    }

    String awaitLine(String beginning) {
      Await.until(beginning, () -> lines().anyMatch(line -> line.startsWith(beginning)));
      return lines().filter(line -> line.startsWith(beginning)).findFirst().orElseThrow();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
