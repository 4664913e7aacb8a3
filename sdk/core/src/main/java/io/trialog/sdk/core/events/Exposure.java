package io.trialog.sdk.core.events;

import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.json.JsonException;
import io.trialog.sdk.core.json.JsonWriter;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;

/** The fact that a subject was given a variant, as the collector takes it (protocol clause 6.2). */
public final class Exposure {
  /** Most segments of an exposure. */
  public static final int MAX_SEGMENTS = 8;

  /** Longest name of a segment. */
  public static final int MAX_SEGMENT_NAME = 32;

  /** Longest value of a segment. */
  public static final int MAX_SEGMENT_VALUE = 64;

  private final UUID id;
  private final String experiment;
  private final String variant;
  private final String hashedSubject;
  private final Instant time;
  private final String surface;
  private final int epoch;
  private final OptionalLong position;
  private final Map<String, String> segments;

  private Exposure(
      UUID id,
      String experiment,
      String variant,
      String hashedSubject,
      Instant time,
      String surface,
      int epoch,
      OptionalLong position,
      Map<String, String> segments) {
    this.id = id;
    this.experiment = experiment;
    this.variant = variant;
    this.hashedSubject = hashedSubject;
    this.time = time;
    this.surface = surface;
    this.epoch = epoch;
    this.position = position;
    this.segments = segments;
  }

  /**
   * The exposure of a decision.
   *
   * @param surface where it was shown; the experiment's surface when empty
   * @param segments at most 8; too long names and values are cut
   * @throws IllegalArgumentException unless the decision assigned a subject
   */
  public static Exposure of(
      Decision decision, Instant time, String surface, Map<String, String> segments) {
    if (!decision.assigned()) {
      throw new IllegalArgumentException("only an assigned decision is an exposure: " + decision);
    }
    return new Exposure(
        UuidV7.at(time.toEpochMilli()),
        decision.experiment(),
        decision.variant(),
        decision.hashedSubject().orElseThrow(),
        time,
        surface.isEmpty() ? decision.surface().orElse("") : surface,
        decision.epoch().orElseThrow(),
        decision.position(),
        Collections.unmodifiableMap(limited(segments)));
  }

  private static Map<String, String> limited(Map<String, String> segments) {
    Map<String, String> limited = new TreeMap<>();
    for (Map.Entry<String, String> segment : segments.entrySet()) {
      if (limited.size() < MAX_SEGMENTS) {
        limited.put(
            cut(segment.getKey(), MAX_SEGMENT_NAME), cut(segment.getValue(), MAX_SEGMENT_VALUE));
      }
    }
    return limited;
  }

  /** Never cuts a surrogate pair in two. */
  private static String cut(String text, int limit) {
    if (text.length() <= limit) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(limit - 1)) ? limit - 1 : limit;
    return text.substring(0, end);
  }

  public UUID id() {
    return id;
  }

  public String experiment() {
    return experiment;
  }

  public String variant() {
    return variant;
  }

  /** As {@code Subjects.hash} makes it; the raw subject is not here. */
  public String hashedSubject() {
    return hashedSubject;
  }

  public Instant time() {
    return time;
  }

  public String surface() {
    return surface;
  }

  public int epoch() {
    return epoch;
  }

  /** Position of the snapshot that assigned. */
  public OptionalLong position() {
    return position;
  }

  /** Sorted by name, unmodifiable. */
  public Map<String, String> segments() {
    return segments;
  }

  /** The JSON object of the collector's batch. */
  String json() throws JsonException {
    Map<String, Object> tree = new HashMap<>();
    tree.put("id", id.toString());
    tree.put("experiment", experiment);
    tree.put("variant", variant);
    tree.put("subject", hashedSubject);
    tree.put("time", time.toString());
    tree.put("surface", surface);
    tree.put("epoch", epoch);
    position.ifPresent(value -> tree.put("position", value));
    if (!segments.isEmpty()) {
      tree.put("segments", segments);
    }
    return JsonWriter.write(tree);
  }
}
