package io.trialog.audittrail;

import static io.trialog.audittrail.EntityJson.JSON;

import io.trialog.audittrail.AuditEntry.Change;
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
import io.trialog.language.EventMetadata;
import io.trialog.language.ExclusionSetEvent;
import io.trialog.language.ExclusionSetEvent.ExclusionSetCreated;
import io.trialog.language.ExperimentEvent;
import io.trialog.language.FlagEvent;
import io.trialog.language.FlagEvent.FlagCreated;
import io.trialog.language.FlagEvent.FlagRevised;
import io.trialog.language.HoldoutDefinition.Scope;
import io.trialog.language.HoldoutEvent;
import io.trialog.language.HoldoutEvent.HoldoutCreated;
import io.trialog.language.MetricDefinition;
import io.trialog.language.MetricEvent.MetricDefined;
import io.trialog.language.NamespaceEvent.ApprovalPolicyProposed;
import io.trialog.language.NamespaceEvent.ApprovalPolicySet;
import io.trialog.language.NamespaceEvent.GuardrailPolicySet;
import io.trialog.language.NamespaceEvent.NamespaceCreated;
import io.trialog.language.TrialogEvent;
import io.trialog.language.log.RecordedEvent;
import io.trialog.snapshots.Directory;
import io.trialog.snapshots.Experiment;
import io.trialog.snapshots.Namespace;
import io.trialog.snapshots.Positioned;
import io.trialog.snapshots.Token;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The entry of an event, from the states on both sides of it. Pure. */
public final class AuditEntries {
  /** The sequence of the entry itself, so it differs each time and says nothing. */
  private static final String REVISION = "revision";

  private AuditEntries() {}

  /** The entry of an event that leads from one state to the next. */
  public static AuditEntry entry(Directory before, Directory after, Positioned event) {
    RecordedEvent recorded = event.recorded();
    EventMetadata metadata = recorded.metadata();
    JsonObject old = touched(before, recorded.event());
    JsonObject now = touched(after, recorded.event());
    return new AuditEntry(
        recorded.position(),
        recorded.eventId(),
        recorded.stream(),
        recorded.sequence(),
        recorded.time(),
        event.stored().type(),
        namespace(after, recorded.event()),
        environment(after, recorded),
        recorded.event() instanceof ExperimentEvent e ? e.experiment() : null,
        metadata.actor(),
        metadata.reason(),
        metadata.correlationId(),
        metadata.causationId(),
        EntityJson.parse(event.stored().payload()),
        old,
        now,
        now == null ? List.of() : changes(old, now));
  }

  private static @Nullable JsonObject touched(Directory state, TrialogEvent event) {
    return switch (event) {
      case NamespaceCreated e -> namespace(state.namespaces().get(e.namespace()));
      case ApprovalPolicyProposed e -> null;
      case ApprovalPolicySet e -> null;
      case GuardrailPolicySet e -> namespace(state.namespaces().get(e.namespace()));
      case EnvironmentEvent e -> null;
      case ExclusionSetEvent e -> null;
      case HoldoutEvent e -> null;
      case FlagEvent e -> null;
      case MetricDefined e -> metric(state.metrics().get(e.definition().metric()));
      case ExperimentEvent e -> experiment(state.experiments().get(e.experiment()));
      case TokenIssued e -> token(state.tokens().get(e.token()));
      case TokenRevoked e -> token(state.tokens().get(e.token()));
      case TokenProposed e -> null;
      case RoleProposed e -> null;
      case RoleGranted e -> null;
      case RoleWithdrawn e -> null;
      case PlatformPolicyProposed e -> null;
      case PlatformPolicyChanged e -> null;
      case ConfigurationRecorded e -> null;
      case AccessDenied e -> null;
      case CommandRefused e -> null;
      case AuditExported e -> null;
    };
  }

  private static @Nullable JsonObject namespace(@Nullable Namespace namespace) {
    return namespace == null ? null : EntityJson.of(namespace);
  }

  private static @Nullable JsonObject metric(@Nullable MetricDefinition metric) {
    return metric == null ? null : EntityJson.of(metric);
  }

  private static @Nullable JsonObject experiment(@Nullable Experiment experiment) {
    return experiment == null ? null : EntityJson.of(experiment);
  }

  private static @Nullable JsonObject token(@Nullable Token token) {
    return token == null ? null : EntityJson.of(token);
  }

  private static @Nullable String namespace(Directory after, TrialogEvent event) {
    return switch (event) {
      case NamespaceCreated e -> e.namespace();
      case GuardrailPolicySet e -> e.namespace();
      case ApprovalPolicyProposed e -> e.namespace();
      case ApprovalPolicySet e -> e.namespace();
      case ExclusionSetCreated e -> e.namespace();
      case FlagCreated e -> e.definition().namespace();
      case FlagRevised e -> e.definition().namespace();
      case HoldoutCreated e ->
          e.definition().scope() == Scope.NAMESPACE ? e.definition().value() : null;
      case EnvironmentEvent e -> null;
      case ExclusionSetEvent e -> null;
      case HoldoutEvent e -> null;
      case FlagEvent e -> null;
      case MetricDefined e -> e.definition().namespace();
      case ExperimentEvent e -> {
        Experiment experiment = after.experiments().get(e.experiment());
        yield experiment == null ? null : experiment.design().namespace();
      }
      case AccessDenied e -> e.namespace();
      case CommandRefused e -> e.namespace();
      case TokenIssued e -> null;
      case TokenRevoked e -> null;
      case TokenProposed e -> null;
      case RoleProposed e -> null;
      case RoleGranted e -> null;
      case RoleWithdrawn e -> null;
      case PlatformPolicyProposed e -> null;
      case PlatformPolicyChanged e -> null;
      case ConfigurationRecorded e -> null;
      case AuditExported e -> null;
    };
  }

  private static @Nullable String environment(Directory after, RecordedEvent recorded) {
    if (recorded.event() instanceof ExperimentEvent e) {
      Experiment experiment = after.experiments().get(e.experiment());
      if (experiment != null) {
        return experiment.design().environment();
      }
    }
    return recorded.metadata().environment();
  }

  private static List<Change> changes(@Nullable JsonObject before, JsonObject after) {
    List<Change> changes = new ArrayList<>();
    compare("", before == null ? JsonValue.EMPTY_JSON_OBJECT : before, after, changes);
    return changes;
  }

  private static void compare(
      String path, JsonObject before, JsonObject after, List<Change> changes) {
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    if (path.isEmpty()) {
      names.remove(REVISION);
    }
    for (String name : names) {
      compare(path + name, before.get(name), after.get(name), changes);
    }
  }

  private static void compare(
      String path, @Nullable JsonValue before, @Nullable JsonValue after, List<Change> changes) {
    if (Objects.equals(before, after)) {
      return;
    }
    if (isObjectOrAbsent(before) && isObjectOrAbsent(after)) {
      compare(path + ".", object(before), object(after), changes);
      return;
    }
    changes.add(new Change(path, before, after));
  }

  private static boolean isObjectOrAbsent(@Nullable JsonValue value) {
    return value == null || value.getValueType() == JsonValue.ValueType.OBJECT;
  }

  private static JsonObject object(@Nullable JsonValue value) {
    return value == null ? JSON.createObjectBuilder().build() : value.asJsonObject();
  }
}
