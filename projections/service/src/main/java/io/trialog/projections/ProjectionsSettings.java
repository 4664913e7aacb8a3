package io.trialog.projections;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where projections keep their things, and how they use Kafka.
 *
 * @param data folder of this installation; one process at a time
 * @param origin identity of the audit log, such as {@code audit.example.com/prod}: no white space
 *     and no plus sign; it can never change
 * @param partitions of the topics of events, 1 to 1,000
 * @param replication copies of each topic, 1 in an embedded broker
 * @param transactionTimeout how long the broker keeps what a dead stream job had prepared; at most
 *     the broker's own bound, else the job does not start
 */
public record ProjectionsSettings(
    Path data, String origin, int partitions, short replication, Duration transactionTimeout) {

  public ProjectionsSettings {
    if (origin.isBlank() || origin.chars().anyMatch(c -> c == '+' || Character.isWhitespace(c))) {
      throw new IllegalArgumentException(
          "origin must have no white space and no plus sign; found \"" + origin + "\"");
    }
    if (partitions < 1 || partitions > 1_000 || replication < 1) {
      throw new IllegalArgumentException(
          "partitions must be within 1 and 1000 and replication at least 1; found %d and %d"
              .formatted(partitions, replication));
    }
  }

  /** One partition and one copy, and 15 minutes, which every broker grants. */
  public static ProjectionsSettings of(Path data, String origin) {
    return new ProjectionsSettings(data, origin, 1, (short) 1, Duration.ofMinutes(15));
  }

  /** The same with another timeout. */
  public ProjectionsSettings withTransactionTimeout(Duration timeout) {
    return new ProjectionsSettings(data, origin, partitions, replication, timeout);
  }

  Path snapshotKeys() {
    return data.resolve("keys/snapshots");
  }

  Path guardrailKeys() {
    return data.resolve("keys/guardrails");
  }

  Path auditKeys() {
    return data.resolve("keys/audit");
  }

  Path auditIndex() {
    return data.resolve("audit-trail");
  }

  Path stream() {
    return data.resolve("stream");
  }
}
