package io.trialog.command.catalogue;

import io.trialog.language.Design;
import io.trialog.language.Design.GuardrailRule;
import io.trialog.language.EnvironmentEvent.EnvironmentCreated;
import io.trialog.language.ExclusionSetEvent.ExclusionSetCreated;
import io.trialog.language.FlagDefinition;
import io.trialog.language.FlagEvent;
import io.trialog.language.FlagEvent.FlagArchived;
import io.trialog.language.FlagEvent.FlagCreated;
import io.trialog.language.FlagEvent.FlagDisabled;
import io.trialog.language.FlagEvent.FlagEnabled;
import io.trialog.language.FlagEvent.FlagKilled;
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
    FlagDefinition definition = null;
    for (TrialogEvent event : facts(Streams.flag(flag)).toList()) {
      if (event instanceof FlagEvent fact) {
        definition = after(definition, fact);
      }
    }
    return Optional.ofNullable(definition);
  }

  private static @Nullable FlagDefinition after(
      @Nullable FlagDefinition definition, FlagEvent event) {
    return switch (event) {
      case FlagCreated e -> e.definition();
      case FlagRevised e -> e.definition();
      case FlagEnabled e -> definition;
      case FlagDisabled e -> definition;
      case FlagKilled e -> definition;
      case FlagArchived e -> definition;
    };
  }

  /** The design as it is after all revisions and changes. */
  public Optional<Design> design(String experiment) {
    return Optional.ofNullable(ExperimentLife.of(log, experiment).design());
  }

  /** Whether it has started or was put away: then no revision changes it. */
  public boolean isPastRevision(String experiment) {
    return ExperimentLife.of(log, experiment).stage() != ExperimentLife.Stage.NOT_STARTED;
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
