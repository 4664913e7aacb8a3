package io.trialog.command.catalogue;

import io.trialog.language.Design;
import io.trialog.language.Design.GuardrailRule;
import io.trialog.language.EnvironmentEvent.EnvironmentCreated;
import io.trialog.language.ExclusionSetEvent.ExclusionSetCreated;
import io.trialog.language.ExperimentEvent.ExperimentArchived;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentReallocated;
import io.trialog.language.ExperimentEvent.ExperimentRetargeted;
import io.trialog.language.ExperimentEvent.ExperimentRevised;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.FlagDefinition;
import io.trialog.language.FlagEvent.FlagArchived;
import io.trialog.language.FlagEvent.FlagCreated;
import io.trialog.language.FlagEvent.FlagRevised;
import io.trialog.language.HoldoutDefinition;
import io.trialog.language.HoldoutEvent.HoldoutCreated;
import io.trialog.language.HoldoutEvent.HoldoutEnded;
import io.trialog.language.MetricDefinition;
import io.trialog.language.MetricEvent.MetricDefined;
import io.trialog.language.NamespaceEvent.GuardrailPolicySet;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Streams;
import io.trialog.language.TrialogEvent;
import io.trialog.language.log.EventLog;
import io.trialog.language.wire.EventCodec;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is defined by now, as the streams of the log have it. Thread-safe; blocking. */
public final class Catalogue {
  private final EventLog log;

  public Catalogue(EventLog log) {
    this.log = log;
  }

  /** Whether a stream has begun. */
  public boolean exists(String stream) {
    return log.eventAt(stream, 0).isPresent();
  }

  public boolean isEnvironment(String environment) {
    return first(Streams.environment(environment))
        .filter(EnvironmentCreated.class::isInstance)
        .isPresent();
  }

  public Optional<MetricDefinition> metric(String metric) {
    return first(Streams.metric(metric))
        .filter(MetricDefined.class::isInstance)
        .map(event -> ((MetricDefined) event).definition());
  }

  public Optional<ExclusionSetCreated> exclusionSet(String set) {
    return first(Streams.exclusionSet(set))
        .filter(ExclusionSetCreated.class::isInstance)
        .map(ExclusionSetCreated.class::cast);
  }

  public Optional<HoldoutDefinition> holdout(String holdout) {
    return first(Streams.holdout(holdout))
        .filter(HoldoutCreated.class::isInstance)
        .map(event -> ((HoldoutCreated) event).definition());
  }

  /** The flag as it was created or last revised. */
  public Optional<FlagDefinition> flag(String flag) {
    return facts(Streams.flag(flag))
        .flatMap(event ->
            switch (event) {
              case FlagCreated created -> Stream.of(created.definition());
              case FlagRevised revised -> Stream.of(revised.definition());
              default -> Stream.empty();
            })
        .reduce((before, after) -> after);
  }

  /** The design as it is after all revisions and changes. */
  public Optional<Design> design(String experiment) {
    Design design = null;
    for (TrialogEvent event : facts(Streams.experiment(experiment)).toList()) {
      design = after(design, event);
    }
    return Optional.ofNullable(design);
  }

  private static @Nullable Design after(@Nullable Design design, TrialogEvent event) {
    return switch (event) {
      case ExperimentDrafted drafted -> drafted.design();
      case ExperimentRevised revised -> revised.design();
      case ExperimentRetargeted to when design != null -> design.withTargeting(to.targeting());
      case ExperimentReallocated to when design != null -> design.withVariants(to.variants());
      default -> design;
    };
  }

  /** Whether it has started or was put away: then no revision changes it. */
  public boolean isPastRevision(String experiment) {
    return facts(Streams.experiment(experiment))
        .anyMatch(
            event -> event instanceof ExperimentStarted || event instanceof ExperimentArchived);
  }

  /** Whether a flag was put away. */
  public boolean isArchivedFlag(String flag) {
    return facts(Streams.flag(flag)).anyMatch(FlagArchived.class::isInstance);
  }

  /** Whether a holdout has ended. */
  public boolean isEndedHoldout(String holdout) {
    return facts(Streams.holdout(holdout)).anyMatch(HoldoutEnded.class::isInstance);
  }

  /** What guards an experiment of the namespace whose draft does not say it. */
  public List<GuardrailRule> guardrailPolicy(String namespace) {
    return facts(Streams.namespace(namespace))
        .filter(GuardrailPolicySet.class::isInstance)
        .map(event -> ((GuardrailPolicySet) event).rules())
        .reduce((before, after) -> after)
        .orElse(List.of());
  }

  /** The value; refuses with 404 when there is none. */
  public static <T> T found(String what, String key, Optional<T> value) {
    return value.orElseThrow(() -> new Refused(new Refusal.NotFound(what, key)));
  }

  /** The facts of a stream, in order; none when it has not begun. */
  public Stream<TrialogEvent> facts(String stream) {
    return log.stream(stream).stream().map(stored -> EventCodec.decode(stored).event());
  }

  private Optional<TrialogEvent> first(String stream) {
    return log.eventAt(stream, 0).map(stored -> EventCodec.decode(stored).event());
  }
}
