package io.trialog.sdk.core.events;

import io.trialog.sdk.core.json.JsonException;
import io.trialog.sdk.core.json.JsonWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** A metric event of a subject, as the collector takes it (protocol clause 6.4). */
public final class Outcome {
  /** Decimals that are kept; a double is rounded half to even. */
  public static final int MAX_DECIMALS = 6;

  /** Largest absolute value. */
  public static final BigDecimal MAX_VALUE = new BigDecimal("1000000000");

  private final UUID id;
  private final String hashedSubject;
  private final String metric;
  private final BigDecimal value;
  private final Instant time;

  private Outcome(UUID id, String hashedSubject, String metric, BigDecimal value, Instant time) {
    this.id = id;
    this.hashedSubject = hashedSubject;
    this.metric = metric;
    this.value = value;
    this.time = time;
  }

  /**
   * An outcome.
   *
   * @param hashedSubject as {@code Subjects.hash} makes it
   * @param value finite, at most 1e9 in size; rounded to six decimals
   * @throws IllegalArgumentException for a value outside of that
   */
  public static Outcome of(String hashedSubject, String metric, double value, Instant time) {
    if (!(Math.abs(value) <= MAX_VALUE.doubleValue())) {
      throw new IllegalArgumentException("expected a value within 1e9 for " + metric);
    }
    BigDecimal rounded = BigDecimal.valueOf(value).setScale(MAX_DECIMALS, RoundingMode.HALF_EVEN);
    return new Outcome(
        UuidV7.at(time.toEpochMilli()), hashedSubject, metric, rounded.stripTrailingZeros(), time);
  }

  public UUID id() {
    return id;
  }

  /** As {@code Subjects.hash} makes it; the raw subject is not here. */
  public String hashedSubject() {
    return hashedSubject;
  }

  public String metric() {
    return metric;
  }

  /** At most six decimals, without trailing zeros. */
  public BigDecimal value() {
    return value;
  }

  public Instant time() {
    return time;
  }

  /** The JSON object of the collector's batch. */
  String json() throws JsonException {
    Map<String, Object> tree = new HashMap<>();
    tree.put("id", id.toString());
    tree.put("subject", hashedSubject);
    tree.put("metric", metric);
    tree.put("value", new JsonWriter.Decimal(value));
    tree.put("time", time.toString());
    return JsonWriter.write(tree);
  }
}
