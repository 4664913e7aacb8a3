package io.trialog.sdk.core;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The answer of an evaluation: a variant, and everything that explains it. Immutable. */
public final class Decision {
  private static final int NO_SLOT = -1;

  private final String experiment;
  private final String variant;
  private final Reason reason;
  private final @Nullable String payload;
  private final int slot;
  private final @Nullable String unit;
  private final @Nullable String subject;
  private final @Nullable Snapshot snapshot;
  private final @Nullable Experiment definition;

  private Decision(
      @Nullable Snapshot snapshot,
      @Nullable Experiment definition,
      String experiment,
      String variant,
      @Nullable String payload,
      Reason reason,
      int slot,
      @Nullable String unit,
      @Nullable String subject) {
    this.snapshot = snapshot;
    this.definition = definition;
    this.experiment = experiment;
    this.variant = variant;
    this.payload = payload;
    this.reason = reason;
    this.slot = slot;
    this.unit = unit;
    this.subject = subject;
  }

  /** The caller's fallback: nothing is known about the experiment. */
  static Decision fallback(
      @Nullable Snapshot snapshot, String experiment, String fallback, Reason reason) {
    return new Decision(snapshot, null, experiment, fallback, null, reason, NO_SLOT, null, null);
  }

  static Decision of(
      Snapshot snapshot,
      Experiment experiment,
      Variant variant,
      Reason reason,
      @Nullable String unit,
      @Nullable String subject,
      int slot) {
    return new Decision(
        snapshot,
        experiment,
        experiment.key(),
        variant.key(),
        variant.payloadOrNull(),
        reason,
        slot,
        unit,
        subject);
  }

  /** The experiment that was asked for. */
  public String experiment() {
    return experiment;
  }

  /** The variant to show. */
  public String variant() {
    return variant;
  }

  public Reason reason() {
    return reason;
  }

  /** True when the subject takes part, so that an exposure is to be recorded. */
  public boolean assigned() {
    return reason == Reason.ASSIGNED;
  }

  /** Whether it is an exposure that the memory has; allocates nothing. */
  public boolean isIn(ExposureMemory recorded) {
    return assigned()
        && definition != null
        && unit != null
        && subject != null
        && recorded.remembers(definition, variant, unit, subject);
  }

  /** The variant's JSON text. */
  public Optional<String> payload() {
    return Optional.ofNullable(payload);
  }

  /** The payload if it is a boolean, else the fallback. */
  public boolean payloadBoolean(boolean fallback) {
    return JsonText.truth(payload, fallback);
  }

  /** The payload if it is a number, else the fallback. */
  public double payloadNumber(double fallback) {
    return JsonText.number(payload, fallback);
  }

  /** The payload if it is a text, else the fallback. */
  public String payloadText(String fallback) {
    return JsonText.text(payload, fallback);
  }

  /**
   * The payload as {@code Map}, {@code List}, {@code String}, {@code Boolean}, {@code Long} or
   * {@code BigDecimal}; empty when there is none, and when it is null or no JSON.
   */
  public Optional<Object> payloadTree() {
    return JsonText.tree(payload);
  }

  /** 0 to 9,999; present for ASSIGNED and NOT_ENROLLED, where it decided. */
  public OptionalInt slot() {
    return slot == NO_SLOT ? OptionalInt.empty() : OptionalInt.of(slot);
  }

  /** Position of the snapshot that answered. */
  public OptionalLong position() {
    return snapshot == null ? OptionalLong.empty() : OptionalLong.of(snapshot.position());
  }

  /** Allocation epoch; present when the experiment is known. */
  public OptionalInt epoch() {
    return definition == null ? OptionalInt.empty() : OptionalInt.of(definition.epoch());
  }

  /** The experiment's surface; present when the experiment is known. */
  public Optional<String> surface() {
    return Optional.ofNullable(definition).map(Experiment::surface);
  }

  /** The unit that was found in the context: the experiment's, or its fallback. */
  public Optional<String> unit() {
    return Optional.ofNullable(unit);
  }

  /** The raw id, for the caller's own use; it must not leave the process. */
  public Optional<String> subject() {
    return Optional.ofNullable(subject);
  }

  /** The id that exposures carry (protocol clause 6.1). */
  public Optional<String> hashedSubject() {
    if (snapshot == null || unit == null || subject == null) {
      return Optional.empty();
    }
    return Optional.of(Subjects.hash(snapshot.environment(), unit, subject));
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof Decision)) {
      return false;
    }
    Decision that = (Decision) other;
    return experiment.equals(that.experiment)
        && variant.equals(that.variant)
        && reason == that.reason
        && Objects.equals(payload, that.payload)
        && slot == that.slot
        && Objects.equals(unit, that.unit)
        && Objects.equals(subject, that.subject)
        && epoch().equals(that.epoch())
        && position().equals(that.position());
  }

  @Override
  public int hashCode() {
    return Objects.hash(experiment, variant, reason, slot);
  }

  /** Without the subject: texts end up in logs. */
  @Override
  public String toString() {
    return experiment + "=" + variant + " " + reason;
  }
}
