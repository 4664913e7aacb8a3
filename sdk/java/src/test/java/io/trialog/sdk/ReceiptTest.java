package io.trialog.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.sdk.FakePlatform.Answer;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Experiment.Status;
import io.trialog.sdk.core.Flag;
import io.trialog.sdk.core.Reason;
import io.trialog.sdk.core.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Protocol clause 11. */
@Timeout(60)
class ReceiptTest {
  private static final Duration SOON = Duration.ofMillis(1);
  private static final Duration NEVER = Duration.ofHours(1);
  private static final Answer NO = new Answer(503, "", "");

  private FakePlatform platform;
  private final List<String> problems = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() throws Exception {
    platform = new FakePlatform().started();
    platform.publish(10, Status.RUNNING);
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  /** A sender that is told of snapshots by the test. */
  private final class Sending implements AutoCloseable {
    final ReceiptSender sender;
    final Thread thread;

    Sending(ReceiptSender.Pace pace) {
      Settings settings =
          platform
              .client()
              .listener(
                  new ClientListener() {
                    @Override
                    public void problem(String what) {
                      problems.add(what);
                    }
                  })
              .settings();
      sender = new ReceiptSender(new Http(settings), settings, pace);
      thread = new Thread(sender);
      thread.start();
    }

    void accept(long position, Status status) {
      sender.accepted(FakePlatform.snapshot(position, status));
    }

    @Override
    public void close() {
      sender.close();
      Await.until("the sender has ended", () -> !thread.isAlive());
    }
  }

  private static ReceiptSender.Pace pace(Duration first, Duration kill, Duration life) {
    return new ReceiptSender.Pace(first, kill, life, SOON);
  }

  private void awaitReceipts(int count) {
    Await.until(count + " receipts", () -> platform.receipts.size() >= count);
  }

  private Map<?, ?> receipt(int index) {
    return FakePlatform.tree(platform.receipts.get(index));
  }

  private List<Object> positions(int index) {
    return ((List<?>) receipt(index).get("enforced"))
        .stream().<Object>map(each -> ((Map<?, ?>) each).get("position")).toList();
  }

  private long ago(int index, int position) {
    Map<?, ?> each = (Map<?, ?>) ((List<?>) receipt(index).get("enforced")).get(position);
    return (Long) each.get("ago_ms");
  }

  @Test
  void clause_11_1_a_client_says_what_it_evaluates_under_a_random_id() throws Exception {
    try (TrialogClient one = platform.client().build();
        TrialogClient other = platform.client().build()) {
      assertThat(one.awaitReady(Duration.ofSeconds(20))).isTrue();
      assertThat(other.awaitReady(Duration.ofSeconds(20))).isTrue();
      awaitReceipts(2);
    }
    assertThat(receipt(0).keySet())
        .isEqualTo(java.util.Set.of("client", "environment", "sdk", "enforced"));
    assertThat(receipt(0).get("client").toString())
        .matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
        .isNotEqualTo(receipt(1).get("client"));
    assertThat(receipt(0).get("environment")).isEqualTo("production");
    assertThat(receipt(0).get("sdk")).isEqualTo(ReceiptSender.SDK);
    assertThat(positions(0)).containsExactly(10L);
  }

  @Test
  void clause_11_2_a_message_names_what_came_since_the_last_one_and_what_is_evaluated()
      throws Exception {
    try (Sending sending = new Sending(pace(SOON, SOON, NEVER))) {
      sending.accept(10, Status.RUNNING);
      awaitReceipts(1);
      sending.accept(11, Status.PAUSED);
      sending.accept(12, Status.RUNNING);
      sending.accept(13, Status.KILLED);
      awaitReceipts(2);
      sending.accept(14, Status.RUNNING);
      sending.accept(15, Status.KILLED);
      awaitReceipts(3);
    }
    assertThat(positions(0)).containsExactly(10L);
    assertThat(positions(1)).endsWith(13L).doesNotHaveDuplicates();
    assertThat(positions(2).get(0)).isIn(13L, 14L);
    assertThat(positions(2)).endsWith(15L);
    for (int i = 1; i < positions(1).size(); i++) {
      assertThat(ago(1, i)).isBetween(0L, ago(1, i - 1));
    }
  }

  @Test
  void clause_11_2_positions_ascend_also_after_one_that_counts_no_more() throws Exception {
    try (Sending sending = new Sending(pace(SOON, SOON, NEVER))) {
      sending.accept(10, Status.RUNNING);
      awaitReceipts(1);
      sending.accept(900, Status.RUNNING);
      sending.accept(11, Status.KILLED);
      awaitReceipts(2);
    }
    assertThat(positions(1)).endsWith(11L).doesNotContain(900L);
  }

  @Test
  void clause_11_2_the_newest_hundred_positions_win() throws Exception {
    try (Sending sending = new Sending(pace(Duration.ofMillis(500), SOON, NEVER))) {
      for (int i = 1; i <= 250; i++) {
        sending.accept(i, Status.RUNNING);
      }
      awaitReceipts(1);
    }
    assertThat(positions(0)).hasSizeLessThanOrEqualTo(100);
    assertThat(positions(platform.receipts.size() - 1)).endsWith(250L);
  }

  @Test
  void clause_11_3_a_new_kill_is_told_at_once_and_other_changes_wait() throws Exception {
    try (Sending sending = new Sending(pace(SOON, SOON, NEVER))) {
      sending.accept(10, Status.RUNNING);
      awaitReceipts(1);
      sending.accept(11, Status.PAUSED);
      sending.accept(12, Status.KILLED);
      awaitReceipts(2);
      sending.accept(13, Status.KILLED);
      sending.sender.accepted(flag(14, false));
      awaitReceipts(3);
      sending.sender.accepted(flag(15, false));
      sending.sender.accepted(flag(16, true));
      sending.sender.accepted(killSwitch(17));
      awaitReceipts(4);
    }
    assertThat(platform.receipts).hasSize(5);
    assertThat(positions(1)).containsExactly(10L, 11L, 12L);
    assertThat(positions(2)).containsExactly(12L, 13L, 14L);
    assertThat(positions(3)).containsExactly(14L, 15L, 16L, 17L);
  }

  private static Snapshot flag(long position, boolean on) {
    Flag banner = FakePlatform.banner(on);
    return Snapshot.builder("production", position, Instant.EPOCH).flags(List.of(banner)).build();
  }

  private static Snapshot killSwitch(long position) {
    return Snapshot.builder("production", position, Instant.EPOCH).killSwitch(true).build();
  }

  @Test
  void clause_11_3_a_client_that_hears_nothing_new_gives_a_sign_of_life() throws Exception {
    try (Sending sending = new Sending(pace(SOON, NEVER, Duration.ofMillis(100)))) {
      sending.accept(10, Status.RUNNING);
      awaitReceipts(4);
    }
    assertThat(positions(3)).containsExactly(10L);
    // By the client's clock: how long a message is on its way is not the client's pace.
    assertThat(ago(3, 0) - ago(0, 0)).isGreaterThanOrEqualTo(299);
  }

  @Test
  void clause_11_4_a_failed_message_is_sent_once_more_and_given_up_without_loss() throws Exception {
    platform.answerReceipts(NO, NO, NO);
    try (Sending sending = new Sending(pace(SOON, SOON, NEVER))) {
      sending.accept(10, Status.RUNNING);
      awaitReceipts(2);
      Await.until("given up", () -> !problems.isEmpty());
      sending.accept(11, Status.KILLED);
      awaitReceipts(4);
    }
    assertThat(problems).containsExactly("a receipt was given up: status 503");
    assertThat(positions(1)).containsExactly(10L);
    assertThat(positions(3)).containsExactly(10L, 11L);
    assertThat(ago(3, 0)).isGreaterThanOrEqualTo(ago(0, 0));
  }

  @Test
  void clause_11_4_a_wait_that_the_server_asks_for_holds_for_kills_too() throws Exception {
    platform.answerReceipts(new Answer(429, "", "1"));
    try (Sending sending = new Sending(pace(SOON, SOON, NEVER))) {
      sending.accept(10, Status.RUNNING);
      awaitReceipts(1);
      sending.accept(11, Status.KILLED);
      awaitReceipts(2);
    }
    long waited = platform.receiptNanos.get(1) - platform.receiptNanos.get(0);
    assertThat(TimeUnit.NANOSECONDS.toMillis(waited)).isGreaterThanOrEqualTo(950);
    assertThat(positions(1)).containsExactly(10L, 11L);
  }

  @Test
  void clause_11_5_a_client_that_closes_says_so_once_and_one_nobody_knows_does_not()
      throws Exception {
    try (Sending sending = new Sending(pace(SOON, SOON, NEVER))) {
      sending.accept(10, Status.RUNNING);
      awaitReceipts(1);
      Await.until("settled", () -> sending.thread.getState() == Thread.State.TIMED_WAITING);
    }
    assertThat(platform.receipts).hasSize(2);
    assertThat(receipt(0).containsKey("closing")).isFalse();
    assertThat(receipt(1).get("closing")).isEqualTo(true);
    assertThat(receipt(1).get("client")).isEqualTo(receipt(0).get("client"));

    try (Sending unknown = new Sending(pace(NEVER, NEVER, NEVER))) {
      unknown.accept(10, Status.RUNNING);
    }
    assertThat(platform.receipts).hasSize(2);
  }

  @Test
  void clause_11_6_receipts_can_be_switched_off() throws Exception {
    try (TrialogClient silent = platform.client().receipts(false).build();
        TrialogClient other = platform.client().build()) {
      assertThat(silent.awaitReady(Duration.ofSeconds(20))).isTrue();
      Await.until("streams are open", () -> platform.openStreams() == 2);
      platform.publish(11, Status.KILLED);
      Await.until("killed", () -> ask(silent) == Reason.KILLED && ask(other) == Reason.KILLED);
      Await.until("the other tells", () -> named(11));
    }
    assertThat(platform.receipts)
        .allSatisfy(each ->
            assertThat(FakePlatform.tree(each).get("client")).isEqualTo(receipt(0).get("client")));
  }

  private static Reason ask(TrialogClient client) {
    return client.peek("checkout", Context.of("user_id", "u1"), "fallback").reason();
  }

  private boolean named(long position) {
    for (int i = 0; i < platform.receipts.size(); i++) {
      if (positions(i).contains(position)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void clause_11_4_evaluation_goes_on_when_receipts_fail() throws Exception {
    platform.answerReceipts(NO, NO, NO, NO);
    try (TrialogClient client = platform.client().build()) {
      assertThat(client.awaitReady(Duration.ofSeconds(20))).isTrue();
      awaitReceipts(1);
      assertThat(ask(client)).isEqualTo(Reason.ASSIGNED);
      assertThat(client.state()).isEqualTo(ClientState.READY);
    }
  }
}
