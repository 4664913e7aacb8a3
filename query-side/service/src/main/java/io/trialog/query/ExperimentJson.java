package io.trialog.query;

import io.trialog.language.Actor;
import io.trialog.language.Design;
import io.trialog.language.KillEvidence;
import io.trialog.language.MetricDefinition;
import io.trialog.language.SlotRange;
import io.trialog.language.wire.JsonCodec;
import io.trialog.language.wire.TargetingJson;
import io.trialog.snapshots.EventReference;
import io.trialog.snapshots.Experiment;
import io.trialog.snapshots.Experiment.Approval;
import io.trialog.snapshots.Namespace;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonReader;
import jakarta.json.spi.JsonProvider;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The directory's contents as REST answers: snake_case, absent members left out, shares as numbers.
 * What a guardrail saw keeps its decimals as text, because they are exact.
 */
final class ExperimentJson {
  /** Kept: each {@code Json.create...} looks for a provider on the class path again. */
  private static final JsonProvider JSON = JsonProvider.provider();

  private static final int PPM_DIGITS = 6;

  private ExperimentJson() {}

  /** One line of a list. */
  static JsonObject summary(Experiment experiment) {
    Design design = experiment.design();
    JsonObjectBuilder json =
        JSON.createObjectBuilder()
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
    JsonObjectBuilder json = JSON.createObjectBuilder();
    design(json, experiment.design());
    state(json, experiment);
    json.add("epoch", experiment.serving().epoch());
    json.add("allocation", allocation(experiment.serving().allocation()));
    review(json, experiment.review());
    json.add("drafted", event(experiment.drafted()));
    happened(json, "started", experiment.started());
    happened(json, "paused", experiment.paused());
    ending(json, experiment);
    return json.add("last_event", event(experiment.last())).build();
  }

  private static void state(JsonObjectBuilder json, Experiment experiment) {
    json.add("status", experiment.status().word())
        .add("revision", experiment.revision())
        .add("position", experiment.last().position())
        .add("traffic", share(experiment.serving().trafficPpm()))
        .add("created_at", experiment.drafted().time().toString())
        .add("updated_at", experiment.last().time().toString());
    EventReference started = experiment.started();
    if (started != null) {
      json.add("started_at", started.time().toString());
    }
    put(json, "winner", experiment.winner());
  }

  private static BigDecimal share(int ppm) {
    BigDecimal share = BigDecimal.valueOf(ppm, PPM_DIGITS).stripTrailingZeros();
    return share.scale() < 0 ? share.setScale(0) : share;
  }

  private static void design(JsonObjectBuilder json, Design design) {
    json.add("experiment", design.experiment())
        .add("namespace", design.namespace())
        .add("environment", design.environment())
        .add("title", design.title())
        .add("hypothesis", design.hypothesis())
        .add("unit", design.unit());
    put(json, "fallback_unit", design.fallbackUnit());
    json.add("surface", design.surface()).add("control", design.control());
    JsonArrayBuilder variants = JSON.createArrayBuilder();
    design.variants().forEach(variant -> variants.add(variant(variant)));
    JsonArrayBuilder guardrails = JSON.createArrayBuilder();
    for (Design.GuardrailRule rule : design.guardrails()) {
      guardrails.add(
          JSON.createObjectBuilder()
              .add("metric", rule.metric())
              .add("margin", rule.margin())
              .add("critical", rule.critical()));
    }
    json.add("variants", variants)
        .add("targeting", TargetingJson.write(design.targeting()))
        .add("prerequisites", prerequisites(design))
        .add("exclusion_sets", exclusionSets(design))
        .add("primary_metric", design.primaryMetric())
        .add("secondary_metrics", texts(design.secondaryMetrics()))
        .add("guardrails", guardrails)
        .add("planned_subjects", design.plannedSubjects())
        .add("assigned_elsewhere", design.assignedElsewhere())
        .add("regulated", design.regulated());
  }

  private static JsonArrayBuilder prerequisites(Design design) {
    JsonArrayBuilder array = JSON.createArrayBuilder();
    for (Design.Prerequisite each : design.prerequisites()) {
      array.add(
          JSON.createObjectBuilder()
              .add("kind", each.kind().word())
              .add("key", each.key())
              .add("variants", texts(each.variants())));
    }
    return array;
  }

  private static JsonArrayBuilder exclusionSets(Design design) {
    JsonArrayBuilder array = JSON.createArrayBuilder();
    for (Design.ExclusionShare each : design.exclusionSets()) {
      array.add(JSON.createObjectBuilder().add("set", each.set()).add("share", each.share()));
    }
    return array;
  }

  private static JsonObjectBuilder variant(Design.Variant variant) {
    JsonObjectBuilder json =
        JSON.createObjectBuilder().add("key", variant.key()).add("share", variant.share());
    put(json, "payload", variant.payload());
    return json;
  }

  private static JsonArrayBuilder texts(Collection<String> texts) {
    JsonArrayBuilder array = JSON.createArrayBuilder();
    texts.forEach(array::add);
    return array;
  }

  private static JsonArrayBuilder allocation(List<SlotRange> ranges) {
    JsonArrayBuilder array = JSON.createArrayBuilder();
    for (SlotRange range : ranges) {
      array.add(
          JSON.createObjectBuilder()
              .add("variant", range.variant())
              .add("from", range.from())
              .add("to", range.to()));
    }
    return array;
  }

  private static void review(JsonObjectBuilder json, Experiment.Review review) {
    json.add("author", review.author()).add("editors", texts(review.editors()));
    put(json, "proposal_digest", review.submittedDigest());
    JsonArrayBuilder approvals = JSON.createArrayBuilder();
    for (Approval approval : review.approvals()) {
      approvals.add(
          JSON.createObjectBuilder()
              .add("proposal_digest", approval.proposalDigest())
              .addAll(event(approval.event())));
    }
    json.add("approvals", approvals);
  }

  private static void ending(JsonObjectBuilder json, Experiment experiment) {
    Experiment.Kill kill = experiment.kill();
    if (kill != null) {
      JsonObjectBuilder killed = event(kill.event());
      KillEvidence evidence = kill.evidence();
      if (evidence != null) {
        killed.add("evidence", parse(JsonCodec.encode(evidence)));
      }
      json.add("killed", killed);
    }
    Experiment.Conclusion conclusion = experiment.conclusion();
    if (conclusion != null) {
      json.add("concluded", event(conclusion.event()));
    }
  }

  private static void happened(
      JsonObjectBuilder json, String name, @Nullable EventReference event) {
    if (event != null) {
      json.add(name, event(event));
    }
  }

  private static JsonObjectBuilder event(EventReference event) {
    Actor actor = event.actor();
    JsonObjectBuilder who =
        JSON.createObjectBuilder().add("kind", actor.kind().word()).add("id", actor.id());
    put(who, "on_behalf_of", actor.onBehalfOf());
    JsonObjectBuilder json =
        JSON.createObjectBuilder()
            .add("event_id", event.eventId())
            .add("position", event.position())
            .add("time", event.time().toString())
            .add("actor", who);
    put(json, "reason", event.reason());
    return json;
  }

  /** A metric as it was defined. */
  static JsonObject metric(MetricDefinition metric) {
    JsonObjectBuilder json =
        JSON.createObjectBuilder()
            .add("metric", metric.metric())
            .add("namespace", metric.namespace())
            .add("title", metric.title())
            .add("kind", metric.kind().word())
            .add("direction", metric.direction().word());
    put(json, "cap", metric.cap());
    put(json, "typical_sd", metric.typicalSd());
    return json.build();
  }

  /** A namespace. */
  static JsonObject namespace(Namespace namespace) {
    return JSON.createObjectBuilder()
        .add("namespace", namespace.namespace())
        .add("title", namespace.title())
        .add("created_at", namespace.created().time().toString())
        .build();
  }

  private static void put(JsonObjectBuilder json, String name, @Nullable String value) {
    if (value != null) {
      json.add(name, value);
    }
  }

  private static void put(JsonObjectBuilder json, String name, @Nullable BigDecimal value) {
    if (value != null) {
      json.add(name, value);
    }
  }

  private static JsonObject parse(byte[] json) {
    try (JsonReader reader = JSON.createReader(new ByteArrayInputStream(json))) {
      return reader.readObject();
    }
  }
}
