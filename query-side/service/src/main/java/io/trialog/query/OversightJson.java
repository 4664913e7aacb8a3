package io.trialog.query;

import io.trialog.language.RampPlan;
import io.trialog.language.wire.JsonCodec;
import io.trialog.snapshots.Oversight;
import io.trialog.snapshots.Oversight.BreakGlassReview;
import io.trialog.snapshots.Oversight.GuardrailStanding;
import io.trialog.snapshots.Oversight.Proposal;
import io.trialog.snapshots.Oversight.Ramp;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.time.Instant;

/** What stands around an experiment, as REST answers. */
final class OversightJson {
  private OversightJson() {}

  /** Adds schedule, proposals, reviews and guardrail states. */
  static void add(JsonObjectBuilder json, Oversight oversight) {
    Ramp ramp = oversight.ramp();
    if (ramp != null) {
      json.add("schedule", schedule(ramp));
    }
    json.add("proposals", Members.array(oversight.proposals().values(), OversightJson::proposal));
    json.add("reviews", Members.array(oversight.reviews().values(), OversightJson::review));
    json.add(
        "guardrail_states",
        Members.array(oversight.guardrails().values(), OversightJson::guardrail));
  }

  private static JsonObjectBuilder schedule(Ramp ramp) {
    JsonObjectBuilder json =
        Members.JSON
            .createObjectBuilder()
            .add("steps", Members.array(ramp.plan().steps(), OversightJson::step))
            .add("equal_arms", ramp.plan().equalArms());
    Members.put(json, "cutoff", ramp.plan().cutoff());
    json.add("next_step", ramp.progress().next());
    Members.put(json, "not_before", ramp.progress().notBefore());
    return json.add("held", ramp.held()).add("held_at_cutoff", ramp.atCutoff());
  }

  private static JsonObjectBuilder step(RampPlan.Step step) {
    return Members.JSON
        .createObjectBuilder()
        .add("traffic", Members.share(step.trafficPpm()))
        .add("after_minutes", step.afterMinutes())
        .add("minimum_sample", step.minimumSample())
        .add("guardrails_healthy", step.guardrailsHealthy())
        .add("approval", step.approval());
  }

  private static JsonObjectBuilder proposal(Proposal proposal) {
    return Members.JSON
        .createObjectBuilder()
        .add("proposal", proposal.proposal())
        .add("change", Members.parse(JsonCodec.encode(new Holder(proposal.change()))).get("change"))
        .add("proposal_digest", proposal.digest())
        .add("state", proposal.state())
        .add("approvals", proposal.approvals())
        .add("required", proposal.required())
        .add("approved", Members.array(proposal.approved(), EventJson::of))
        .add("proposed", EventJson.of(proposal.proposed()));
  }

  /** So that the adapter of a change is used, which JSON-B does for members only. */
  record Holder(io.trialog.language.Change change) {}

  /** A review; overdue as the log says, which the alarm of the platform decides. */
  static JsonObjectBuilder review(BreakGlassReview review) {
    JsonObjectBuilder json =
        Members.JSON
            .createObjectBuilder()
            .add("review", review.review())
            .add("operation", review.operation())
            .add("state", review.isOpen() ? "open" : "closed")
            .add("due_at", review.dueAt().toString())
            .add("overdue", review.overdue())
            .add("opened", EventJson.of(review.opened()));
    Members.put(json, "finding", review.finding());
    if (review.closed() != null) {
      json.add("closed", EventJson.of(review.closed()));
    }
    return json;
  }

  /** A review in the queue of all; open ones past their time are overdue, alarm or not. */
  static JsonObject queued(
      String experiment, String namespace, BreakGlassReview review, Instant now) {
    boolean overdue = review.overdue() || (review.isOpen() && now.isAfter(review.dueAt()));
    return Members.JSON
        .createObjectBuilder()
        .add("experiment", experiment)
        .add("namespace", namespace)
        .addAll(review(review))
        .add("overdue", overdue)
        .build();
  }

  private static JsonObjectBuilder guardrail(GuardrailStanding standing) {
    JsonObjectBuilder json =
        Members.JSON
            .createObjectBuilder()
            .add("metric", standing.metric())
            .add("variant", standing.variant())
            .add("state", standing.state().word())
            .add("control_subjects", standing.subjectsControl())
            .add("variant_subjects", standing.subjectsVariant());
    Members.put(json, "harm_at_most", standing.harmAtMost());
    Members.put(json, "evaluated_at", standing.evaluatedAt());
    return json.add("recorded", EventJson.of(standing.event()));
  }
}
