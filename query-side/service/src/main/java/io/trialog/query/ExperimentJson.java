package io.trialog.query;

import io.trialog.language.Design;
import io.trialog.language.KillEvidence;
import io.trialog.language.SlotRange;
import io.trialog.language.wire.JsonCodec;
import io.trialog.snapshots.EventReference;
import io.trialog.snapshots.Experiment;
import io.trialog.snapshots.Experiment.Approval;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Experiments as REST answers; shares are numbers. What a guardrail saw keeps its decimals as text,
 * because they are exact.
 */
final class ExperimentJson {
  private ExperimentJson() {}

  /** One line of a list. */
  static JsonObject summary(Experiment experiment) {
    Design design = experiment.design();
    JsonObjectBuilder json =
        Members.JSON
            .createObjectBuilder()
            .add("experiment", design.experiment())
            .add("namespace", design.namespace())
            .add("environment", design.environment())
            .add("title", design.title())
            .add("surface", design.surface())
            .add("assigned_elsewhere", design.assignedElsewhere());
    state(json, experiment);
    return json.build();
  }

  /** All that is known: the design, where it stands, and who did what when. */
  static JsonObject detail(Experiment experiment) {
    JsonObjectBuilder json = Members.JSON.createObjectBuilder();
    DesignJson.add(json, experiment.design());
    state(json, experiment);
    json.add("epoch", experiment.serving().epoch());
    json.add("equal_arms", experiment.serving().equalArms());
    json.add("allocation", allocation(experiment.serving().allocation()));
    review(json, experiment.review());
    OversightJson.add(json, experiment.oversight());
    json.add("drafted", EventJson.of(experiment.drafted()));
    happened(json, "started", experiment.started());
    happened(json, "paused", experiment.paused());
    ending(json, experiment);
    return json.add("last_event", EventJson.of(experiment.last())).build();
  }

  private static void state(JsonObjectBuilder json, Experiment experiment) {
    json.add("status", experiment.status().word())
        .add("revision", experiment.revision())
        .add("position", experiment.last().position())
        .add("traffic", Members.share(experiment.serving().trafficPpm()))
        .add("created_at", experiment.drafted().time().toString())
        .add("updated_at", experiment.last().time().toString());
    EventReference started = experiment.started();
    if (started != null) {
      json.add("started_at", started.time().toString());
    }
    Members.put(json, "winner", experiment.winner());
  }

  private static JsonArrayBuilder allocation(List<SlotRange> ranges) {
    JsonArrayBuilder array = Members.JSON.createArrayBuilder();
    for (SlotRange range : ranges) {
      array.add(
          Members.JSON
              .createObjectBuilder()
              .add("variant", range.variant())
              .add("from", range.from())
              .add("to", range.to()));
    }
    return array;
  }

  private static void review(JsonObjectBuilder json, Experiment.Review review) {
    json.add("author", review.author()).add("editors", Members.texts(review.editors()));
    Members.put(json, "proposal_digest", review.submittedDigest());
    JsonArrayBuilder approvals = Members.JSON.createArrayBuilder();
    for (Approval approval : review.approvals()) {
      approvals.add(
          Members.JSON
              .createObjectBuilder()
              .add("proposal_digest", approval.proposalDigest())
              .addAll(EventJson.of(approval.event())));
    }
    json.add("approvals", approvals);
  }

  private static void ending(JsonObjectBuilder json, Experiment experiment) {
    Experiment.Kill kill = experiment.kill();
    if (kill != null) {
      JsonObjectBuilder killed = EventJson.of(kill.event());
      KillEvidence evidence = kill.evidence();
      if (evidence != null) {
        killed.add("evidence", Members.parse(JsonCodec.encode(evidence)));
      }
      json.add("killed", killed);
    }
    Experiment.Conclusion conclusion = experiment.conclusion();
    if (conclusion != null) {
      json.add("concluded", EventJson.of(conclusion.event()));
    }
  }

  private static void happened(
      JsonObjectBuilder json, String name, @Nullable EventReference event) {
    if (event != null) {
      json.add(name, EventJson.of(event));
    }
  }
}
