package io.trialog.audittrail;

import static io.trialog.audittrail.AuditEntry.put;

import io.trialog.language.Grant;
import io.trialog.language.MetricDefinition;
import io.trialog.language.SlotRange;
import io.trialog.language.wire.JsonCodec;
import io.trialog.snapshots.EventReference;
import io.trialog.snapshots.Experiment;
import io.trialog.snapshots.Experiment.Approval;
import io.trialog.snapshots.Namespace;
import io.trialog.snapshots.Oversight;
import io.trialog.snapshots.Token;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonReader;
import jakarta.json.spi.JsonProvider;
import java.io.ByteArrayInputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the directory holds, as JSON for people who compare it. Never a token's secret hash. */
final class EntityJson {
  /**
   * Kept, because {@code Json.create...} looks for a provider on the class path at each call, which
   * takes a hundred times as long as the call itself. Thread-safe by its contract.
   */
  static final JsonProvider JSON = JsonProvider.provider();

  private EntityJson() {}

  static JsonObject of(Namespace namespace) {
    return JSON.createObjectBuilder()
        .add("namespace", namespace.namespace())
        .add("title", namespace.title())
        .build();
  }

  static JsonObject of(MetricDefinition metric) {
    return parse(JsonCodec.encode(metric));
  }

  static JsonObject of(Token token) {
    JsonArrayBuilder grants = JSON.createArrayBuilder();
    for (Grant grant : token.grants()) {
      grants.add(parse(JsonCodec.encode(grant)));
    }
    JsonObjectBuilder json =
        JSON.createObjectBuilder()
            .add("token", token.token())
            .add("holder", token.holder())
            .add("grants", grants)
            .add("revoked", token.revoked());
    if (token.expiresAt() != null) {
      json.add("expires_at", token.expiresAt().toString());
    }
    return json.build();
  }

  static JsonObject of(Experiment experiment) {
    JsonObjectBuilder json = JSON.createObjectBuilder();
    json.add("design", parse(JsonCodec.encode(experiment.design())));
    json.add("status", experiment.status().word());
    json.add("traffic_ppm", experiment.serving().trafficPpm());
    json.add("epoch", experiment.serving().epoch());
    json.add("allocation", allocation(experiment.serving().allocation()));
    json.add("equal_arms", experiment.serving().equalArms());
    review(json, experiment.review());
    oversight(json, experiment.oversight());
    happened(json, "started", experiment.started());
    happened(json, "paused", experiment.paused());
    ending(json, experiment);
    return json.add("revision", experiment.revision()).build();
  }

  private static void review(JsonObjectBuilder json, Experiment.Review review) {
    json.add("author", review.author());
    json.add("editors", JSON.createArrayBuilder(review.editors()));
    put(json, "submitted_digest", review.submittedDigest());
    json.add("approvals", approvals(review.approvals()));
  }

  /** By their keys, so that a change of one names it. */
  private static void oversight(JsonObjectBuilder json, Oversight oversight) {
    JsonObjectBuilder proposals = JSON.createObjectBuilder();
    oversight.proposals().forEach((key, each) -> proposals.add(key, proposal(each)));
    JsonObjectBuilder reviews = JSON.createObjectBuilder();
    oversight.reviews().forEach((key, each) -> reviews.add(key, breakGlass(each)));
    JsonObjectBuilder guardrails = JSON.createObjectBuilder();
    oversight.guardrails().forEach((key, each) -> guardrails.add(key, guardrail(each)));
    json.add("proposals", proposals).add("reviews", reviews).add("guardrail_states", guardrails);
    Oversight.Ramp ramp = oversight.ramp();
    if (ramp != null) {
      json.add(
          "ramp",
          JSON.createObjectBuilder()
              .add("plan", parse(JsonCodec.encode(ramp.plan())))
              .add("progress", parse(JsonCodec.encode(ramp.progress())))
              .add("held", ramp.held())
              .add("at_cutoff", ramp.atCutoff()));
    }
  }

  private static JsonObjectBuilder proposal(Oversight.Proposal proposal) {
    return JSON.createObjectBuilder()
        .add("change", parse(JsonCodec.encode(proposal.change())))
        .add("proposal_digest", proposal.digest())
        .add("state", proposal.state())
        .add("approvals", proposal.approvals())
        .add("required", proposal.required())
        .add("proposed", of(proposal.proposed()));
  }

  private static JsonObjectBuilder breakGlass(Oversight.BreakGlassReview review) {
    JsonObjectBuilder json =
        JSON.createObjectBuilder()
            .add("operation", review.operation())
            .add("due_at", review.dueAt().toString())
            .add("overdue", review.overdue())
            .add("opened", of(review.opened()));
    put(json, "finding", review.finding());
    happened(json, "closed", review.closed());
    return json;
  }

  private static JsonObjectBuilder guardrail(Oversight.GuardrailStanding standing) {
    return JSON.createObjectBuilder()
        .add("state", standing.state().word())
        .add("subjects_control", standing.subjectsControl())
        .add("subjects_variant", standing.subjectsVariant());
  }

  private static void ending(JsonObjectBuilder json, Experiment experiment) {
    Experiment.Kill kill = experiment.kill();
    if (kill != null) {
      happened(json, "killed", kill.event());
      if (kill.evidence() != null) {
        json.add("kill_evidence", parse(JsonCodec.encode(kill.evidence())));
      }
    }
    Experiment.Conclusion conclusion = experiment.conclusion();
    if (conclusion != null) {
      happened(json, "concluded", conclusion.event());
      json.add("winner", conclusion.winner());
    }
  }

  static JsonArray approvals(List<Approval> approvals) {
    JsonArrayBuilder list = JSON.createArrayBuilder();
    for (Approval approval : approvals) {
      list.add(
          JSON.createObjectBuilder()
              .add("proposal_digest", approval.proposalDigest())
              .addAll(JSON.createObjectBuilder(of(approval.event()))));
    }
    return list.build();
  }

  static JsonObject of(EventReference event) {
    JsonObjectBuilder json = JSON.createObjectBuilder();
    json.add("event_id", event.eventId()).add("type", event.type());
    json.add("position", event.position()).add("time", event.time().toString());
    json.add("actor", AuditEntry.actorJson(event.actor()));
    put(json, "reason", event.reason());
    return json.build();
  }

  private static JsonArray allocation(List<SlotRange> ranges) {
    JsonArrayBuilder list = JSON.createArrayBuilder();
    ranges.forEach(range -> list.add(parse(JsonCodec.encode(range))));
    return list.build();
  }

  private static void happened(
      JsonObjectBuilder json, String name, @Nullable EventReference event) {
    if (event != null) {
      json.add(name, of(event));
    }
  }

  static JsonObject parse(byte[] json) {
    try (JsonReader reader = JSON.createReader(new ByteArrayInputStream(json))) {
      return reader.readObject();
    }
  }
}
