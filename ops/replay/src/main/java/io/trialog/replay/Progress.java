package io.trialog.replay;

import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far a replay has come.
 *
 * @param plan the fingerprint of what is replayed
 * @param rows data rows from the beginning of the file that are done, without a gap
 * @param rejected those of them that the platform rejected
 * @param receipt for each topic-partition, the offset after the last record that was acknowledged
 * @param complete whether the platform had folded all of it
 */
record Progress(
    String plan, long rows, long rejected, SortedMap<String, Long> receipt, boolean complete) {

  private static final int FORMAT = 1;

  Progress {
    receipt = Collections.unmodifiableSortedMap(new TreeMap<>(receipt));
  }

  static Progress none(String plan) {
    return new Progress(plan, 0, 0, new TreeMap<>(), false);
  }

  /** After more rows; a receipt never goes back. */
  Progress plus(long moreRows, long moreRejected) {
    return new Progress(plan, rows + moreRows, rejected + moreRejected, receipt, complete);
  }

  Progress withReceipt(Map<String, Long> newer) {
    SortedMap<String, Long> latest = new TreeMap<>(receipt);
    newer.forEach((partition, offset) -> latest.merge(partition, offset, Math::max));
    return new Progress(plan, rows, rejected, latest, complete);
  }

  Progress completed() {
    return new Progress(plan, rows, rejected, receipt, true);
  }

  JsonObject json() {
    JsonObjectBuilder offsets = Json.PROVIDER.createObjectBuilder();
    receipt.forEach(offsets::add);
    return Json.PROVIDER
        .createObjectBuilder()
        .add("format", FORMAT)
        .add("plan", plan)
        .add("rows", rows)
        .add("rejected", rejected)
        .add("receipt", offsets)
        .add("complete", complete)
        .build();
  }

  /** Of another format or another plan, a progress is worth nothing. */
  static Progress of(JsonObject json, String plan) {
    boolean mine =
        Json.count(json, "format") == FORMAT
            && Json.text(json, "plan").stream().anyMatch(plan::equals);
    if (!mine) {
      return none(plan);
    }
    return new Progress(
        plan,
        Json.count(json, "rows"),
        Json.count(json, "rejected"),
        offsets(Json.object(json, "receipt")),
        JsonValue.TRUE.equals(json.get("complete")));
  }

  /** A map of topic-partition to offset as the platform writes it. */
  static SortedMap<String, Long> offsets(JsonObject json) {
    SortedMap<String, Long> offsets = new TreeMap<>();
    json.forEach((partition, offset) -> {
      if (offset instanceof JsonNumber number) {
        offsets.put(partition, number.longValue());
      }
    });
    return offsets;
  }
}
