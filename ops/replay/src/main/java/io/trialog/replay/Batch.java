package io.trialog.replay;

import jakarta.json.stream.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Consecutive rows that travel in one request.
 *
 * @param firstRow number of data rows before this batch
 * @param endRow number of data rows up to its end; bad rows count, so it may exceed the events
 */
record Batch(long firstRow, long endRow, List<Event> events) {

  /** Events of a replay were shown on a surface that the platform does not serve. */
  static final String SURFACE = "replay";

  /** The collector takes 1 MiB; the rest is room for what the estimate leaves out. */
  static final int MOST_BYTES = 900_000;

  private static final int BYTES_BESIDE_TEXT = 400;
  private static final int LONGEST_ESCAPE = 6;

  Batch {
    events = List.copyOf(events);
  }

  /** One row: an exposure and an outcome at the same time. */
  record Event(
      long line,
      UUID exposureId,
      UUID outcomeId,
      String subject,
      String variant,
      Instant time,
      Map<String, String> segments,
      BigDecimal value) {

    public Event {
      segments = Map.copyOf(segments);
    }

    /** An upper bound of the bytes of both items, beside the keys of experiment and metric. */
    int estimatedBytes() {
      int characters = 0;
      for (Map.Entry<String, String> segment : segments.entrySet()) {
        characters += segment.getKey().length() + LONGEST_ESCAPE * segment.getValue().length() + 6;
      }
      return BYTES_BESIDE_TEXT + 2 * variant.length() + characters;
    }
  }

  /** The request body of {@code POST /api/v1/batches}. */
  byte[] json(String experiment, String metric) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(MOST_BYTES / 2);
    try (JsonGenerator json = Json.PROVIDER.createGenerator(bytes)) {
      json.writeStartObject().writeStartArray("exposures");
      events.forEach(event -> exposure(json, experiment, event));
      json.writeEnd().writeStartArray("outcomes");
      events.forEach(event -> outcome(json, metric, event));
      json.writeEnd().writeEnd();
    }
    return bytes.toByteArray();
  }

  private static void exposure(JsonGenerator json, String experiment, Event event) {
    json.writeStartObject()
        .write("id", event.exposureId().toString())
        .write("experiment", experiment)
        .write("variant", event.variant())
        .write("subject", event.subject())
        .write("time", event.time().toString())
        .write("surface", SURFACE)
        .write("epoch", 0);
    if (!event.segments().isEmpty()) {
      json.writeStartObject("segments");
      event.segments().forEach(json::write);
      json.writeEnd();
    }
    json.writeEnd();
  }

  private static void outcome(JsonGenerator json, String metric, Event event) {
    json.writeStartObject()
        .write("id", event.outcomeId().toString())
        .write("subject", event.subject())
        .write("metric", metric)
        .write("value", event.value())
        .write("time", event.time().toString())
        .writeEnd();
  }
}
