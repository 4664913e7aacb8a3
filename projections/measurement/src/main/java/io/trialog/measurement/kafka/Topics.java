package io.trialog.measurement.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Names and settings of our topics, and their creation.
 *
 * <p>Exposures and outcomes are kept for ever, so that every sum can be computed again from the
 * log. Panes carry the broker's append time: their records speak of event times that may lie years
 * back, and a broker deletes by the time of the record.
 */
public final class Topics {
  /** Exposures as the collector accepted them, key = hashed subject. */
  public static final String EXPOSURES = "trialog.exposures";

  /** Outcomes as the collector accepted them, key = hashed subject. */
  public static final String OUTCOMES = "trialog.outcomes";

  /** Additive deltas of the stream job; read them with {@code read_committed}. */
  public static final String PANES = "trialog.panes";

  /** Verdicts of the guardrails as signed notes, key = experiment. */
  public static final String VERDICTS = "trialog.verdicts";

  /** Where guardrails stand as signed notes, key = experiment; apart, so that no kill waits. */
  public static final String GUARDRAIL_REPORTS = "trialog.guardrail-reports";

  /** The newest signed note per killed experiment, compacted. */
  public static final String KILL_SWITCH = "trialog.kill-switch";

  /** The newest signed note per environment, compacted; a reader reads it from the beginning. */
  public static final String SNAPSHOTS = "trialog.snapshots";

  /** Largest record with a signed note: the 16 MiB that an SDK takes, key and headers. */
  public static final int MOST_NOTE_BYTES = (16 << 20) + (64 << 10);

  /** What was refused, with the reason; kept 30 days. */
  public static final String DEAD_LETTERS = "trialog.dead-letters";

  private static final String FOR_EVER = "-1";

  /**
   * A reader from the beginning meets what compaction has not come by yet: small segments and an
   * early cleaner bound that.
   */
  private static final Map<String, String> NEWEST_NOTES =
      Map.of(
          "cleanup.policy", "compact",
          "max.message.bytes", Integer.toString(MOST_NOTE_BYTES),
          "segment.bytes", Integer.toString(32 << 20),
          "segment.ms", Long.toString(Duration.ofMinutes(10).toMillis()),
          "min.cleanable.dirty.ratio", "0.2",
          "max.compaction.lag.ms", Long.toString(Duration.ofHours(1).toMillis()));

  private static final String THIRTY_DAYS_MILLIS = Long.toString(Duration.ofDays(30).toMillis());

  private Topics() {}

  /**
   * Creates the topics that are missing; leaves the others as they are, but for the size of the
   * notes that topics of them take. Returns when every partition of them has a leader that answers:
   * a producer that writes to an empty partition earlier may lose its first batch, because a broker
   * up to 4.2 takes the second one first and then refuses the first as out of order (KAFKA-15591).
   * Idempotent, blocking.
   *
   * @param partitions of exposures, outcomes and panes, 1 in the embedded broker; the rest have one
   * @param limit for the whole call
   * @throws TopicsUnavailable if the broker does not answer in time or refuses
   */
  public static void createMissing(
      String bootstrap, int partitions, short replication, Duration limit) {
    var settings = new Properties();
    settings.setProperty(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    settings.setProperty(
        AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Long.toString(limit.toMillis()));
    settings.setProperty(
        AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
        Long.toString(Math.min(5_000, limit.toMillis())));
    try (var admin = Admin.create(settings)) {
      var creations = admin.createTopics(topics(partitions, replication)).values();
      long deadlineNanos = System.nanoTime() + limit.toNanos();
      for (var creation : creations.entrySet()) {
        long leftNanos = Math.max(1, deadlineNanos - System.nanoTime());
        ignoreExisting(() -> creation.getValue().get(leftNanos, TimeUnit.NANOSECONDS));
      }
      long leftNanos = Math.max(1, deadlineNanos - System.nanoTime());
      admin.incrementalAlterConfigs(wideEnough()).all().get(leftNanos, TimeUnit.NANOSECONDS);
      awaitLeaders(admin, partitions(admin, creations.keySet(), deadlineNanos), deadlineNanos);
    } catch (ExecutionException | TimeoutException e) {
      throw new TopicsUnavailable("no answer from Kafka at " + bootstrap + " about its topics", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TopicsUnavailable("interrupted while creating topics at " + bootstrap, e);
    }
  }

  /** A broker that has not heard of a new topic yet is asked again. */
  private static Map<TopicPartition, OffsetSpec> partitions(
      Admin admin, Set<String> topics, long deadlineNanos)
      throws ExecutionException, TimeoutException, InterruptedException {
    while (true) {
      try {
        var ends = new HashMap<TopicPartition, OffsetSpec>();
        long leftNanos = Math.max(1, deadlineNanos - System.nanoTime());
        for (var topic :
            admin
                .describeTopics(topics)
                .allTopicNames()
                .get(leftNanos, TimeUnit.NANOSECONDS)
                .values()) {
          for (var partition : topic.partitions()) {
            ends.put(new TopicPartition(topic.name(), partition.partition()), OffsetSpec.latest());
          }
        }
        return ends;
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)
            || System.nanoTime() > deadlineNanos) {
          throw e;
        }
        Thread.sleep(20);
      }
    }
  }

  private static void awaitLeaders(
      Admin admin, Map<TopicPartition, OffsetSpec> ends, long deadlineNanos)
      throws ExecutionException, TimeoutException, InterruptedException {
    long leftNanos = Math.max(1, deadlineNanos - System.nanoTime());
    admin.listOffsets(ends).all().get(leftNanos, TimeUnit.NANOSECONDS);
  }

  private static List<NewTopic> topics(int partitions, short replication) {
    var list = new ArrayList<NewTopic>();
    list.add(topic(EXPOSURES, partitions, replication, Map.of("retention.ms", FOR_EVER)));
    list.add(topic(OUTCOMES, partitions, replication, Map.of("retention.ms", FOR_EVER)));
    list.add(
        topic(
            PANES,
            partitions,
            replication,
            Map.of("retention.ms", FOR_EVER, "message.timestamp.type", "LogAppendTime")));
    list.add(topic(VERDICTS, 1, replication, Map.of("retention.ms", FOR_EVER)));
    list.add(topic(GUARDRAIL_REPORTS, 1, replication, Map.of("retention.ms", FOR_EVER)));
    list.add(topic(KILL_SWITCH, 1, replication, NEWEST_NOTES));
    list.add(topic(SNAPSHOTS, 1, replication, NEWEST_NOTES));
    list.add(topic(DEAD_LETTERS, 1, replication, Map.of("retention.ms", THIRTY_DAYS_MILLIS)));
    return list;
  }

  /** A kill that a topic of an earlier release finds too large would never be announced. */
  private static Map<ConfigResource, Collection<AlterConfigOp>> wideEnough() {
    var size = new ConfigEntry("max.message.bytes", NEWEST_NOTES.get("max.message.bytes"));
    return Map.of(
        new ConfigResource(ConfigResource.Type.TOPIC, KILL_SWITCH),
        List.of(new AlterConfigOp(size, AlterConfigOp.OpType.SET)));
  }

  private static NewTopic topic(
      String name, int partitions, short replication, Map<String, String> settings) {
    return new NewTopic(name, partitions, replication).configs(settings);
  }

  private interface Creation {
    void await() throws ExecutionException, TimeoutException, InterruptedException;
  }

  private static void ignoreExisting(Creation creation)
      throws ExecutionException, TimeoutException, InterruptedException {
    try {
      creation.await();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }

  /** Kafka is away or refuses; may be tried again. */
  public static final class TopicsUnavailable extends RuntimeException {
    TopicsUnavailable(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
