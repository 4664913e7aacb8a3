package io.trialog.measurement;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * A metric event of a subject.
 *
 * @param id made by the client; a retry carries the same id and the same time
 * @param subject hashed subject, 22 characters of base64url
 * @param kind of the metric when the event was accepted
 * @param cap of a subject's running total when the event was accepted, in the unit of the metric
 * @param value in the unit of the metric, within {@link Limits#isAmount}
 */
public record Outcome(
    UUID id,
    String subject,
    String metric,
    MetricKind kind,
    Optional<BigDecimal> cap,
    BigDecimal value,
    Instant time) {
  public Outcome {
    Objects.requireNonNull(id);
    Objects.requireNonNull(subject);
    Objects.requireNonNull(metric);
    Objects.requireNonNull(kind);
    Objects.requireNonNull(cap);
    Objects.requireNonNull(value);
    Objects.requireNonNull(time);
  }
}
