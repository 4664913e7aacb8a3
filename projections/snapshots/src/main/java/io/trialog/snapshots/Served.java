package io.trialog.snapshots;

import io.trialog.language.Design;
import io.trialog.language.ExperimentStatus;
import io.trialog.language.FlagDefinition;
import io.trialog.language.HoldoutDefinition;
import io.trialog.sdk.core.ExclusionSet.Reservation;
import io.trialog.sdk.core.Experiment.Status;
import io.trialog.sdk.core.Prerequisite;
import io.trialog.sdk.core.PrerequisiteGraph;
import io.trialog.sdk.core.Share;
import io.trialog.sdk.core.SlotRange;
import io.trialog.sdk.core.SlotTable;
import io.trialog.sdk.core.Variant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The parts of one environment as its SDKs get them. Total: for every state that the log may have,
 * there is a snapshot that every SDK accepts, and where something is broken nobody is assigned.
 *
 * <p>Prerequisites that lead back to themselves, or down too far, are written nowhere: nothing can
 * ever meet them, so the experiment is served as paused and the flag as disabled. Commands refuse
 * such prerequisites; two that run at the same time may still make them.
 */
final class Served {
  private static final int EVERY_SLOT = 10_000;

  private final Directory directory;
  private final String environment;
  private final PrerequisiteGraph graph = new PrerequisiteGraph();

  Served(Directory directory, String environment) {
    this.directory = directory;
    this.environment = environment;
    for (Experiment each : servedExperiments()) {
      graph.add(
          Prerequisite.Kind.EXPERIMENT, each.key(), prerequisites(each.design().prerequisites()));
    }
    for (Flag each : servedFlags()) {
      graph.add(
          Prerequisite.Kind.FLAG, each.key(), prerequisites(each.definition().prerequisites()));
    }
  }

  private List<Experiment> servedExperiments() {
    return directory.experiments().values().stream()
        .filter(each -> each.design().environment().equals(environment))
        .filter(Experiment::isServed)
        .toList();
  }

  private List<Flag> servedFlags() {
    return directory.flags().values().stream()
        .filter(each -> each.definition().environment().equals(environment))
        .filter(Flag::isServed)
        .toList();
  }

  boolean killSwitch() {
    Environment known = directory.environments().get(environment);
    return known != null && known.engaged() != null;
  }

  List<io.trialog.sdk.core.Holdout> holdouts() {
    return directory.holdouts().values().stream()
        .filter(each -> each.definition().environment().equals(environment))
        .filter(each -> each.ended() == null)
        .map(each -> holdout(each.definition()))
        .toList();
  }

  private static io.trialog.sdk.core.Holdout holdout(HoldoutDefinition definition) {
    String value = definition.value();
    return io.trialog.sdk.core.Holdout.of(
        definition.holdout(),
        definition.salt(),
        definition.unit(),
        io.trialog.sdk.core.Holdout.Scope.of(definition.scope().word()),
        value == null ? "" : value,
        definition.slots());
  }

  /** The sets that served experiments name; one that is not of this environment owns nothing. */
  List<io.trialog.sdk.core.ExclusionSet> exclusionSets() {
    return servedExperiments().stream()
        .flatMap(each -> each.design().exclusionSets().stream().map(named -> set(each, named)))
        .collect(
            Collectors.toMap(
                io.trialog.sdk.core.ExclusionSet::key,
                Function.identity(),
                (one, same) -> one,
                TreeMap::new))
        .values()
        .stream()
        .toList();
  }

  private io.trialog.sdk.core.ExclusionSet set(Experiment of, Design.ExclusionShare named) {
    String unit = known(named.set()).map(set -> set.created().unit()).orElse(of.design().unit());
    // An experiment's salt is its bare key; a set of the same key must not hash like it.
    return io.trialog.sdk.core.ExclusionSet.of(named.set(), "exclusion-set:" + named.set(), unit);
  }

  private Optional<ExclusionSet> known(String set) {
    return Optional.ofNullable(directory.exclusionSets().get(set))
        .filter(each -> each.created().environment().equals(environment));
  }

  List<io.trialog.sdk.core.Experiment> experiments() {
    return servedExperiments().stream().map(this::experiment).toList();
  }

  private io.trialog.sdk.core.Experiment experiment(Experiment experiment) {
    Design design = experiment.design();
    boolean sound = graph.ends(Prerequisite.Kind.EXPERIMENT, experiment.key());
    Status status = status(experiment.status());
    return io.trialog.sdk.core.Experiment.builder(experiment.key())
        .namespace(design.namespace())
        .surface(design.surface())
        .unit(design.unit())
        .fallbackUnit(design.fallbackUnit())
        .status(sound || status == Status.KILLED ? status : Status.PAUSED)
        .epoch(experiment.serving().epoch())
        .control(design.control())
        .winner(experiment.winner())
        .variants(design.variants().stream().map(Served::variant).toList())
        .targeting(ServedTargeting.of(design.targeting()))
        .prerequisites(sound ? prerequisites(design.prerequisites()) : List.of())
        .reservations(
            design.exclusionSets().stream().map(each -> reservation(experiment, each)).toList())
        .allocation(allocation(experiment))
        .build();
  }

  private static Variant variant(Design.Variant variant) {
    String payload = variant.payload();
    return Variant.of(variant.key(), payload == null ? null : wellFormed(payload));
  }

  private static Status status(ExperimentStatus status) {
    return switch (status) {
      case DRAFT, IN_REVIEW, APPROVED, ARCHIVED ->
          throw new IllegalStateException("not served while " + status.word());
      case RUNNING -> Status.RUNNING;
      case PAUSED -> Status.PAUSED;
      case KILLED -> Status.KILLED;
      case CONCLUDED -> Status.CONCLUDED;
    };
  }

  /** Ascending and without the empty ranges that a small share leaves at little traffic. */
  private static List<SlotRange> allocation(Experiment experiment) {
    return experiment.serving().allocation().stream()
        .filter(range -> range.from() < range.to())
        .map(range -> SlotRange.of(range.from(), range.to(), range.variant()))
        .sorted(Comparator.comparingInt(SlotRange::from))
        .toList();
  }

  private Reservation reservation(Experiment experiment, Design.ExclusionShare named) {
    int[] bounds =
        known(named.set())
            .map(set -> set.reservations().get(experiment.key()))
            .map(held ->
                held.ranges().stream()
                    .flatMapToInt(range -> IntStream.of(range.from(), range.to()))
                    .toArray())
            .orElse(new int[0]);
    return Reservation.of(named.set(), bounds);
  }

  private static List<Prerequisite> prerequisites(List<Design.Prerequisite> prerequisites) {
    return prerequisites.stream()
        .map(each ->
            Prerequisite.of(Prerequisite.Kind.of(each.kind().word()), each.key(), each.variants()))
        .toList();
  }

  List<io.trialog.sdk.core.Flag> flags() {
    return servedFlags().stream().map(this::flag).toList();
  }

  private io.trialog.sdk.core.Flag flag(Flag flag) {
    FlagDefinition definition = flag.definition();
    boolean sound = graph.ends(Prerequisite.Kind.FLAG, flag.key());
    return io.trialog.sdk.core.Flag.builder(flag.key())
        .type(io.trialog.sdk.core.Flag.Type.of(definition.type().word()))
        .unit(definition.unit())
        .fallbackUnit(definition.fallbackUnit())
        .enabled(sound && flag.status() == Flag.Status.ENABLED)
        .killed(flag.status() == Flag.Status.KILLED)
        .off(definition.offVariant())
        .variants(
            definition.variants().stream()
                .map(
                    each -> io.trialog.sdk.core.Flag.Value.of(each.key(), wellFormed(each.value())))
                .toList())
        .prerequisites(sound ? prerequisites(definition.prerequisites()) : List.of())
        .rules(
            definition.rules().stream()
                .map(rule ->
                    io.trialog.sdk.core.Flag.Rule.of(
                        ServedTargeting.of(rule.targeting()),
                        rollout(rule.rollout(), definition.offVariant())))
                .toList())
        .rollout(rollout(definition.rollout(), definition.offVariant()))
        .build();
  }

  /** As an experiment's shares are read; what they leave is the off variant's. */
  private static List<SlotRange> rollout(List<FlagDefinition.RolloutShare> shares, String off) {
    if (shares.isEmpty()) {
      return List.of(SlotRange.of(0, EVERY_SLOT, off));
    }
    return SlotTable.fromShares(
            shares.stream()
                .map(each -> Share.of(each.variant(), each.share().doubleValue()))
                .toList(),
            off)
        .ranges();
  }

  /** The text with a replacement character for each lone surrogate, which has no UTF-8 form. */
  static String wellFormed(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints().forEach(point -> out.appendCodePoint(isLone(point) ? 0xFFFD : point));
    return out.toString();
  }

  private static boolean isLone(int point) {
    return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
  }
}
