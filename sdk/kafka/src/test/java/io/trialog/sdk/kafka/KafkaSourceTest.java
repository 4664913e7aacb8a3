package io.trialog.sdk.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.measurement.kafka.EmbeddedKafka;
import io.trialog.measurement.kafka.Topics;
import io.trialog.sdk.ClientListener;
import io.trialog.sdk.ClientState;
import io.trialog.sdk.TrialogClient;
import io.trialog.sdk.core.Allocation;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Experiment;
import io.trialog.sdk.core.Experiment.Status;
import io.trialog.sdk.core.SlotTable;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotReader;
import io.trialog.sdk.core.SnapshotRefusedException.Reason;
import io.trialog.sdk.core.SnapshotWriter;
import io.trialog.sdk.core.Variant;
import io.trialog.sdk.core.note.KeyStatement;
import io.trialog.sdk.core.note.KeyStatements;
import io.trialog.sdk.core.note.NoteException;
import io.trialog.sdk.core.note.NoteSigner;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Protocol clauses 12.8 and 13.1 to 13.4, on a real broker. The platform cannot be reached by HTTP
 * in any of them: all that a client knows it has from Kafka.
 */
@Timeout(120)
class KafkaSourceTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir static Path folder;
  private static EmbeddedKafka kafka;
  private static KafkaProducer<String, byte[]> producer;

  /** Each test has an environment, so that none sees another's records as its own. */
  private static int tests;

  private String environment;
  private NoteSigner signer;
  private final Heard heard = new Heard();

  /** What the client's listener was told. */
  private static final class Heard implements ClientListener {
    final Map<Reason, Long> refusals = new ConcurrentHashMap<>();
    final List<String> origins = new CopyOnWriteArrayList<>();
    final List<String> problems = new CopyOnWriteArrayList<>();

    @Override
    public void snapshotRefused(String origin, Reason reason) {
      origins.add(origin);
      refusals.merge(reason, 1L, Long::sum);
    }

    @Override
    public void problem(String what) {
      problems.add(what);
    }

    long problemsOf(String kind) {
      return problems.stream().filter(problem -> problem.startsWith(kind)).count();
    }
  }

  @BeforeAll
  static void startKafka() {
    kafka = EmbeddedKafka.at(folder.resolve("kafka"), 0, 0);
    kafka.start();
    Topics.createMissing(kafka.bootstrap(), 1, (short) 1, LIMIT);
    producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                kafka.bootstrap(),
                "linger.ms",
                "0",
                "max.request.size",
                64 << 20,
                "buffer.memory",
                64L << 20,
                "compression.type",
                "gzip"),
            new StringSerializer(),
            new ByteArraySerializer());
  }

  @AfterAll
  static void stopKafka() {
    producer.close(LIMIT);
    kafka.close();
  }

  @BeforeEach
  void newEnvironment() throws NoteException {
    environment = "production-" + tests++;
    signer = NoteSigner.generate("trialog/" + environment);
  }

  private byte[] note(long position, Status status) {
    return note(environment, position, status, signer);
  }

  /** By the right key, of the wrong environment: a defect of a publisher, or a thief of the key. */
  private byte[] inTheNameOf(String other, long position) {
    String text = SnapshotWriter.json(snapshot(other, position, Status.RUNNING)) + "\n";
    return signer.sign(text).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] note(String of, long position, Status status, NoteSigner signer) {
    return SnapshotWriter.note(snapshot(of, position, status), signer)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static Snapshot snapshot(String of, long position, Status status) {
    SlotTable table =
        SlotTable.fromShares(
            new String[] {"control", "treatment"}, new double[] {0.5, 0.5}, "control");
    Experiment checkout =
        Experiment.builder("checkout")
            .surface("checkout")
            .control("control")
            .variants(List.of(Variant.of("control"), Variant.of("treatment")))
            .allocation(Allocation.enrol(table, 1_000_000))
            .status(status)
            .build();
    return Snapshot.of(of, position, Instant.EPOCH, List.of(checkout));
  }

  /** As the platform puts it there. */
  private void kill(byte[] note) throws Exception {
    send(KafkaSource.KILL_SWITCH, "checkout", note, environment);
  }

  private void snapshot(byte[] note) throws Exception {
    send(KafkaSource.SNAPSHOTS, environment, note, null);
  }

  private static void send(String topic, String key, byte[] value, @Nullable String header)
      throws Exception {
    ProducerRecord<String, byte[]> record = new ProducerRecord<>(topic, key, value);
    if (header != null) {
      record.headers().add("environment", header.getBytes(StandardCharsets.UTF_8));
    }
    producer.send(record).get(60, TimeUnit.SECONDS);
  }

  private TrialogClient.Builder unpinned() {
    return TrialogClient.builder()
        .baseUrl(URI.create("http://127.0.0.1:1"))
        .token("trl_of_nobody")
        .environment(environment)
        .longestBackoff(Duration.ofMillis(100))
        .requestTimeout(Duration.ofSeconds(2))
        .listener(heard);
  }

  private TrialogClient client() {
    return unpinned().verifierKey(signer.verifierKey().toString()).build();
  }

  private static io.trialog.sdk.core.Reason reason(TrialogClient client) {
    return client.evaluate("checkout", Context.of("user_id", "u1"), "fallback").reason();
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(what + " did not happen within " + LIMIT);
      }
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }

  private static long refused(TrialogClient client, Reason reason) {
    return client.counters().snapshotsRefused().getOrDefault(reason, 0L);
  }

  @Test
  void a_fresh_client_starts_from_the_topic_and_is_stale_as_nobody_confirms() throws Exception {
    snapshot(note(10, Status.RUNNING));
    try (TrialogClient client = client();
        KafkaSource source = KafkaSource.start(client, kafka.bootstrap())) {
      assertThat(client.awaitReady(LIMIT)).isTrue();
      await("an assignment", () -> reason(client) == io.trialog.sdk.core.Reason.ASSIGNED);
      assertThat(client.state()).isEqualTo(ClientState.STALE);
      await("reading", () -> source.status().reading());
      assertThat(source.status().failures()).isZero();
    }
  }

  @Test
  void a_kill_on_the_topic_is_obeyed_and_its_end_too() throws Exception {
    snapshot(note(10, Status.RUNNING));
    try (TrialogClient client = client();
        KafkaSource source = KafkaSource.start(client, kafka.bootstrap())) {
      await("an assignment", () -> reason(client) == io.trialog.sdk.core.Reason.ASSIGNED);
      kill(note(11, Status.KILLED));
      await("the kill", () -> reason(client) == io.trialog.sdk.core.Reason.KILLED);
      kill(note(12, Status.RUNNING));
      await("its end", () -> reason(client) == io.trialog.sdk.core.Reason.ASSIGNED);
      assertThat(source.status().offered()).isEqualTo(3);
      assertThat(heard.refusals).isEmpty();
    }
  }

  @Test
  void a_kill_from_before_the_start_is_obeyed_whichever_topic_is_read_first() throws Exception {
    snapshot(note(10, Status.RUNNING));
    kill(note(11, Status.KILLED));
    try (TrialogClient client = client();
        KafkaSource source = KafkaSource.start(client, kafka.bootstrap())) {
      await("both records", () -> source.status().offered() == 2);
      assertThat(reason(client)).isEqualTo(io.trialog.sdk.core.Reason.KILLED);
    }
  }

  @Test
  void a_kill_older_than_the_newest_snapshot_is_refused_since_the_newer_one_has_it()
      throws Exception {
    snapshot(note(12, Status.KILLED));
    try (TrialogClient client = client();
        KafkaSource source = KafkaSource.start(client, kafka.bootstrap())) {
      await("killed", () -> reason(client) == io.trialog.sdk.core.Reason.KILLED);
      kill(note(11, Status.KILLED));
      await("the refusal", () -> refused(client, Reason.OLDER_POSITION) == 1);
      assertThat(reason(client)).isEqualTo(io.trialog.sdk.core.Reason.KILLED);
      assertThat(source.status().offered()).isEqualTo(2);
    }
  }

  /** AUDIT S11 to S13: each is refused by its reason, counted, and told with its origin. */
  @Test
  void what_is_forged_unsigned_foreign_replayed_or_too_large_is_refused_counted_and_told()
      throws Exception {
    NoteSigner thief = NoteSigner.generate("trialog/" + environment);
    NoteSigner staging = NoteSigner.generate("trialog/staging");
    byte[] genuine = note(20, Status.KILLED);
    byte[] unsigned =
        Arrays.copyOf(genuine, new String(genuine, StandardCharsets.UTF_8).indexOf("\n\n") + 1);
    byte[] changed =
        new String(genuine, StandardCharsets.UTF_8)
            .replace("killed", "paused")
            .getBytes(StandardCharsets.UTF_8);
    try (TrialogClient client = client();
        KafkaSource source = KafkaSource.start(client, kafka.bootstrap())) {
      snapshot(genuine);
      await("killed", () -> reason(client) == io.trialog.sdk.core.Reason.KILLED);
      kill(note(environment, 21, Status.RUNNING, thief));
      kill(note("staging", 22, Status.RUNNING, staging));
      kill(inTheNameOf("staging", 23));
      kill(unsigned);
      kill(changed);
      kill(note(19, Status.RUNNING));
      snapshot(note(18, Status.RUNNING));
      kill(new byte[] {(byte) 0xFF, '\n'});
      snapshot(new byte[SnapshotReader.MAX_BYTES + 1]);
      send(
          KafkaSource.KILL_SWITCH, "no header", note(environment, 24, Status.RUNNING, thief), null);
      Map<Reason, Long> expected =
          Map.of(
              Reason.NOT_SIGNED_BY_KEY, 3L,
              Reason.OTHER_ENVIRONMENT, 1L,
              Reason.NOT_A_NOTE, 1L,
              Reason.BAD_SIGNATURE, 1L,
              Reason.OLDER_POSITION, 2L,
              Reason.NOT_UTF8, 1L,
              Reason.TOO_LARGE, 1L);
      await("all refusals", () -> heard.problemsOf("snapshot refused (kafka): ") >= 10);
      assertThat(client.counters().snapshotsRefused()).isEqualTo(expected);
      assertThat(heard.refusals).isEqualTo(expected);
      assertThat(heard.origins).containsOnly("kafka");
      assertThat(heard.problemsOf("snapshot refused (kafka): ")).isEqualTo(10);
      assertThat(reason(client)).isEqualTo(io.trialog.sdk.core.Reason.KILLED);
      assertThat(client.snapshot().orElseThrow().position()).isEqualTo(20);
      kill(note(25, Status.RUNNING));
      await("the next good one", () -> reason(client) == io.trialog.sdk.core.Reason.ASSIGNED);
      assertThat(source.status().failures()).isZero();
    }
  }

  @Test
  void other_environments_records_and_tombstones_are_passed_over_and_count_as_no_refusal()
      throws Exception {
    NoteSigner staging = NoteSigner.generate("trialog/staging");
    try (TrialogClient client = client();
        KafkaSource source = KafkaSource.start(client, kafka.bootstrap())) {
      bothTopicsToTheirEnd(client);
      long before = source.status().skipped();
      send(KafkaSource.SNAPSHOTS, "staging", note("staging", 11, Status.KILLED, staging), null);
      byte[] kill = note("staging", 12, Status.KILLED, staging);
      send(KafkaSource.KILL_SWITCH, "other", kill, "staging");
      send(KafkaSource.KILL_SWITCH, "other", null, environment);
      await("all three", () -> source.status().skipped() == before + 3);
      assertThat(source.status().offered()).isEqualTo(2);
      assertThat(heard.refusals).isEmpty();
    }
  }

  @Test
  void what_comes_before_the_client_has_a_key_waits_for_it() throws Exception {
    snapshot(note(10, Status.RUNNING));
    kill(note(11, Status.KILLED));
    try (FakeKeys keys = new FakeKeys(environment, signer);
        TrialogClient client = unpinned().baseUrl(keys.url()).build();
        KafkaSource source = KafkaSource.start(client, kafka.bootstrap())) {
      await("both records", () -> source.status().offered() == 2);
      assertThat(client.snapshot()).isEmpty();
      keys.open();
      await("the kill", () -> reason(client) == io.trialog.sdk.core.Reason.KILLED);
      assertThat(heard.refusals.keySet()).isSubsetOf(Reason.OLDER_POSITION);
    }
  }

  @Test
  void without_kafka_it_tries_again_and_the_topics_are_read_once_they_are_there(@TempDir Path other)
      throws Exception {
    EmbeddedKafka late = EmbeddedKafka.at(other.resolve("kafka"), 0, 0);
    try (TrialogClient client = client();
        KafkaSource source =
            KafkaSource.start(
                client,
                Map.of(
                    "bootstrap.servers", late.bootstrap(),
                    "reconnect.backoff.ms", "50",
                    "reconnect.backoff.max.ms", "200"))) {
      await("a failure", () -> source.status().failures() > 0);
      assertThat(source.status().reading()).isFalse();
      assertThat(source.status().lastFailure()).isNotNull();
      late.start();
      Topics.createMissing(late.bootstrap(), 1, (short) 1, LIMIT);
      await("reading", () -> source.status().reading());
    } finally {
      late.close();
    }
  }

  @Test
  void a_closed_client_takes_nothing_and_a_closed_source_reads_nothing() throws Exception {
    TrialogClient client = client();
    KafkaSource source = KafkaSource.start(client, kafka.bootstrap());
    await("reading", () -> source.status().reading());
    client.close();
    assertThat(client.offer(note(10, Status.RUNNING), "kafka"))
        .isEqualTo(TrialogClient.Offer.CLOSED);
    source.close();
    source.close();
    assertThat(source.status().reading()).isFalse();
    assertThatThrownBy(() -> KafkaSource.start(client, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bootstrap.servers");
  }

  @Test
  void what_is_no_note_at_all_never_throws_into_whoever_offers_it() {
    try (TrialogClient client = client()) {
      assertThat(client.offer(null, "kafka")).isEqualTo(TrialogClient.Offer.REFUSED);
      assertThat(client.offer(new byte[0], "redis")).isEqualTo(TrialogClient.Offer.REFUSED);
      assertThat(heard.origins).containsExactly("redis");
      assertThat(client.offer(note(10, Status.RUNNING), "redis"))
          .isEqualTo(TrialogClient.Offer.ACCEPTED);
      assertThat(client.offer(note(10, Status.RUNNING), "files"))
          .isEqualTo(TrialogClient.Offer.UNCHANGED);
    }
  }

  private static final Instant THEN = Instant.parse("2026-11-22T10:00:00Z");

  private NoteSigner successor() throws NoteException {
    return NoteSigner.generate("trialog/" + environment);
  }

  private void statements(KeyStatement... statements) throws Exception {
    byte[] list = KeyStatements.write(Stream.of(statements).map(KeyStatement::note).toList());
    send(KafkaSource.SNAPSHOTS, environment + "/keys", list, null);
  }

  private byte[] note(long position, Status status, NoteSigner by) {
    return note(environment, position, status, by);
  }

  /** What other tests left on the topics is read, and none of it counts later. At position 10. */
  private void bothTopicsToTheirEnd(TrialogClient client) throws Exception {
    kill(note(9, Status.RUNNING));
    awaitPosition(client, 9);
    snapshot(note(10, Status.RUNNING));
    awaitPosition(client, 10);
  }

  private static void awaitPosition(TrialogClient client, long position) {
    await(
        "position " + position,
        () -> client.snapshot().map(s -> s.position() == position).orElse(false));
  }

  /** Clauses 12.2, 12.3 and 12.8. */
  @Test
  void a_client_follows_a_rotation_through_its_overlap_and_its_end() throws Exception {
    NoteSigner second = successor();
    statements();
    snapshot(note(10, Status.RUNNING));
    try (TrialogClient client = client();
        KafkaSource source = KafkaSource.start(client, kafka.bootstrap())) {
      awaitPosition(client, 10);
      statements(KeyStatement.rotation(signer, second, THEN, THEN));
      snapshot(note(11, Status.RUNNING, second.alongside(signer)));
      awaitPosition(client, 11);
      snapshot(note(12, Status.KILLED, second));
      awaitPosition(client, 12);
      assertThat(heard.refusals).isEmpty();
      assertThat(heard.problems).noneMatch(each -> each.contains("refused"));
      snapshot(note(13, Status.RUNNING));
      await("the first key ended", () -> refused(client, Reason.KEY_RETIRED) == 1);
      assertThat(reason(client)).isEqualTo(io.trialog.sdk.core.Reason.KILLED);
      assertThat(source.status().offered()).isEqualTo(4);
    }
  }

  /** Clause 12.8: kills are read first, and what was refused is read again. */
  @Test
  void who_starts_after_the_end_of_the_overlap_obeys_a_kill_by_a_key_that_it_did_not_know()
      throws Exception {
    NoteSigner second = successor();
    NoteSigner third = successor();
    kill(note(21, Status.KILLED, third));
    snapshot(note(20, Status.RUNNING, third));
    statements(
        KeyStatement.rotation(signer, second, THEN, THEN),
        KeyStatement.rotation(second, third, THEN, THEN));
    try (TrialogClient client = client();
        KafkaSource source = KafkaSource.start(client, kafka.bootstrap())) {
      awaitPosition(client, 21);
      assertThat(reason(client)).isEqualTo(io.trialog.sdk.core.Reason.KILLED);
      assertThat(heard.refusals.keySet())
          .isSubsetOf(Reason.NOT_SIGNED_BY_KEY, Reason.OLDER_POSITION);
      kill(note(22, Status.RUNNING, third));
      await("its end", () -> reason(client) == io.trialog.sdk.core.Reason.ASSIGNED);
      assertThat(source.status().failures()).isZero();
    }
  }

  /** Clauses 12.4 and 12.6: however high the position that the thief chose. */
  @Test
  void a_stolen_key_is_revoked_and_what_it_signed_is_replaced_by_what_was_refused_before()
      throws Exception {
    NoteSigner second = successor();
    long top = (1L << 53) - 1;
    try (TrialogClient client = client();
        KafkaSource source = KafkaSource.start(client, kafka.bootstrap())) {
      send(KafkaSource.KILL_SWITCH, "checkout", note(top, Status.RUNNING), environment);
      awaitPosition(client, top);
      snapshot(note(11, Status.KILLED, second));
      await("refused", () -> refused(client, Reason.NOT_SIGNED_BY_KEY) == 1);
      statements(
          KeyStatement.rotation(signer, second, THEN, THEN),
          KeyStatement.revocation(second, signer.verifierKey(), THEN));
      awaitPosition(client, 11);
      assertThat(reason(client)).isEqualTo(io.trialog.sdk.core.Reason.KILLED);
      kill(note(12, Status.RUNNING));
      await("revoked", () -> refused(client, Reason.KEY_REVOKED) >= 1);
      assertThat(client.snapshot().orElseThrow().position()).isEqualTo(11);
      assertThat(source.status().failures()).isZero();
    }
  }

  @Test
  void statements_that_are_forged_too_long_of_another_environment_or_none_change_no_key()
      throws Exception {
    NoteSigner second = successor();
    NoteSigner thief = successor();
    try (TrialogClient client = client();
        KafkaSource source = KafkaSource.start(client, kafka.bootstrap())) {
      bothTopicsToTheirEnd(client);
      long before = source.status().skipped();
      statements(KeyStatement.rotation(thief, second, THEN, THEN));
      String keys = environment + "/keys";
      send(KafkaSource.SNAPSHOTS, keys, new byte[] {(byte) 0xFF}, null);
      send(KafkaSource.SNAPSHOTS, keys, new byte[KeyStatements.MAX_BYTES + 1], null);
      send(KafkaSource.SNAPSHOTS, keys, note(11, Status.RUNNING), null);
      send(KafkaSource.SNAPSHOTS, keys, null, null);
      byte[] rotation =
          KeyStatements.write(List.of(KeyStatement.rotation(signer, second, THEN, THEN).note()));
      send(KafkaSource.SNAPSHOTS, "staging/keys", rotation, null);
      send(KafkaSource.KILL_SWITCH, keys, rotation, environment);
      snapshot(note(12, Status.KILLED, second));
      await("all refusals", () -> heard.problemsOf("snapshot refused (kafka): ") == 2);
      await("what is none of its own", () -> source.status().skipped() >= before + 2);
      assertThat(heard.refusals)
          .isEqualTo(Map.of(Reason.NOT_SIGNED_BY_KEY, 1L, Reason.NOT_A_NOTE, 1L));
      assertThat(heard.problemsOf("the statements about keys (kafka) were refused")).isEqualTo(3);
      assertThat(source.status().skipped()).isEqualTo(before + 2);
      assertThat(client.snapshot().orElseThrow().position()).isEqualTo(10);
    }
  }

  @Test
  void statements_that_come_before_the_client_has_a_key_wait_for_it() throws Exception {
    NoteSigner second = successor();
    snapshot(note(10, Status.RUNNING, second));
    statements(KeyStatement.rotation(signer, second, THEN, THEN));
    try (FakeKeys keys = new FakeKeys(environment, signer);
        TrialogClient client = unpinned().baseUrl(keys.url()).build();
        KafkaSource source = KafkaSource.start(client, kafka.bootstrap())) {
      await("the record", () -> source.status().offered() == 1);
      keys.open();
      awaitPosition(client, 10);
    }
  }
}
