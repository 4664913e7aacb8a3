package io.trialog.query;

import io.trialog.language.InvalidValue;
import io.trialog.projections.Projections;
import io.trialog.snapshots.Directory;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The query parameters of one request, taken one by one; {@link #done()} refuses what nobody took,
 * because a misspelt filter would answer with more than was asked for.
 */
public final class Parameters {
  /** The longest wait for {@code min_position}. */
  static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  private static final int LENGTH_LIMIT = 1_000;

  private final HttpServletRequest request;
  private final Set<String> taken = new HashSet<>();

  private Parameters(HttpServletRequest request) {
    this.request = request;
  }

  public static Parameters of(HttpServletRequest request) {
    return new Parameters(request);
  }

  /** For a route without parameters of its own: waits for {@code min_position}. */
  static void onlyPosition(
      HttpServletRequest request, Projections projections, Projections.View view) {
    Parameters parameters = of(request);
    long position = parameters.minPosition();
    parameters.done();
    projections.require(view, position, LONGEST_WAIT);
  }

  /** A text, or null when absent. */
  public @Nullable String text(String name) {
    taken.add(name);
    String[] values = request.getParameterValues(name);
    if (values == null) {
      return null;
    }
    if (values.length > 1) {
      throw new InvalidValue(name, "must be given once; found " + values.length);
    }
    if (values[0].isEmpty() || values[0].length() > LENGTH_LIMIT) {
      throw new InvalidValue(name, "must have 1 to " + LENGTH_LIMIT + " characters");
    }
    return values[0];
  }

  /** True or false; false when absent. */
  boolean truth(String name) {
    String text = text(name);
    if (text == null || text.equals("false")) {
      return false;
    }
    if (text.equals("true")) {
      return true;
    }
    throw new InvalidValue(name, "must be true or false; found \"" + text + "\"");
  }

  /** A whole number, or the default when absent. */
  long integer(String name, long orElse, long from, long to) {
    String text = text(name);
    if (text == null) {
      return orElse;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= from && value <= to) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Refused below, like a number out of range.
    }
    throw new InvalidValue(
        name, "must be a whole number within " + from + " and " + to + "; found \"" + text + "\"");
  }

  /** An instant such as {@code 2026-11-22T16:00:00Z}, or null when absent. */
  @Nullable Instant instant(String name) {
    String text = text(name);
    return text == null ? null : instant(name, text);
  }

  static Instant instant(String name, String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new InvalidValue(
          name, "must be an instant such as 2026-11-22T16:00:00Z; found \"" + text + "\"");
    }
  }

  /** The position that the caller has seen already, 0 when absent. */
  long minPosition() {
    return integer("min_position", 0, 0, Long.MAX_VALUE);
  }

  /** The current state of everything, once it shows {@code min_position}; no parameter is left. */
  public Directory directory(Projections projections) {
    long position = minPosition();
    done();
    projections.require(Projections.View.DIRECTORY, position, LONGEST_WAIT);
    return projections.directory();
  }

  /** Refuses parameters that nobody took. */
  public void done() {
    Set<String> given = request.getParameterMap().keySet();
    if (taken.containsAll(given)) {
      return;
    }
    for (String name : new TreeSet<>(given)) {
      if (!taken.contains(name)) {
        throw new InvalidValue(
            name,
            "is not a known parameter here; known are " + String.join(", ", new TreeSet<>(taken)));
      }
    }
  }
}
