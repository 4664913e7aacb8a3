package io.trialog.measurement.collector;

import java.util.List;
import java.util.Map;

/**
 * What became of a batch.
 *
 * @param accepted items that are in Kafka
 * @param rejected items that are not, in the order of the batch, exposures first
 * @param offsets by topic and partition, the offset after the batch's last record; a view that has
 *     folded as many records of it holds the batch
 */
public record Receipt(int accepted, List<Rejected> rejected, Map<String, Long> offsets) {
  public Receipt {
    rejected = List.copyOf(rejected);
    offsets = Map.copyOf(offsets);
  }

  /** True if there were items and none was accepted (422). */
  public boolean allRejected() {
    return accepted == 0 && !rejected.isEmpty();
  }

  /**
   * An item that was not accepted; sending it again unchanged is useless.
   *
   * @param kind exposure or outcome
   * @param index in its list, from 0
   * @param id as sent, at most 64 characters
   * @param code stable, for example {@code unknown_metric}
   */
  public record Rejected(String kind, int index, String id, String code, String detail) {}
}
