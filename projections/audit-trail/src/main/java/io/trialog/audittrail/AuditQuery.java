package io.trialog.audittrail;

import io.trialog.language.InvalidValue;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What to look for; an absent part admits everything.
 *
 * @param experiment key of the experiment that the event is about
 * @param actor id of who did it, or on whose behalf an automation did
 * @param type name of the event in the log, {@code ExperimentKilled}
 * @param from earliest time, inclusive
 * @param to end of time, exclusive
 * @param words all must occur, in any case: in the type, reason, actor, experiment, title or the
 *     event's texts; {@code "a phrase"}, {@code begin*}, {@code a|b} and {@code -not} are
 *     understood
 * @param limit of entries a page, 1 to 500
 * @param cursor of the page before
 */
public record AuditQuery(
    @Nullable String experiment,
    @Nullable String actor,
    @Nullable String type,
    @Nullable Instant from,
    @Nullable Instant to,
    @Nullable String words,
    int limit,
    @Nullable String cursor) {

  /** Most entries of a page. */
  public static final int MAX_LIMIT = 500;

  private static final int DEFAULT_LIMIT = 50;
  private static final int WORDS_LIMIT = 500;

  public AuditQuery {
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new InvalidValue("limit", "must be within 1 and 500; found " + limit);
    }
    if (words != null && words.length() > WORDS_LIMIT) {
      throw new InvalidValue("q", "must have at most 500 characters, has " + words.length());
    }
    if (cursor != null) {
      positionOf(cursor);
    }
  }

  /** Everything, 50 a page. */
  public static AuditQuery everything() {
    return new AuditQuery(null, null, null, null, null, null, DEFAULT_LIMIT, null);
  }

  /** The same, about one experiment. */
  public AuditQuery ofExperiment(@Nullable String key) {
    return new AuditQuery(key, actor, type, from, to, words, limit, cursor);
  }

  /** The same, by one actor. */
  public AuditQuery byActor(@Nullable String id) {
    return new AuditQuery(experiment, id, type, from, to, words, limit, cursor);
  }

  /** The same, of one type. */
  public AuditQuery ofType(@Nullable String name) {
    return new AuditQuery(experiment, actor, name, from, to, words, limit, cursor);
  }

  /** The same, within {@code from} (inclusive) and {@code to} (exclusive). */
  public AuditQuery within(@Nullable Instant begin, @Nullable Instant end) {
    return new AuditQuery(experiment, actor, type, begin, end, words, limit, cursor);
  }

  /** The same, with these words. */
  public AuditQuery withWords(@Nullable String text) {
    return new AuditQuery(experiment, actor, type, from, to, text, limit, cursor);
  }

  /** The same, with pages of this size. */
  public AuditQuery limitedTo(int entries) {
    return new AuditQuery(experiment, actor, type, from, to, words, entries, cursor);
  }

  /** The same, from where a page ended; absent for the first page. */
  public AuditQuery after(@Nullable String pageEnd) {
    return new AuditQuery(experiment, actor, type, from, to, words, limit, pageEnd);
  }

  /** Entries must stand below this position; the highest number when there is no cursor. */
  public long below() {
    return cursor == null ? Long.MAX_VALUE : positionOf(cursor);
  }

  /** The cursor of a page that ends with this position. */
  public static String cursorOf(long position) {
    return "below-" + position;
  }

  private static long positionOf(String cursor) {
    try {
      String digits = cursor.startsWith("below-") ? cursor.substring(6) : "";
      long position = Long.parseLong(digits);
      if (position > 0 && cursorOf(position).equals(cursor)) {
        return position;
      }
    } catch (NumberFormatException e) {
      // Falls through: not one of ours.
    }
    throw new InvalidValue("cursor", "must be one that a page gave");
  }
}
