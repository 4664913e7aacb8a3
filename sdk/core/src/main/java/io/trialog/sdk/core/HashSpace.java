package io.trialog.sdk.core;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Slots that an experiment shares with others: a salt, and the unit that is hashed with it. As all
 * 200 experiments of an environment ask for the same slot of the same subject, each thread
 * remembers its last answer (see {@link Slots}).
 */
final class HashSpace {
  static final int NO_SLOT = -1;

  /** In turn: the shared spaces of one snapshot are neighbours, and so do not collide. */
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final String salt;
  private final String unit;
  private final byte[] prefix;
  private final int number;

  private HashSpace(String salt, String unit, int number) {
    this.number = number;
    this.salt = salt;
    this.unit = unit.intern();
    this.prefix = Slots.prefix(salt);
  }

  /** A space of one owner. */
  static HashSpace of(String what, String salt, String unit) {
    return of(what, salt, unit, 0);
  }

  /** A space whose slots are remembered. */
  static HashSpace shared(String what, String salt, String unit) {
    return of(what, salt, unit, NUMBERS.getAndIncrement());
  }

  private static HashSpace of(String what, String salt, String unit, int number) {
    return new HashSpace(
        Keys.text("salt of " + what, salt, Keys.MAX_TEXT),
        Keys.name("unit of " + what, unit),
        number);
  }

  String salt() {
    return salt;
  }

  String unit() {
    return unit;
  }

  /** The slot of the context's unit; NO_SLOT without one. */
  int slot(Context context) {
    String subject = context.subject(unit);
    return subject == null ? NO_SLOT : Slots.remembered(prefix, number, subject);
  }

  /** The slot of a subject that few others will ask for. */
  int slotOf(String subject) {
    return Slots.slot(prefix, subject);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HashSpace
        && salt.equals(((HashSpace) other).salt)
        && unit.equals(((HashSpace) other).unit);
  }

  @Override
  public int hashCode() {
    return salt.hashCode() * 31 + unit.hashCode();
  }
}
