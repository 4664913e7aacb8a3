package io.trialog.snapshots;

import io.trialog.language.AccessEvent.AccessDenied;
import io.trialog.language.AccessEvent.CommandRefused;
import io.trialog.language.AccessEvent.ConfigurationRecorded;
import io.trialog.language.AccessEvent.PlatformPolicyChanged;
import io.trialog.language.AccessEvent.PlatformPolicyProposed;
import io.trialog.language.AccessEvent.RoleGranted;
import io.trialog.language.AccessEvent.RoleProposed;
import io.trialog.language.AccessEvent.RoleWithdrawn;
import io.trialog.language.AccessEvent.TokenIssued;
import io.trialog.language.AccessEvent.TokenProposed;
import io.trialog.language.AccessEvent.TokenRevoked;
import io.trialog.language.AuditEvent.AuditExported;
import io.trialog.language.EnvironmentEvent;
import io.trialog.language.ExclusionSetEvent;
import io.trialog.language.ExperimentEvent;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.FlagEvent;
import io.trialog.language.HoldoutEvent;
import io.trialog.language.MetricDefinition;
import io.trialog.language.MetricEvent.MetricDefined;
import io.trialog.language.NamespaceEvent;
import io.trialog.language.NamespaceEvent.ApprovalPolicyProposed;
import io.trialog.language.NamespaceEvent.ApprovalPolicySet;
import io.trialog.language.NamespaceEvent.GuardrailPolicySet;
import io.trialog.language.NamespaceEvent.NamespaceCreated;
import io.trialog.language.log.RecordedEvent;
import java.time.Instant;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The current state of everything, as the events up to {@link #position()} left it. Immutable; a
 * pure fold, so that folding in pieces equals folding at once.
 *
 * <p>Each event makes new the one map it touches, which shares all but a path with the one before:
 * a state costs the logarithm of what there is, so that folding is quick and many states fit into
 * memory.
 *
 * @param position that of the last event folded, 0 when there was none
 * @param time that of the last event folded, the epoch when there was none
 */
public record Directory(
    long position,
    Instant time,
    SortedMap<String, Namespace> namespaces,
    SortedMap<String, MetricDefinition> metrics,
    SortedMap<String, Experiment> experiments,
    SortedMap<String, Token> tokens,
    Surroundings surroundings) {

  /** Before the first event. */
  public static final Directory EMPTY =
      new Directory(
          0,
          Instant.EPOCH,
          SharedMaps.empty(),
          SharedMaps.empty(),
          SharedMaps.empty(),
          SharedMaps.empty(),
          Surroundings.NOTHING);

  /**
   * The state after one more event.
   *
   * @throws IllegalStateException for an event that is not above {@link #position()}, or that
   *     speaks of what no event created: the log is damaged or was not read in order
   */
  public Directory apply(RecordedEvent recorded) {
    if (recorded.position() <= position) {
      throw new IllegalStateException(
          "expected an event above position %d, found %d".formatted(position, recorded.position()));
    }
    return switch (recorded.event()) {
      case NamespaceCreated e -> withNamespace(recorded, Namespace.created(recorded, e));
      case MetricDefined e -> withMetric(recorded, e.definition());
      case ExperimentDrafted e ->
          withExperiment(recorded, Experiment.drafted(recorded, e.design()));
      case ExperimentEvent e ->
          withExperiment(
              recorded,
              known(recorded, e.experiment(), experiments.get(e.experiment())).apply(recorded, e));
      case GuardrailPolicySet e -> withNamespace(recorded, namespace(recorded, e.namespace(), e));
      case ApprovalPolicyProposed e ->
          withNamespace(recorded, namespace(recorded, e.namespace(), e));
      case ApprovalPolicySet e -> withNamespace(recorded, namespace(recorded, e.namespace(), e));
      case EnvironmentEvent e -> withSurroundings(recorded, surroundings.apply(recorded, e));
      case ExclusionSetEvent e -> withSurroundings(recorded, surroundings.apply(recorded, e));
      case HoldoutEvent e -> withSurroundings(recorded, surroundings.apply(recorded, e));
      case FlagEvent e -> withSurroundings(recorded, surroundings.apply(recorded, e));
      case TokenIssued e -> withToken(recorded, issued(recorded, e));
      case TokenRevoked e ->
          withToken(
              recorded,
              known(recorded, e.token(), tokens.get(e.token()))
                  .revoked(EventReference.to(recorded)));
      case TokenProposed e -> moved(recorded);
      case RoleProposed e -> moved(recorded);
      case RoleGranted e -> moved(recorded);
      case RoleWithdrawn e -> moved(recorded);
      case PlatformPolicyProposed e -> moved(recorded);
      case PlatformPolicyChanged e -> moved(recorded);
      case ConfigurationRecorded e -> moved(recorded);
      case AccessDenied e -> moved(recorded);
      case CommandRefused e -> moved(recorded);
      case AuditExported e -> moved(recorded);
    };
  }

  /** The environments that were created, or that anything was designed for, sorted. */
  public SortedSet<String> environmentNames() {
    SortedSet<String> names = new TreeSet<>(surroundings.environments().keySet());
    experiments.values().forEach(each -> names.add(each.design().environment()));
    flags().values().forEach(each -> names.add(each.definition().environment()));
    return names;
  }

  /** Environments that were created, by their key. */
  public SortedMap<String, Environment> environments() {
    return surroundings.environments();
  }

  /** Exclusion sets, by their key. */
  public SortedMap<String, ExclusionSet> exclusionSets() {
    return surroundings.exclusionSets();
  }

  /** Holdouts, also those that have ended, by their key. */
  public SortedMap<String, Holdout> holdouts() {
    return surroundings.holdouts();
  }

  /** Flags, also the archived ones, by their key. */
  public SortedMap<String, Flag> flags() {
    return surroundings.flags();
  }

  private static Token issued(RecordedEvent recorded, TokenIssued e) {
    return new Token(
        e.token(),
        e.holder(),
        e.grants(),
        e.secretHash(),
        e.expiresAt(),
        false,
        EventReference.to(recorded));
  }

  static <T> T known(RecordedEvent recorded, String key, @Nullable T found) {
    if (found == null) {
      throw new IllegalStateException(
          "the event at position %d of stream %s speaks of \"%s\", which no event created"
              .formatted(recorded.position(), recorded.stream(), key));
    }
    return found;
  }

  private Namespace namespace(RecordedEvent recorded, String key, NamespaceEvent fact) {
    return known(recorded, key, namespaces.get(key)).apply(recorded, fact);
  }

  private Directory withNamespace(RecordedEvent at, Namespace namespace) {
    return new Directory(
        at.position(),
        at.time(),
        SharedMaps.with(namespaces, namespace.namespace(), namespace),
        metrics,
        experiments,
        tokens,
        surroundings);
  }

  private Directory withMetric(RecordedEvent at, MetricDefinition metric) {
    return new Directory(
        at.position(),
        at.time(),
        namespaces,
        SharedMaps.with(metrics, metric.metric(), metric),
        experiments,
        tokens,
        surroundings);
  }

  private Directory withExperiment(RecordedEvent at, Experiment experiment) {
    return new Directory(
        at.position(),
        at.time(),
        namespaces,
        metrics,
        SharedMaps.with(experiments, experiment.key(), experiment),
        tokens,
        surroundings);
  }

  private Directory withToken(RecordedEvent at, Token token) {
    return new Directory(
        at.position(),
        at.time(),
        namespaces,
        metrics,
        experiments,
        SharedMaps.with(tokens, token.token(), token),
        surroundings);
  }

  private Directory withSurroundings(RecordedEvent at, Surroundings next) {
    return new Directory(at.position(), at.time(), namespaces, metrics, experiments, tokens, next);
  }

  private Directory moved(RecordedEvent at) {
    return withSurroundings(at, surroundings);
  }
}
