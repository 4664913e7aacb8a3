package io.trialog.standalone.demo;

/**
 * How many visits are due. A thread that comes late makes up for at most one second: what it missed
 * beyond that never takes place, so that a slow machine is not buried. Not safe for threads.
 *
 * <p>After {@value #FULL_MILLIS} ms a tenth of the visits go on. All that the stream job keeps of a
 * subject is part of each of its checkpoints, and a forgotten demo should not fill a disk.
 */
final class Pace {
  static final double VISITS_PER_SECOND = 60;
  static final long FULL_MILLIS = 30 * 60_000L;

  private static final double SLOW = 0.1;
  private static final double MOST_AT_ONCE = VISITS_PER_SECOND;

  private final long beginMillis;
  private long lastMillis;
  private double owed;

  Pace(long nowMillis) {
    this.beginMillis = nowMillis;
    this.lastMillis = nowMillis;
  }

  /** Visits due since the last question, at most {@value #VISITS_PER_SECOND}. */
  int due(long nowMillis) {
    double seconds = Math.max(0, nowMillis - lastMillis) / 1000.0;
    lastMillis = Math.max(lastMillis, nowMillis);
    double rate = VISITS_PER_SECOND * (nowMillis - beginMillis < FULL_MILLIS ? 1 : SLOW);
    owed = Math.min(MOST_AT_ONCE, owed + seconds * rate);
    int whole = (int) owed;
    owed -= whole;
    return whole;
  }
}
