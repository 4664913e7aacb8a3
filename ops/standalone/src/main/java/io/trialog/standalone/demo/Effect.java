package io.trialog.standalone.demo;

/**
 * What a variant does to people, as factors; 1 changes nothing.
 *
 * @param bookings on the probability to book or order in a visit
 * @param value on the value of a booking or order
 * @param minutes on the minutes of a delivery
 * @param errors on the probability that a visit meets an error
 */
record Effect(double bookings, double value, double minutes, double errors) {
  static final Effect NONE = new Effect(1, 1, 1, 1);

  static Effect onBookings(double factor) {
    return new Effect(factor, 1, 1, 1);
  }

  static Effect onValue(double factor) {
    return new Effect(1, factor, 1, 1);
  }

  static Effect onMinutes(double factor) {
    return new Effect(1, 1, factor, 1);
  }

  /** Both at once. */
  Effect and(Effect other) {
    return new Effect(
        bookings * other.bookings,
        value * other.value,
        minutes * other.minutes,
        errors * other.errors);
  }
}
