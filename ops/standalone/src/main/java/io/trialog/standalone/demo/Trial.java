package io.trialog.standalone.demo;

import io.trialog.standalone.demo.Session.Area;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.List;

/**
 * An experiment of the demo, half control and half treatment, and what its treatment truly does.
 *
 * @param start when its traffic begins, how much, and when it is ramped to all
 */
record Trial(
    String key,
    Area area,
    String title,
    String hypothesis,
    Start start,
    Reach reach,
    Measures measures,
    Effect effect) {
  static final String CONTROL = "control";
  static final String TREATMENT = "treatment";

  /** A ramp of 0 seconds is none. */
  record Start(int afterSeconds, String traffic, int rampAfterSeconds) {
    static Start full(int afterSeconds) {
      return new Start(afterSeconds, "1", 0);
    }

    static Start half(int rampAfterSeconds) {
      return new Start(0, "0.5", rampAfterSeconds);
    }
  }

  /** Who takes part; an empty list of countries means all, an empty payload none. */
  record Reach(String surface, boolean devicesToo, List<String> countries, String payload) {}

  /** The first guardrail is the most telling one. */
  record Measures(
      String primary, List<String> secondary, List<Guard> guards, long plannedSubjects) {}

  /** A guardrail and the harm it tolerates, as a decimal share of control. */
  record Guard(String metric, String margin) {}

  String namespace() {
    return switch (area) {
      case RIDES -> "acme/rides";
      case FOOD -> "acme/food";
    };
  }

  /** The body that drafts it. */
  JsonObject draft() {
    JsonObjectBuilder body =
        Json.createObjectBuilder()
            .add("experiment", key)
            .add("namespace", namespace())
            .add("environment", Catalogue.ENVIRONMENT)
            .add("title", title)
            .add("hypothesis", hypothesis)
            .add("unit", "user_id")
            .add("surface", reach.surface())
            .add("control", CONTROL)
            .add("variants", variants())
            .add("primary_metric", measures.primary())
            .add("secondary_metrics", Json.createArrayBuilder(measures.secondary()))
            .add("guardrails", guardrails())
            .add("planned_subjects", measures.plannedSubjects());
    if (reach.devicesToo()) {
      body.add("fallback_unit", "device_id");
    }
    if (!reach.countries().isEmpty()) {
      body.add("targeting", Json.createArrayBuilder().add(countryIsOneOf()));
    }
    return body.build();
  }

  private JsonArrayBuilder variants() {
    JsonObjectBuilder treatment =
        Json.createObjectBuilder().add("key", TREATMENT).add("share", "0.5");
    if (!reach.payload().isEmpty()) {
      treatment.add("payload", reach.payload());
    }
    return Json.createArrayBuilder()
        .add(Json.createObjectBuilder().add("key", CONTROL).add("share", "0.5"))
        .add(treatment);
  }

  private JsonObjectBuilder countryIsOneOf() {
    return Json.createObjectBuilder()
        .add("attribute", "country")
        .add("operator", "in")
        .add("values", Json.createArrayBuilder(reach.countries()));
  }

  private JsonArrayBuilder guardrails() {
    JsonArrayBuilder rules = Json.createArrayBuilder();
    for (Guard guard : measures.guards()) {
      rules.add(
          Json.createObjectBuilder().add("metric", guard.metric()).add("margin", guard.margin()));
    }
    return rules;
  }
}
