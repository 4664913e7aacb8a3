package io.trialog.sdk.core;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What a flag gave, and why. Immutable. It never makes an exposure. */
public final class FlagDecision {
  private static final int NONE = -1;

  private final String flag;
  private final String value;
  private final FlagReason reason;
  private final @Nullable String variant;
  private final int rule;
  private final int slot;
  private final @Nullable Snapshot snapshot;

  private FlagDecision(
      String flag,
      String value,
      FlagReason reason,
      @Nullable String variant,
      int rule,
      int slot,
      @Nullable Snapshot snapshot) {
    this.flag = flag;
    this.value = value;
    this.reason = reason;
    this.variant = variant;
    this.rule = rule;
    this.slot = slot;
    this.snapshot = snapshot;
  }

  static FlagDecision fallback(
      @Nullable Snapshot snapshot, String flag, String fallback, FlagReason reason) {
    return new FlagDecision(flag, fallback, reason, null, NONE, NONE, snapshot);
  }

  static FlagDecision off(Snapshot snapshot, Flag flag, FlagReason reason, int rule) {
    Flag.Value off = flag.offValue();
    return new FlagDecision(flag.key(), off.value(), reason, off.key(), rule, NONE, snapshot);
  }

  static FlagDecision of(Snapshot snapshot, Flag flag, Flag.Value given, int rule, int slot) {
    FlagReason reason = rule == NONE ? FlagReason.DEFAULT : FlagReason.RULE_MATCH;
    return new FlagDecision(flag.key(), given.value(), reason, given.key(), rule, slot, snapshot);
  }

  /** The flag that was asked for. */
  public String flag() {
    return flag;
  }

  /** The JSON text of the value: the variant's, or the caller's fallback. */
  public String value() {
    return value;
  }

  /** The value if it is a boolean, else the fallback. */
  public boolean asBoolean(boolean fallback) {
    return JsonText.truth(value, fallback);
  }

  /** The value if it is a number, else the fallback. */
  public double asNumber(double fallback) {
    return JsonText.number(value, fallback);
  }

  /** The value if it is a text, else the fallback. */
  public String asText(String fallback) {
    return JsonText.text(value, fallback);
  }

  /**
   * The value as {@code Map}, {@code List}, {@code String}, {@code Boolean}, {@code Long} or {@code
   * BigDecimal}; empty when it is null or no JSON.
   */
  public Optional<Object> asTree() {
    return JsonText.tree(value);
  }

  public FlagReason reason() {
    return reason;
  }

  /** The variant; absent when the answer is the caller's fallback. */
  public Optional<String> variant() {
    return Optional.ofNullable(variant);
  }

  /** Index of the rule that is for this context, from 0. */
  public OptionalInt rule() {
    return rule == NONE ? OptionalInt.empty() : OptionalInt.of(rule);
  }

  /** 0 to 9,999; present where a slot decided between variants. */
  public OptionalInt slot() {
    return slot == NONE ? OptionalInt.empty() : OptionalInt.of(slot);
  }

  /** Position of the snapshot that answered. */
  public OptionalLong position() {
    return snapshot == null ? OptionalLong.empty() : OptionalLong.of(snapshot.position());
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof FlagDecision)) {
      return false;
    }
    FlagDecision that = (FlagDecision) other;
    return flag.equals(that.flag)
        && value.equals(that.value)
        && reason == that.reason
        && Objects.equals(variant, that.variant)
        && rule == that.rule
        && slot == that.slot
        && position().equals(that.position());
  }

  @Override
  public int hashCode() {
    return Objects.hash(flag, value, reason, rule, slot);
  }

  @Override
  public String toString() {
    return flag + "=" + variant + " " + reason;
  }
}
