package io.trialog.language.wire;

import io.trialog.language.Change;
import io.trialog.language.Change.Conclude;
import io.trialog.language.Change.FollowPlan;
import io.trialog.language.Change.RampTo;
import io.trialog.language.Change.Reallocate;
import io.trialog.language.Change.Retarget;
import io.trialog.language.Change.Revive;
import io.trialog.language.Change.StartAt;
import io.trialog.language.Design;
import io.trialog.language.InvalidValue;
import io.trialog.language.Keys;
import io.trialog.language.RampPlan;
import io.trialog.language.Targeting;
import jakarta.json.bind.adapter.JsonbAdapter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change as JSON: {@code kind} says which one ({@code start}, {@code ramp}, {@code plan}, {@code
 * retarget}, {@code reallocate}, {@code revive}, {@code conclude}); only its own members stand
 * beside it.
 */
public final class ChangeJson {
  private ChangeJson() {}

  /** All members that a change may have. */
  public record Flat(
      String kind,
      @Nullable Integer trafficPpm,
      @Nullable Boolean equalArms,
      @Nullable RampPlan plan,
      @Nullable Targeting targeting,
      @Nullable List<Design.Variant> variants,
      @Nullable String winner) {}

  private static Flat flat(Change change) {
    return switch (change) {
      case StartAt c -> new Flat("start", c.trafficPpm(), c.equalArms(), null, null, null, null);
      case RampTo c -> new Flat("ramp", c.trafficPpm(), c.equalArms(), null, null, null, null);
      case FollowPlan c -> new Flat("plan", null, null, c.plan(), null, null, null);
      case Retarget c -> new Flat("retarget", null, null, null, c.targeting(), null, null);
      case Reallocate c -> new Flat("reallocate", null, null, null, null, c.variants(), null);
      case Revive c -> new Flat("revive", c.trafficPpm(), null, null, null, null, null);
      case Conclude c -> new Flat("conclude", null, null, null, null, null, c.winner());
    };
  }

  private static Change change(Flat flat) {
    return switch (Keys.require("change.kind", flat.kind())) {
      case "start" -> new StartAt(must("traffic_ppm", flat.trafficPpm()), isTrue(flat.equalArms()));
      case "ramp" -> new RampTo(must("traffic_ppm", flat.trafficPpm()), isTrue(flat.equalArms()));
      case "plan" -> new FollowPlan(must("plan", flat.plan()));
      case "retarget" -> new Retarget(must("targeting", flat.targeting()));
      case "reallocate" -> new Reallocate(must("variants", flat.variants()));
      case "revive" -> new Revive(must("traffic_ppm", flat.trafficPpm()));
      case "conclude" -> new Conclude(must("winner", flat.winner()));
      default -> throw new InvalidValue("change.kind", "is unknown; found \"" + flat.kind() + "\"");
    };
  }

  private static <T> T must(String member, @Nullable T value) {
    if (value == null) {
      throw new InvalidValue("change." + member, "is required");
    }
    return value;
  }

  private static boolean isTrue(@Nullable Boolean value) {
    return Boolean.TRUE.equals(value);
  }

  /** For JSON-B. */
  public static final class Adapter implements JsonbAdapter<Change, Flat> {
    @Override
    public Flat adaptToJson(Change change) {
      return flat(change);
    }

    @Override
    public Change adaptFromJson(Flat flat) {
      return change(flat);
    }
  }
}
