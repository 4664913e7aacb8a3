package io.trialog.audittrail;

import static io.trialog.audittrail.AuditEntry.put;
import static io.trialog.audittrail.EntityJson.JSON;

import io.trialog.snapshots.EventReference;
import io.trialog.snapshots.Experiment.Approval;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the control plane would have answered for a subject. What a device did use is in its
 * exposure: the position of the snapshot that it held.
 *
 * @param at the instant asked for
 * @param environment of the experiment; absent when it did not exist yet
 * @param status of the experiment, a word; absent when it did not exist yet
 * @param variant absent when the application's own fallback decides, as for {@code
 *     UNKNOWN_EXPERIMENT}
 * @param reason code of the evaluation
 * @param slot 0 to 9,999; present where it decided
 * @param unit the attribute that was randomised; absent where none decided
 * @param hashedSubject never the subject itself
 * @param snapshotPosition of the last event up to the instant, 0 before the first
 * @param snapshotTime of that event, in milliseconds
 * @param decidedBy the experiment's last event up to the instant
 * @param approvals of the proposal that was in force, oldest first
 */
public record AsOfAnswer(
    String experiment,
    Instant at,
    @Nullable String environment,
    @Nullable String status,
    @Nullable String variant,
    String reason,
    @Nullable Integer slot,
    @Nullable String unit,
    @Nullable String hashedSubject,
    long snapshotPosition,
    Instant snapshotTime,
    @Nullable EventReference decidedBy,
    List<Approval> approvals) {

  public AsOfAnswer {
    approvals = List.copyOf(approvals);
  }

  /**
   * In snake_case; absent members are left out. {@code position} is the snapshot's, {@code
   * event_id} the deciding event's, which stands in full under {@code decided_by}.
   */
  public JsonObject toJson() {
    JsonObjectBuilder json = JSON.createObjectBuilder();
    json.add("experiment", experiment).add("at", at.toString());
    put(json, "environment", environment);
    put(json, "status", status);
    put(json, "variant", variant);
    json.add("reason", reason);
    if (slot != null) {
      json.add("slot", slot);
    }
    put(json, "unit", unit);
    put(json, "hashed_subject", hashedSubject);
    json.add("position", snapshotPosition).add("snapshot_time", snapshotTime.toString());
    if (decidedBy != null) {
      json.add("event_id", decidedBy.eventId());
      json.add("decided_by", EntityJson.of(decidedBy));
    }
    return json.add("approvals", EntityJson.approvals(approvals)).build();
  }
}
