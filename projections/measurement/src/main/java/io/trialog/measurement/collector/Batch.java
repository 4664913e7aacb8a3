package io.trialog.measurement.collector;

import io.trialog.measurement.EventJson;
import io.trialog.measurement.Exposure;
import io.trialog.measurement.FieldRefused;
import io.trialog.measurement.JsonFields;
import io.trialog.measurement.Limits;
import io.trialog.measurement.Outcome;
import io.trialog.measurement.StrictJson;
import io.trialog.measurement.collector.Catalogue.ExperimentFacts;
import io.trialog.measurement.collector.Catalogue.MetricFacts;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A batch as read. What is wrong with the shape (a field that is unknown, missing or of another
 * type) refuses the whole batch, because the client's program is wrong; what is wrong with a value
 * rejects the item alone.
 */
final class Batch {
  /** Bytes of a body. */
  static final int BYTES = 1 << 20;

  /** Exposures and outcomes together. */
  static final int EVENTS = 1_000;

  /** How far ahead of us the clock of a client may be. */
  static final Duration AHEAD = Duration.ofDays(1);

  private static final Set<String> MEMBERS = Set.of("exposures", "outcomes");
  private static final Set<String> EXPOSURE =
      Set.of(
          "id",
          "experiment",
          "variant",
          "subject",
          "time",
          "surface",
          "epoch",
          "position",
          "segments");
  private static final Set<String> OUTCOME = Set.of("id", "subject", "metric", "value", "time");
  private static final int ID_SHOWN = 64;

  private final Catalogue catalogue;
  private final Instant now;
  private final List<Exposure> exposures = new ArrayList<>();
  private final List<Outcome> outcomes = new ArrayList<>();
  private final List<Refusal> refusals = new ArrayList<>();

  /** An item that is turned away, and its JSON without what must not be kept. */
  record Refusal(Receipt.Rejected rejected, String event) {}

  /** Why an item is turned away. */
  private static final class ItemRejected extends Exception {
    private final String code;

    ItemRejected(String code, String detail) {
      super(detail);
      this.code = code;
    }
  }

  private Batch(Catalogue catalogue, Instant now) {
    this.catalogue = catalogue;
    this.now = now;
  }

  static Batch read(byte[] body, Catalogue catalogue, Instant now) throws BatchRefused {
    if (body.length > BYTES) {
      throw new BatchRefused(true, "batch_too_large", "", "a body has at most 1 MiB");
    }
    var batch = new Batch(catalogue, now);
    try {
      batch.read(StrictJson.object(body));
    } catch (FieldRefused e) {
      throw new BatchRefused(e);
    }
    return batch;
  }

  List<Exposure> exposures() {
    return exposures;
  }

  List<Outcome> outcomes() {
    return outcomes;
  }

  List<Refusal> refusals() {
    return refusals;
  }

  private void read(JsonObject body) throws FieldRefused, BatchRefused {
    var in = new JsonFields(body, "");
    in.onlyKnows(MEMBERS);
    JsonArray first = in.array("exposures");
    JsonArray second = in.array("outcomes");
    if (first.size() + second.size() > EVENTS) {
      throw new BatchRefused(true, "batch_too_large", "", "a batch has at most 1,000 events");
    }
    for (int i = 0; i < first.size(); i++) {
      exposure(i, object(first, "exposures", i));
    }
    for (int i = 0; i < second.size(); i++) {
      outcome(i, object(second, "outcomes", i));
    }
  }

  private static JsonObject object(JsonArray array, String name, int index) throws FieldRefused {
    if (array.get(index) instanceof JsonObject object) {
      return object;
    }
    throw new FieldRefused("wrong_type", name + "[" + index + "]", "an object is expected");
  }

  // --- exposures

  private void exposure(int index, JsonObject json) throws FieldRefused {
    var in = new JsonFields(json, "exposures[" + index + "].");
    in.onlyKnows(EXPOSURE);
    // All fields are read before any is judged: a wrong shape must not hide behind a wrong value.
    String id = in.text("id");
    String experiment = in.text("experiment");
    String variant = in.text("variant");
    String subject = in.text("subject");
    String time = in.text("time");
    String surface = in.text("surface");
    int epoch = (int) in.integer("epoch", 0, Limits.EPOCH);
    OptionalLong position = in.optionalInteger("position", 0, Long.MAX_VALUE);
    JsonObject segments = in.optionalObject("segments").orElse(JsonValue.EMPTY_JSON_OBJECT);
    SortedMap<String, String> named = texts(segments, index);
    try {
      UUID uuid = id(id);
      subject(subject);
      assigned(experiment, variant);
      surface(surface);
      SortedMap<String, String> usable = usable(named);
      exposures.add(
          new Exposure(
              uuid, experiment, variant, subject, time(time), surface, epoch, position, usable));
    } catch (ItemRejected e) {
      reject("exposure", index, id, e, json);
    }
  }

  private static SortedMap<String, String> texts(JsonObject segments, int index)
      throws FieldRefused {
    var texts = new TreeMap<String, String>();
    for (Map.Entry<String, JsonValue> segment : segments.entrySet()) {
      if (!(segment.getValue() instanceof JsonString text)) {
        throw new FieldRefused(
            "wrong_type", "exposures[" + index + "].segments", "values must be strings");
      }
      texts.put(segment.getKey(), text.getString());
    }
    return texts;
  }

  private void assigned(String experiment, String variant) throws ItemRejected {
    ExperimentFacts facts =
        catalogue
            .experiment(experiment)
            .orElseThrow(() -> new ItemRejected("unknown_experiment", "no such experiment"));
    if (!facts.started()) {
      throw new ItemRejected("experiment_not_started", "the experiment was never started");
    }
    if (!facts.variants().contains(variant)) {
      throw new ItemRejected("unknown_variant", "the experiment has no such variant");
    }
  }

  private static void surface(String surface) throws ItemRejected {
    if (!Limits.isText(surface, Limits.SURFACE)) {
      throw new ItemRejected("invalid_value", "surface: 1 to 64 printable characters");
    }
  }

  /** A segment that nobody could ask for is left out: the subject saw the variant all the same. */
  private static SortedMap<String, String> usable(SortedMap<String, String> segments)
      throws ItemRejected {
    if (segments.size() > Limits.SEGMENTS) {
      throw new ItemRejected("too_many_segments", "at most 8 segments");
    }
    segments
        .entrySet()
        .removeIf(segment ->
            !Limits.isSegmentName(segment.getKey())
                || !Limits.isText(segment.getValue(), Limits.SEGMENT_VALUE));
    return segments;
  }

  // --- outcomes

  private void outcome(int index, JsonObject json) throws FieldRefused {
    var in = new JsonFields(json, "outcomes[" + index + "].");
    in.onlyKnows(OUTCOME);
    String id = in.text("id");
    String subject = in.text("subject");
    String metric = in.text("metric");
    BigDecimal value = in.decimal("value");
    String time = in.text("time");
    try {
      UUID uuid = id(id);
      subject(subject);
      MetricFacts facts =
          catalogue
              .metric(metric)
              .orElseThrow(() -> new ItemRejected("unknown_metric", "no such metric"));
      if (!Limits.isAmount(value)) {
        throw new ItemRejected("invalid_value", "up to 10^9 with up to 6 decimals");
      }
      outcomes.add(
          new Outcome(uuid, subject, metric, facts.kind(), facts.cap(), value, time(time)));
    } catch (ItemRejected e) {
      reject("outcome", index, id, e, json);
    }
  }

  // --- both

  private static UUID id(String id) throws ItemRejected {
    return Limits.id(id).orElseThrow(() -> new ItemRejected("invalid_id", "a UUID is expected"));
  }

  private static void subject(String subject) throws ItemRejected {
    if (!Limits.isSubject(subject)) {
      throw new ItemRejected(
          "invalid_subject", "22 characters of base64url are expected, the hashed subject");
    }
  }

  private Instant time(String time) throws ItemRejected {
    Optional<Instant> read = EventJson.time(time).filter(t -> t.isBefore(now.plus(AHEAD)));
    return read.orElseThrow(() ->
        new ItemRejected(
            "invalid_time", "ISO 8601 from 2000 on, at most a day ahead, is expected"));
  }

  private void reject(String kind, int index, String id, ItemRejected why, JsonObject json) {
    String shown = id.length() <= ID_SHOWN ? id : id.substring(0, ID_SHOWN);
    var rejected =
        new Receipt.Rejected(kind, index, shown, why.code, String.valueOf(why.getMessage()));
    refusals.add(new Refusal(rejected, withoutPerson(json).toString()));
  }

  /** A subject that is not hashed may be a name or an address; it must not be kept. */
  private static JsonObject withoutPerson(JsonObject json) {
    return Limits.isSubject(json.getString("subject"))
        ? json
        : Json.createObjectBuilder(json).add("subject", "(removed: not hashed)").build();
  }
}
