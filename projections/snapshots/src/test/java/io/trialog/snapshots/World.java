package io.trialog.snapshots;

import static io.trialog.language.Targeting.Operator.ABOVE;
import static io.trialog.language.Targeting.Operator.AT_LEAST;
import static io.trialog.language.Targeting.Operator.AT_MOST;
import static io.trialog.language.Targeting.Operator.BELOW;
import static io.trialog.language.Targeting.Operator.CONTAINS_ALL;
import static io.trialog.language.Targeting.Operator.CONTAINS_ANY;
import static io.trialog.language.Targeting.Operator.CONTAINS_NONE;
import static io.trialog.language.Targeting.Operator.EQUALS;
import static io.trialog.language.Targeting.Operator.IN;
import static io.trialog.language.Targeting.Operator.NOT_IN;
import static io.trialog.language.Targeting.Operator.PREFIX;

import io.trialog.language.Basis;
import io.trialog.language.Design;
import io.trialog.language.EnvironmentEvent.EnvironmentCreated;
import io.trialog.language.EnvironmentEvent.KillSwitchEngaged;
import io.trialog.language.EnvironmentEvent.KillSwitchReleaseProposed;
import io.trialog.language.EnvironmentEvent.KillSwitchReleased;
import io.trialog.language.ExclusionSetEvent.ExclusionSetCreated;
import io.trialog.language.ExclusionSetEvent.SlotsReleased;
import io.trialog.language.ExclusionSetEvent.SlotsReserved;
import io.trialog.language.ExperimentEvent.ExperimentArchived;
import io.trialog.language.ExperimentEvent.ExperimentConcluded;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentPaused;
import io.trialog.language.ExperimentEvent.ExperimentRamped;
import io.trialog.language.ExperimentEvent.ExperimentReallocated;
import io.trialog.language.ExperimentEvent.ExperimentResumed;
import io.trialog.language.ExperimentEvent.ExperimentRetargeted;
import io.trialog.language.ExperimentEvent.ExperimentRevised;
import io.trialog.language.ExperimentEvent.ExperimentRevived;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.FlagDefinition;
import io.trialog.language.FlagEvent.FlagArchived;
import io.trialog.language.FlagEvent.FlagCreated;
import io.trialog.language.FlagEvent.FlagDisabled;
import io.trialog.language.FlagEvent.FlagEnabled;
import io.trialog.language.FlagEvent.FlagKilled;
import io.trialog.language.FlagEvent.FlagRevised;
import io.trialog.language.HoldoutDefinition;
import io.trialog.language.HoldoutEvent.HoldoutCreated;
import io.trialog.language.HoldoutEvent.HoldoutEnded;
import io.trialog.language.SlotRange;
import io.trialog.language.SlotSpan;
import io.trialog.language.Targeting;
import io.trialog.language.TrialogEvent;
import io.trialog.sdk.core.Allocation;
import io.trialog.sdk.core.Share;
import io.trialog.sdk.core.SlotTable;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Lives of a few experiments, flags, sets, holdouts and environments, by a seed: valid one by one,
 * and careless of each other, so that prerequisites may be missing or go in circles and experiments
 * may name sets of elsewhere.
 */
final class World {
  private static final String[] ENVIRONMENTS = {"production", "staging"};
  private static final String[] NAMESPACES = {"acme/rides", "acme/food"};
  private static final String[] SURFACES = {"checkout", "home"};

  private final Random random;
  private final int scale;
  private final Map<String, Design> designs = new HashMap<>();
  private final Map<String, Integer> traffic = new HashMap<>();
  private final Map<String, Integer> epochs = new HashMap<>();
  private final Map<String, String> status = new HashMap<>();
  private final Map<String, FlagDefinition> flags = new HashMap<>();

  World(long seed) {
    this(seed, 1);
  }

  /** Of ten times {@code scale} experiments, and the rest in proportion. */
  World(long seed, int scale) {
    this.random = new Random(seed);
    this.scale = scale;
  }

  /** Appends this many events. */
  void live(Story story, int events) {
    for (int i = 0; i < events; i++) {
      int which = random.nextInt(20);
      story.say(
          which < 10
              ? experiment("x" + random.nextInt(10 * scale))
              : which < 14
                  ? flag("f" + random.nextInt(5 * scale))
                  : which < 17
                      ? set("s" + random.nextInt(3 * scale))
                      : which < 18 ? holdout("h" + random.nextInt(4 * scale)) : environment());
    }
  }

  private <T> T one(T[] of) {
    return of[random.nextInt(of.length)];
  }

  private TrialogEvent moved(String key, String next, TrialogEvent event) {
    status.put(key, next);
    return event;
  }

  // --- environments, sets, holdouts

  private TrialogEvent environment() {
    String key = one(ENVIRONMENTS);
    return switch (status.getOrDefault("e " + key, "none")) {
      case "none" -> moved("e " + key, "released", new EnvironmentCreated(key, "Env " + key));
      case "released" -> moved("e " + key, "engaged", new KillSwitchEngaged(key));
      case "engaged" -> moved("e " + key, "proposed", new KillSwitchReleaseProposed(key));
      default ->
          random.nextBoolean()
              ? moved("e " + key, "released", new KillSwitchReleased(key))
              : moved("e " + key, "engaged", new KillSwitchEngaged(key));
    };
  }

  private TrialogEvent set(String key) {
    if (!status.containsKey(key)) {
      String unit = random.nextBoolean() ? "user_id" : "device_id";
      return moved(
          key,
          "made",
          new ExclusionSetCreated(
              key, one(NAMESPACES), one(ENVIRONMENTS), one(SURFACES), unit, "Set " + key));
    }
    int which = random.nextInt(6);
    int from = which * 1_500;
    List<SlotSpan> ranges =
        List.of(new SlotSpan(from, from + 500), new SlotSpan(from + 600, from + 1_500));
    return random.nextInt(3) > 0
        ? new SlotsReserved(key, "x" + which, ranges, random.nextBoolean(), null)
        : new SlotsReleased(key, "x" + which, ranges);
  }

  private TrialogEvent holdout(String key) {
    if (status.containsKey(key)) {
      return new HoldoutEnded(key);
    }
    HoldoutDefinition.Scope scope = one(HoldoutDefinition.Scope.values());
    String value =
        switch (scope) {
          case GLOBAL -> null;
          case NAMESPACE -> one(NAMESPACES);
          case SURFACE -> one(SURFACES);
        };
    BigDecimal share = BigDecimal.valueOf(1 + random.nextInt(5_000), 4);
    return moved(
        key,
        "made",
        new HoldoutCreated(
            new HoldoutDefinition(
                key, scope, value, one(ENVIRONMENTS), "user_id", share, "Holdout")));
  }

  // --- flags

  private TrialogEvent flag(String key) {
    return switch (status.getOrDefault(key, "none")) {
      case "none" -> moved(key, "disabled", new FlagCreated(definition(key, one(ENVIRONMENTS))));
      case "disabled", "killed" ->
          switch (random.nextInt(8)) {
            case 0 -> moved(key, "archived", new FlagArchived(key));
            case 1, 2 -> revised(key);
            default -> moved(key, "enabled", new FlagEnabled(key));
          };
      case "enabled" ->
          switch (random.nextInt(4)) {
            case 0 -> moved(key, "killed", new FlagKilled(key));
            case 1 -> moved(key, "disabled", new FlagDisabled(key));
            default -> revised(key);
          };
      default -> environment();
    };
  }

  private TrialogEvent revised(String key) {
    return new FlagRevised(definition(key, flags.get(key).environment()));
  }

  private FlagDefinition definition(String key, String environment) {
    List<FlagDefinition.Rule> rules = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      rules.add(new FlagDefinition.Rule(targeting(1), rollout(true)));
    }
    FlagDefinition definition =
        new FlagDefinition(
            key,
            one(NAMESPACES),
            environment,
            "Flag " + key,
            FlagDefinition.Type.TEXT,
            "user_id",
            random.nextBoolean() ? "device_id" : null,
            List.of(
                new FlagDefinition.Variant("on", "\"o\ud83d\ude00\ud800n\""),
                new FlagDefinition.Variant("off", "\"\"")),
            "off",
            rules,
            rollout(false),
            prerequisites());
    flags.put(key, definition);
    return definition;
  }

  private List<FlagDefinition.RolloutShare> rollout(boolean needed) {
    List<FlagDefinition.RolloutShare> shares = new ArrayList<>();
    int on = random.nextInt(10_001);
    if (needed || random.nextBoolean()) {
      shares.add(new FlagDefinition.RolloutShare("on", BigDecimal.valueOf(on, 4)));
    }
    if (random.nextBoolean() && !shares.isEmpty()) {
      int off = random.nextInt(10_001 - on);
      shares.add(new FlagDefinition.RolloutShare("off", BigDecimal.valueOf(off, 4)));
    }
    return shares;
  }

  private List<Design.Prerequisite> prerequisites() {
    List<Design.Prerequisite> prerequisites = new ArrayList<>();
    while (random.nextInt(3) == 0) {
      prerequisites.add(
          random.nextBoolean()
              ? new Design.Prerequisite(
                  Design.Prerequisite.Kind.FLAG, "f" + random.nextInt(6), List.of("on"))
              : new Design.Prerequisite(
                  Design.Prerequisite.Kind.EXPERIMENT,
                  "x" + random.nextInt(7),
                  List.of("green", "control")));
    }
    return prerequisites;
  }

  private Targeting targeting(int depth) {
    return switch (depth > 3 ? 0 : random.nextInt(5)) {
      case 0, 1 -> condition();
      case 2 -> new Targeting.All(parts(depth));
      case 3 -> new Targeting.Any(parts(depth));
      default -> new Targeting.Not(targeting(depth + 1));
    };
  }

  private List<Targeting> parts(int depth) {
    List<Targeting> parts = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      parts.add(targeting(depth + 1));
    }
    return parts;
  }

  private Targeting condition() {
    Targeting.Type type = one(Targeting.Type.values());
    List<String> values =
        switch (type) {
          case TEXT, SET -> List.of("\ud800" + "x".repeat(random.nextInt(4_000)));
          case NUMBER -> List.of(random.nextBoolean() ? "-0.5" : "999999999999999");
          case VERSION -> List.of(random.nextBoolean() ? "1.0.0-rc.1+b" : "0.0.0");
          case BOOLEAN -> List.of("true");
        };
    Targeting.Operator[] operators =
        switch (type) {
          case TEXT -> new Targeting.Operator[] {EQUALS, IN, NOT_IN, PREFIX};
          case NUMBER -> new Targeting.Operator[] {EQUALS, IN, AT_LEAST, ABOVE, AT_MOST, BELOW};
          case VERSION -> new Targeting.Operator[] {EQUALS, AT_LEAST, ABOVE, AT_MOST, BELOW};
          case BOOLEAN -> new Targeting.Operator[] {EQUALS};
          case SET -> new Targeting.Operator[] {CONTAINS_ANY, CONTAINS_ALL, CONTAINS_NONE};
        };
    return new Targeting.Condition("attribute-" + random.nextInt(3), type, one(operators), values);
  }

  // --- experiments

  private TrialogEvent experiment(String key) {
    String now = status.getOrDefault(key, "none");
    return switch (now) {
      case "none" -> moved(key, "draft", new ExperimentDrafted(key, design(key)));
      case "draft" ->
          random.nextInt(3) == 0 ? new ExperimentRevised(key, design(key)) : started(key);
      case "running" -> step(key);
      case "paused" -> moved(key, "running", new ExperimentResumed(key, null));
      case "killed" -> random.nextInt(4) > 0 ? revived(key) : archived(key);
      case "concluded" -> archived(key);
      default -> environment();
    };
  }

  private TrialogEvent archived(String key) {
    return moved(key, "archived", new ExperimentArchived(key));
  }

  private TrialogEvent started(String key) {
    traffic.put(key, random.nextInt(100_000));
    epochs.put(key, 0);
    return moved(
        key,
        "running",
        new ExperimentStarted(key, traffic.get(key), 0, allocation(key), null, null));
  }

  private TrialogEvent revived(String key) {
    int ppm = traffic.get(key);
    return moved(
        key,
        "running",
        new ExperimentRevived(
            key, ppm, ppm, epochs.get(key), allocation(key), new Basis("p", "d", false)));
  }

  private TrialogEvent step(String key) {
    return switch (random.nextInt(14)) {
      case 0 -> moved(key, "killed", new ExperimentKilled(key, null, null));
      case 1 -> moved(key, "concluded", new ExperimentConcluded(key, "green", null));
      case 2 -> moved(key, "paused", new ExperimentPaused(key));
      case 3 -> retargeted(key);
      case 4 -> reallocated(key);
      default -> ramped(key);
    };
  }

  private TrialogEvent ramped(String key) {
    int from = traffic.get(key);
    traffic.put(key, from + random.nextInt(1_000_001 - from));
    return new ExperimentRamped(
        key, from, traffic.get(key), epochs.get(key), allocation(key), null, null, null);
  }

  private TrialogEvent retargeted(String key) {
    Targeting before = designs.get(key).targeting();
    Targeting after = targeting(1);
    designs.put(key, designs.get(key).withTargeting(after));
    return new ExperimentRetargeted(key, before, after, null);
  }

  private TrialogEvent reallocated(String key) {
    List<Design.Variant> before = designs.get(key).variants();
    designs.put(key, designs.get(key).withVariants(variants()));
    epochs.merge(key, 1, Integer::sum);
    return new ExperimentReallocated(
        key,
        before,
        designs.get(key).variants(),
        epochs.get(key),
        allocation(key),
        random.nextInt(10_000),
        null);
  }

  private List<SlotRange> allocation(String key) {
    Design design = designs.get(key);
    List<Share> shares =
        design.variants().stream()
            .map(each -> Share.of(each.key(), each.share().doubleValue()))
            .toList();
    return Allocation.enrol(
            SlotTable.fromShares(shares, design.control()), traffic.getOrDefault(key, 0))
        .stream()
        .map(range -> new SlotRange(range.variant(), range.from(), range.to()))
        .toList();
  }

  private List<Design.Variant> variants() {
    int control = 1 + random.nextInt(9_998);
    String payload = random.nextBoolean() ? "{\"text\":\"\ud800 and \ud83d\ude00\"}" : null;
    return List.of(
        new Design.Variant("control", BigDecimal.valueOf(control, 4), null),
        new Design.Variant("green", BigDecimal.valueOf(10_000 - control, 4), payload));
  }

  private Design design(String key) {
    Design plain = Story.design(key);
    @Nullable Design before = designs.get(key);
    List<Design.ExclusionShare> sets = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      if (random.nextInt(4) == 0) {
        sets.add(new Design.ExclusionShare("s" + i, new BigDecimal("0.14")));
      }
    }
    Design design =
        new Design(
            key,
            one(NAMESPACES),
            before == null ? one(ENVIRONMENTS) : before.environment(),
            plain.title(),
            plain.hypothesis(),
            "user_id",
            random.nextBoolean() ? "device_id" : null,
            one(SURFACES),
            "control",
            variants(),
            targeting(1),
            prerequisites(),
            sets,
            plain.primaryMetric(),
            plain.secondaryMetrics(),
            plain.guardrails(),
            plain.plannedSubjects(),
            false,
            false);
    designs.put(key, design);
    return design;
  }
}
