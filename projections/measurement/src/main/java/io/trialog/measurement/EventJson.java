package io.trialog.measurement;

import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/** The JSON of {@code trialog.exposures} and {@code trialog.outcomes}. */
public final class EventJson {
  private EventJson() {}

  /** Writes an exposure as UTF-8. */
  public static byte[] write(Exposure exposure) {
    var out =
        new JsonText()
            .text("id", exposure.id().toString())
            .text("experiment", exposure.experiment())
            .text("variant", exposure.variant())
            .text("subject", exposure.subject())
            .text("time", exposure.time().toString())
            .text("surface", exposure.surface())
            .number("epoch", exposure.epoch());
    exposure.position().ifPresent(p -> out.number("position", p));
    if (!exposure.segments().isEmpty()) {
      out.texts("segments", exposure.segments());
    }
    return out.end().getBytes(StandardCharsets.UTF_8);
  }

  /** Writes an outcome as UTF-8. */
  public static byte[] write(Outcome outcome) {
    var out =
        new JsonText()
            .text("id", outcome.id().toString())
            .text("subject", outcome.subject())
            .text("metric", outcome.metric())
            .text("kind", outcome.kind().word());
    outcome.cap().ifPresent(cap -> out.decimal("cap", cap));
    out.decimal("value", outcome.value()).text("time", outcome.time().toString());
    return out.end().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads an exposure written by anybody who may write to the topic; unknown members are ignored.
   *
   * @throws FieldRefused if a member is missing or outside {@link Limits}
   */
  public static Exposure readExposure(byte[] utf8) throws FieldRefused {
    var in = new JsonFields(StrictJson.object(utf8), "");
    return new Exposure(
        id(in),
        key(in, "experiment"),
        key(in, "variant"),
        subject(in),
        time(in),
        must(Limits.isText(in.text("surface"), Limits.SURFACE), in.text("surface"), "surface"),
        (int) in.integer("epoch", 0, Limits.EPOCH),
        in.optionalInteger("position", 0, Long.MAX_VALUE),
        segments(in));
  }

  /**
   * Reads an outcome written by anybody who may write to the topic; unknown members are ignored.
   *
   * @throws FieldRefused if a member is missing or outside {@link Limits}
   */
  public static Outcome readOutcome(byte[] utf8) throws FieldRefused {
    var in = new JsonFields(StrictJson.object(utf8), "");
    Optional<BigDecimal> cap = in.optionalDecimal("cap");
    if (cap.isPresent() && !Limits.isCap(cap.get())) {
      throw invalid("cap");
    }
    return new Outcome(id(in), subject(in), key(in, "metric"), kind(in), cap, value(in), time(in));
  }

  private static UUID id(JsonFields in) throws FieldRefused {
    return Limits.id(in.text("id")).orElseThrow(() -> invalid("id"));
  }

  private static String key(JsonFields in, String name) throws FieldRefused {
    String key = in.text(name);
    return must(Limits.isKey(key), key, name);
  }

  private static String subject(JsonFields in) throws FieldRefused {
    String subject = in.text("subject");
    return must(Limits.isSubject(subject), subject, "subject");
  }

  private static MetricKind kind(JsonFields in) throws FieldRefused {
    return MetricKind.of(in.text("kind")).orElseThrow(() -> invalid("kind"));
  }

  private static BigDecimal value(JsonFields in) throws FieldRefused {
    BigDecimal value = in.decimal("value");
    return must(Limits.isAmount(value), value, "value");
  }

  private static Instant time(JsonFields in) throws FieldRefused {
    return time(in.text("time")).orElseThrow(() -> invalid("time"));
  }

  /** A moment in ISO 8601 with an offset or Z, within {@link Limits#isTime}; empty for all else. */
  public static Optional<Instant> time(String text) {
    if (text.length() > 40) {
      return Optional.empty();
    }
    try {
      return Optional.of(Instant.parse(text)).filter(Limits::isTime);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static SortedMap<String, String> segments(JsonFields in) throws FieldRefused {
    JsonObject object = in.optionalObject("segments").orElse(JsonValue.EMPTY_JSON_OBJECT);
    if (object.size() > Limits.SEGMENTS) {
      throw invalid("segments");
    }
    var segments = new TreeMap<String, String>();
    for (Map.Entry<String, JsonValue> segment : object.entrySet()) {
      if (!Limits.isSegmentName(segment.getKey())
          || !(segment.getValue() instanceof JsonString value)
          || !Limits.isText(value.getString(), Limits.SEGMENT_VALUE)) {
        throw invalid("segments");
      }
      segments.put(segment.getKey(), value.getString());
    }
    return segments;
  }

  private static <T> T must(boolean holds, T value, String field) throws FieldRefused {
    if (holds) {
      return value;
    }
    throw invalid(field);
  }

  private static FieldRefused invalid(String field) {
    return new FieldRefused("invalid_value", field, "outside its limits");
  }
}
