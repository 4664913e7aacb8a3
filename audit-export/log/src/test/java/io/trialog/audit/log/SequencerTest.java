package io.trialog.audit.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.trialog.audit.proof.Checkpoint;
import io.trialog.audit.proof.Frontier;
import io.trialog.audit.proof.Hash;
import io.trialog.audit.proof.Leaf;
import io.trialog.audit.proof.Merkle;
import io.trialog.audit.proof.Note;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

class SequencerTest {

  @TempDir Path temp;
  private TestLog log;

  @BeforeEach
  void openLog() {
    log = new TestLog(temp);
  }

  private List<Leaf> leaves() {
    return new JdbcTemplate(log.database())
        .query(
            "SELECT leaf FROM audit_leaf ORDER BY leaf_index",
            (row, number) -> Leaf.parse(row.getBytes(1)));
  }

  private void sql(String statement, Object... arguments) {
    assertThat(new JdbcTemplate(log.database()).update(statement, arguments)).isPositive();
  }

  @Test
  void a_new_log_signs_the_empty_tree() {
    Sequencer.Head head = log.open().head();

    assertThat(head.size()).isZero();
    assertThat(Checkpoint.parse(head.checkpoint()).root()).isEqualTo(Merkle.emptyRoot());
    assertThat(head.checkpoint().signedBy(log.keys().logKey())).isTrue();
  }

  @Test
  void an_event_becomes_the_leaf_the_format_asks_for() {
    SourceEvent event =
        log.event(
            "experiment/checkout",
            "{\"traffic_ppm\":250000,\"share\":\"0.5\"}",
            "{\"actor_kind\":\"automation\",\"actor_id\":\"guardrail\",\"actor_auth\":\"internal\","
                + "\"actor_on_behalf_of\":\"ada\",\"correlation_id\":\"c-1\","
                + "\"causation_id\":\"v-1\",\"reason\":\"harm\",\"idempotency_key\":\"k-1\","
                + "\"environment\":\"production\",\"traceId\":\"t-1\"}");

    log.open().append(List.of(event));

    assertThat(new String(leaves().getFirst().bytes(), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"actor\":{\"auth\":\"internal\",\"id\":\"guardrail\",\"kind\":\"automation\","
                + "\"onBehalfOf\":\"ada\"},\"causationId\":\"v-1\",\"contentSha256\":\""
                + Hash.sha256(event.payloadJson()).hex()
                + "\",\"correlationId\":\"c-1\",\"data\":{\"_meta\":{\"environment\":\"production\","
                + "\"idempotency_key\":\"k-1\",\"reason\":\"harm\"},\"share\":\"0.5\","
                + "\"traffic_ppm\":250000},\"effectiveAt\":\"2026-11-22T06:59:59.123Z\","
                + "\"eventId\":\"event-3\",\"index\":0,\"recordedAt\":\"2026-11-22T07:00:00.000Z\","
                + "\"sd\":[],\"stream\":\"experiment/checkout\",\"streamPrev\":\"\","
                + "\"streamSeq\":0,\"type\":\"ExperimentRamped\",\"typeVersion\":1,\"v\":1}");
  }

  @Test
  void leaves_are_dense_chained_and_under_the_signed_root() {
    Sequencer sequencer = log.open();
    sequencer.append(log.events(7));
    Sequencer.Head head = sequencer.append(log.events(300));

    List<Leaf> leaves = leaves();
    Frontier tree = new Frontier();
    for (int i = 0; i < leaves.size(); i++) {
      assertThat(leaves.get(i).index()).isEqualTo(i);
      tree.append(Merkle.leafHash(leaves.get(i).bytes()));
    }
    Checkpoint checkpoint = Checkpoint.parse(head.checkpoint());
    assertThat(leaves).hasSize(307);
    assertThat(head.size()).isEqualTo(307);
    assertThat(head.position()).isEqualTo(307 * 3);
    assertThat(checkpoint).isEqualTo(new Checkpoint(TestLog.ORIGIN, 307, tree.root()));
    assertThat(leaves.get(7).streamPrev())
        .isEqualTo(Merkle.leafHash(leaves.get(2).bytes()).base64Url());
    assertThat(sequencer.checkpoint(7)).isPresent();
    assertThat(sequencer.checkpoint(8)).isEmpty();
  }

  @Test
  void the_same_events_again_make_no_leaf_and_no_checkpoint() {
    Sequencer sequencer = log.open();
    List<SourceEvent> batch = log.events(10);
    Sequencer.Head first = sequencer.append(batch);

    assertThat(sequencer.append(batch)).isEqualTo(first);

    List<SourceEvent> overlapping = new ArrayList<>(batch.subList(5, 10));
    overlapping.addAll(log.events(2));
    assertThat(sequencer.append(overlapping).size()).isEqualTo(12);
    assertThat(leaves()).hasSize(12);
  }

  @Test
  void a_restart_goes_on_where_the_log_stood() {
    List<SourceEvent> batch = log.events(300);
    Sequencer.Head before = log.open().append(batch.subList(0, 299));

    Sequencer again = log.open();
    assertThat(again.head()).isEqualTo(before);
    Sequencer.Head after = again.append(batch);

    TestLog straight = new TestLog(temp.resolve("other"));
    Sequencer.Head whole = straight.open().append(straight.events(300));
    assertThat(Checkpoint.parse(after.checkpoint()))
        .isEqualTo(Checkpoint.parse(whole.checkpoint()));
  }

  @Test
  void an_empty_batch_changes_nothing() {
    Sequencer sequencer = log.open();

    assertThat(sequencer.append(List.of())).isEqualTo(sequencer.head());
  }

  @Test
  void the_recorded_time_never_runs_backwards_even_over_a_restart() {
    log.open().append(log.events(1));
    log.now = log.now.minus(Duration.ofHours(1));
    log.open().append(log.events(1));
    log.now = log.now.plus(Duration.ofHours(2));
    log.open().append(log.events(1));

    assertThat(leaves())
        .extracting(Leaf::recordedAt)
        .containsExactly(
            Instant.parse("2026-11-22T07:00:00Z"),
            Instant.parse("2026-11-22T07:00:00Z"),
            Instant.parse("2026-11-22T08:00:00Z"));
  }

  @Test
  void a_log_that_lost_its_tail_refuses_to_sign() {
    log.open().append(log.events(10));
    sql("DELETE FROM audit_leaf WHERE leaf_index = 9");

    assertThatExceptionOfType(AuditDefect.class)
        .isThrownBy(log::open)
        .withMessageContaining("has 9 leaves")
        .withMessageContaining("10 was signed");
  }

  @Test
  void a_database_restored_from_an_older_backup_refuses_to_sign() throws IOException {
    log.open().append(log.events(10));
    Files.copy(temp.resolve("audit.mv.db"), temp.resolve("backup"));
    log.open().append(log.events(5));
    Files.delete(temp.resolve("audit.mv.db"));
    Files.copy(temp.resolve("backup"), temp.resolve("audit.mv.db"));

    assertThatExceptionOfType(AuditDefect.class)
        .isThrownBy(log::open)
        .withMessageContaining("has 10 leaves")
        .withMessageContaining("15 was signed (beside the keys)");
  }

  @Test
  void a_new_database_beside_used_keys_refuses_to_sign() throws IOException {
    log.open().append(log.events(1));
    Files.delete(temp.resolve("audit.mv.db"));
    AuditLogSchema.migrate(log.database());

    assertThatExceptionOfType(AuditDefect.class).isThrownBy(log::open);
  }

  @Test
  void a_changed_leaf_hash_refuses_to_sign() {
    log.open().append(log.events(10));
    sql("UPDATE audit_leaf SET leaf_hash = ? WHERE leaf_index = 4", (Object) new byte[32]);

    assertThatExceptionOfType(AuditDefect.class)
        .isThrownBy(log::open)
        .withMessageContaining("refusing to sign");
  }

  @Test
  void a_hole_in_the_log_is_found() {
    log.open().append(log.events(10));
    sql("DELETE FROM audit_leaf WHERE leaf_index = 4");

    assertThatExceptionOfType(AuditDefect.class).isThrownBy(log::open);
  }

  @Test
  void leaves_put_in_behind_the_back_are_found() {
    log.open().append(log.events(10));
    sql("DELETE FROM audit_checkpoint WHERE tree_size = 10");

    assertThatExceptionOfType(AuditDefect.class).isThrownBy(log::open);
  }

  @Test
  void a_log_signed_by_another_key_is_not_continued() throws IOException {
    log.open().append(log.events(1));
    Files.delete(temp.resolve("keys/log.key"));
    Files.delete(temp.resolve("keys/export.key"));

    assertThatExceptionOfType(AuditDefect.class)
        .isThrownBy(log::open)
        .withMessageContaining("not signed by the present key");
  }

  @Test
  void two_sequencers_never_sign_two_roots_for_one_size() {
    Sequencer one = log.open();
    Sequencer two = log.open();
    List<SourceEvent> batch = log.events(2);
    one.append(batch.subList(0, 1));

    assertThatExceptionOfType(AuditDefect.class)
        .isThrownBy(() -> two.append(batch.subList(1, 2)))
        .withMessageContaining("another sequencer");
    assertThat(leaves()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"lift\":0.5}",
        "{\"lift\":1e3}",
        "{\"n\":9007199254740992}",
        "{\"a\":1,\"a\":2}",
        "{\"_meta\":{}}",
        "[]",
        "",
        "{\"a\":\"\\ud800\"}"
      })
  void a_payload_that_cannot_be_a_leaf_is_a_defect_that_names_the_event(String payload) {
    Sequencer sequencer = log.open();
    List<SourceEvent> batch = new ArrayList<>(log.events(2));
    batch.add(log.event("experiment/bad", payload));

    assertThatExceptionOfType(AuditDefect.class)
        .isThrownBy(() -> sequencer.append(batch))
        .withMessageContaining("event-9")
        .withMessageContaining("experiment/bad");
    assertThat(sequencer.head().size()).isZero();
    assertThat(leaves()).isEmpty();
  }

  @Test
  void a_leaf_of_65536_bytes_is_a_defect_and_65535_is_kept() {
    Sequencer sequencer = log.open();
    sequencer.append(List.of(log.event("experiment/a", "{\"a\":\"\"}")));
    int frame = leaves().getFirst().bytes().length + "1".length() - "0".length();
    SourceEvent longest =
        log.event("experiment/b", "{\"a\":\"" + "x".repeat(65_535 - frame) + "\"}");
    SourceEvent tooLong =
        log.event("experiment/c", "{\"a\":\"" + "x".repeat(65_536 - frame) + "\"}");

    sequencer.append(List.of(longest));

    assertThat(leaves().getLast().bytes()).hasSize(65_535);
    assertThatExceptionOfType(AuditDefect.class)
        .isThrownBy(() -> sequencer.append(List.of(tooLong)))
        .withMessageContaining("65536");
  }

  @Test
  void an_event_without_an_actor_is_a_defect() {
    Sequencer sequencer = log.open();
    SourceEvent nobody =
        log.event("experiment/a", "{}", "{\"actor_kind\":\"human\",\"actor_id\":\" \"}");

    assertThatExceptionOfType(AuditDefect.class)
        .isThrownBy(() -> sequencer.append(List.of(nobody)))
        .withMessageContaining("actor.id");
  }

  @Test
  void a_gap_in_a_stream_is_a_defect() {
    Sequencer sequencer = log.open();
    SourceEvent first = log.event("experiment/a", "{}");
    log.event("experiment/a", "{}");
    SourceEvent third = log.event("experiment/a", "{}");

    assertThatExceptionOfType(AuditDefect.class)
        .isThrownBy(() -> sequencer.append(List.of(first, third)))
        .withMessageContaining("found sequence 2");
  }

  @Test
  void a_place_in_a_stream_is_taken_once() {
    Sequencer sequencer = log.open();
    SourceEvent first = log.event("experiment/a", "{}");
    SourceEvent other = log.event("experiment/b", "{}");
    SourceEvent twin =
        new SourceEvent(
            other.position() + 1,
            "twin",
            first.stream(),
            0,
            first.type(),
            1,
            first.time(),
            first.payloadJson(),
            first.metadataJson());

    assertThatExceptionOfType(AuditDefect.class)
        .isThrownBy(() -> sequencer.append(List.of(first, twin)));
    sequencer.append(List.of(first));
    assertThatExceptionOfType(AuditDefect.class)
        .isThrownBy(() -> sequencer.append(List.of(twin)))
        .withMessageContaining("already taken");
    assertThat(leaves()).hasSize(1);
  }

  @Test
  void an_event_that_comes_late_is_a_defect() {
    Sequencer sequencer = log.open();
    List<SourceEvent> batch = log.events(3);
    sequencer.append(List.of(batch.get(0), batch.get(2)));

    assertThatExceptionOfType(AuditDefect.class)
        .isThrownBy(() -> sequencer.append(List.of(batch.get(1))))
        .withMessageContaining("gone past position 6");
    assertThatExceptionOfType(AuditDefect.class)
        .isThrownBy(() -> sequencer.append(List.of(batch.get(2), batch.get(0))));
  }

  @Test
  void keys_are_made_once_apart_and_for_the_owner_only() throws IOException {
    AuditKeys keys = log.keys();

    assertThat(log.keys().logKey()).isEqualTo(keys.logKey());
    assertThat(keys.logKey().name()).isEqualTo(TestLog.ORIGIN);
    assertThat(keys.exportKey().name()).isEqualTo(TestLog.ORIGIN + "/export");
    for (String file : List.of("log.key", "export.key")) {
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(temp.resolve("keys").resolve(file))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void a_key_that_others_may_read_is_refused() throws IOException {
    log.keys();
    Files.setPosixFilePermissions(
        temp.resolve("keys/log.key"), PosixFilePermissions.fromString("rw-r-----"));

    assertThatExceptionOfType(AuditDefect.class)
        .isThrownBy(log::keys)
        .withMessageContaining("chmod 600");
  }

  @Test
  void a_missing_damaged_or_foreign_key_is_refused() throws IOException {
    log.keys();
    Path key = temp.resolve("keys/log.key");
    String text = Files.readString(key);

    assertThatExceptionOfType(AuditDefect.class)
        .isThrownBy(() -> AuditKeys.open(temp.resolve("keys"), "other.example/log"))
        .withMessageContaining("configured as other.example/log");
    Files.writeString(key, text.substring(0, text.length() - 9) + "\n");
    assertThatExceptionOfType(AuditDefect.class)
        .isThrownBy(log::keys)
        .withMessageContaining("damaged");
    Files.delete(key);
    assertThatExceptionOfType(AuditDefect.class)
        .isThrownBy(log::keys)
        .withMessageContaining("missing");
  }

  @Test
  void the_head_beside_the_keys_follows_every_batch() throws IOException {
    Sequencer.Head head = log.open().append(log.events(4));

    assertThat(Note.parse(Files.readAllBytes(temp.resolve("keys/log.head"))))
        .isEqualTo(head.checkpoint());
  }
}
