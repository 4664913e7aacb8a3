package io.trialog.command.experiment;

import io.trialog.command.DesignReader;
import io.trialog.http.Fields;
import io.trialog.language.Change;
import io.trialog.language.InvalidValue;
import io.trialog.language.RampPlan;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Changes from the members of a body. Traffic is a share of 0 to 1 with at most 6 decimals. */
public final class ChangeReader {
  private static final BigDecimal PPM = new BigDecimal(1_000_000);

  private enum Kind {
    START,
    RAMP,
    PLAN,
    RETARGET,
    REALLOCATE,
    REVIVE,
    CONCLUDE
  }

  private ChangeReader() {}

  /** The change that a body proposes: {@code kind} says which, its members stand beside it. */
  public static Change read(Fields body) {
    return switch (body.word("kind", Kind.class)) {
      case START -> new Change.StartAt(traffic(body), body.bool("equal_arms", false));
      case RAMP -> new Change.RampTo(traffic(body), body.bool("equal_arms", false));
      case PLAN -> new Change.FollowPlan(plan(body));
      case RETARGET -> new Change.Retarget(DesignReader.targeting(body));
      case REALLOCATE -> new Change.Reallocate(DesignReader.variants(body));
      case REVIVE -> new Change.Revive(traffic(body));
      case CONCLUDE -> new Change.Conclude(body.text("winner"));
    };
  }

  /** How a submitted experiment is to start, from its {@code launch}; null when not said. */
  public static @Nullable Change launch(Fields body) {
    if (body.optionalJson("launch") == null) {
      return null;
    }
    Fields launch = body.object("launch");
    Change change =
        launch.names().contains("steps")
            ? new Change.FollowPlan(plan(launch))
            : new Change.StartAt(traffic(launch), launch.bool("equal_arms", false));
    launch.done();
    return change;
  }

  /** A ramp plan from its steps. */
  public static RampPlan plan(Fields body) {
    return new RampPlan(
        body.objects("steps", ChangeReader::step),
        body.bool("equal_arms", false),
        instant("cutoff", body.optionalText("cutoff")));
  }

  private static RampPlan.Step step(Fields step) {
    return new RampPlan.Step(
        traffic(step),
        orNone(step.optionalInteger("after_minutes")),
        orNone(step.optionalInteger("minimum_sample")),
        step.bool("guardrails_healthy", false),
        step.bool("approval", false));
  }

  private static long orNone(@Nullable Long value) {
    return value == null ? 0 : value;
  }

  /** The traffic in parts per million. */
  public static int traffic(Fields body) {
    return ppm(body, body.decimal("traffic"));
  }

  /** The traffic in parts per million, or null when not said. */
  public static @Nullable Integer optionalTraffic(Fields body) {
    BigDecimal share = body.optionalDecimal("traffic");
    return share == null ? null : ppm(body, share);
  }

  private static int ppm(Fields body, BigDecimal share) {
    String field = body.path("traffic");
    if (share.signum() < 0 || share.compareTo(BigDecimal.ONE) > 0) {
      throw new InvalidValue(field, "must be within 0 and 1; found " + share.toPlainString());
    }
    try {
      return share.multiply(PPM).intValueExact();
    } catch (ArithmeticException e) {
      throw new InvalidValue(field, "must have at most 6 decimals");
    }
  }

  private static @Nullable Instant instant(String field, @Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      return Instant.parse(text.toUpperCase(Locale.ROOT));
    } catch (DateTimeException e) {
      throw new InvalidValue(field, "must be an ISO 8601 time with a zone; found \"" + text + "\"");
    }
  }
}
