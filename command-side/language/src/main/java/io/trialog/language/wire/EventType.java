package io.trialog.language.wire;

import io.trialog.language.AccessEvent;
import io.trialog.language.AuditEvent;
import io.trialog.language.EnvironmentEvent;
import io.trialog.language.ExclusionSetEvent;
import io.trialog.language.ExperimentEvent;
import io.trialog.language.FlagEvent;
import io.trialog.language.HoldoutEvent;
import io.trialog.language.MetricEvent;
import io.trialog.language.NamespaceEvent;
import io.trialog.language.TrialogEvent;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The name and version under which each event stands in the log. A class may move; a row here may
 * only be joined by others.
 */
public enum EventType {
  NAMESPACE_CREATED("NamespaceCreated", 1, NamespaceEvent.NamespaceCreated.class),
  GUARDRAIL_POLICY_SET("GuardrailPolicySet", 1, NamespaceEvent.GuardrailPolicySet.class),
  APPROVAL_POLICY_PROPOSED(
      "ApprovalPolicyProposed", 1, NamespaceEvent.ApprovalPolicyProposed.class),
  APPROVAL_POLICY_SET("ApprovalPolicySet", 1, NamespaceEvent.ApprovalPolicySet.class),
  ENVIRONMENT_CREATED("EnvironmentCreated", 1, EnvironmentEvent.EnvironmentCreated.class),
  KILL_SWITCH_ENGAGED("KillSwitchEngaged", 1, EnvironmentEvent.KillSwitchEngaged.class),
  KILL_SWITCH_RELEASE_PROPOSED(
      "KillSwitchReleaseProposed", 1, EnvironmentEvent.KillSwitchReleaseProposed.class),
  KILL_SWITCH_RELEASED("KillSwitchReleased", 1, EnvironmentEvent.KillSwitchReleased.class),
  EXCLUSION_SET_CREATED("ExclusionSetCreated", 1, ExclusionSetEvent.ExclusionSetCreated.class),
  SLOTS_RESERVED("SlotsReserved", 1, ExclusionSetEvent.SlotsReserved.class),
  SLOTS_RELEASED("SlotsReleased", 1, ExclusionSetEvent.SlotsReleased.class),
  HOLDOUT_CREATED("HoldoutCreated", 1, HoldoutEvent.HoldoutCreated.class),
  HOLDOUT_ENDED("HoldoutEnded", 1, HoldoutEvent.HoldoutEnded.class),
  FLAG_CREATED("FlagCreated", 1, FlagEvent.FlagCreated.class),
  FLAG_REVISED("FlagRevised", 1, FlagEvent.FlagRevised.class),
  FLAG_ENABLED("FlagEnabled", 1, FlagEvent.FlagEnabled.class),
  FLAG_DISABLED("FlagDisabled", 1, FlagEvent.FlagDisabled.class),
  FLAG_KILLED("FlagKilled", 1, FlagEvent.FlagKilled.class),
  FLAG_ARCHIVED("FlagArchived", 1, FlagEvent.FlagArchived.class),
  METRIC_DEFINED("MetricDefined", 1, MetricEvent.MetricDefined.class),
  EXPERIMENT_DRAFTED("ExperimentDrafted", 2, ExperimentEvent.ExperimentDrafted.class),
  EXPERIMENT_REVISED("ExperimentRevised", 2, ExperimentEvent.ExperimentRevised.class),
  EXPERIMENT_SUBMITTED("ExperimentSubmitted", 1, ExperimentEvent.ExperimentSubmitted.class),
  EXPERIMENT_APPROVED("ExperimentApproved", 1, ExperimentEvent.ExperimentApproved.class),
  EXPERIMENT_STARTED("ExperimentStarted", 1, ExperimentEvent.ExperimentStarted.class),
  EXPERIMENT_RAMPED("ExperimentRamped", 1, ExperimentEvent.ExperimentRamped.class),
  EXPERIMENT_PAUSED("ExperimentPaused", 1, ExperimentEvent.ExperimentPaused.class),
  EXPERIMENT_RESUMED("ExperimentResumed", 1, ExperimentEvent.ExperimentResumed.class),
  EXPERIMENT_KILLED("ExperimentKilled", 1, ExperimentEvent.ExperimentKilled.class),
  EXPERIMENT_CONCLUDED("ExperimentConcluded", 1, ExperimentEvent.ExperimentConcluded.class),
  EXPERIMENT_REVIVED("ExperimentRevived", 1, ExperimentEvent.ExperimentRevived.class),
  EXPERIMENT_RETARGETED("ExperimentRetargeted", 1, ExperimentEvent.ExperimentRetargeted.class),
  EXPERIMENT_REALLOCATED("ExperimentReallocated", 1, ExperimentEvent.ExperimentReallocated.class),
  EXPERIMENT_ARCHIVED("ExperimentArchived", 1, ExperimentEvent.ExperimentArchived.class),
  RAMP_PLANNED("RampPlanned", 1, ExperimentEvent.RampPlanned.class),
  RAMP_HELD("RampHeld", 1, ExperimentEvent.RampHeld.class),
  RAMP_CONTINUED("RampContinued", 1, ExperimentEvent.RampContinued.class),
  CHANGE_PROPOSED("ChangeProposed", 1, ExperimentEvent.ChangeProposed.class),
  CHANGE_APPROVED("ChangeApproved", 1, ExperimentEvent.ChangeApproved.class),
  CHANGE_WITHDRAWN("ChangeWithdrawn", 1, ExperimentEvent.ChangeWithdrawn.class),
  REVIEW_OPENED("ReviewOpened", 1, ExperimentEvent.ReviewOpened.class),
  REVIEW_CLOSED("ReviewClosed", 1, ExperimentEvent.ReviewClosed.class),
  REVIEW_OVERDUE("ReviewOverdue", 1, ExperimentEvent.ReviewOverdue.class),
  GUARDRAIL_STATE_RECORDED(
      "GuardrailStateRecorded", 1, ExperimentEvent.GuardrailStateRecorded.class),
  TOKEN_ISSUED("TokenIssued", 1, AccessEvent.TokenIssued.class),
  TOKEN_REVOKED("TokenRevoked", 1, AccessEvent.TokenRevoked.class),
  TOKEN_PROPOSED("TokenProposed", 1, AccessEvent.TokenProposed.class),
  ROLE_PROPOSED("RoleProposed", 1, AccessEvent.RoleProposed.class),
  ROLE_GRANTED("RoleGranted", 1, AccessEvent.RoleGranted.class),
  ROLE_WITHDRAWN("RoleWithdrawn", 1, AccessEvent.RoleWithdrawn.class),
  PLATFORM_POLICY_PROPOSED("PlatformPolicyProposed", 1, AccessEvent.PlatformPolicyProposed.class),
  PLATFORM_POLICY_CHANGED("PlatformPolicyChanged", 1, AccessEvent.PlatformPolicyChanged.class),
  CONFIGURATION_RECORDED("ConfigurationRecorded", 1, AccessEvent.ConfigurationRecorded.class),
  COMMAND_REFUSED("CommandRefused", 1, AccessEvent.CommandRefused.class),
  ACCESS_DENIED("AccessDenied", 1, AccessEvent.AccessDenied.class),
  AUDIT_EXPORTED("AuditExported", 1, AuditEvent.AuditExported.class);

  private static final Map<String, EventType> BY_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(EventType::wireName, Function.identity()));
  private static final Map<Class<?>, EventType> BY_CLASS =
      Arrays.stream(values()).collect(Collectors.toMap(EventType::type, Function.identity()));

  private final String wireName;
  private final int version;
  private final Class<? extends TrialogEvent> type;

  EventType(String wireName, int version, Class<? extends TrialogEvent> type) {
    this.wireName = wireName;
    this.version = version;
    this.type = type;
  }

  /** The name in the log. */
  public String wireName() {
    return wireName;
  }

  /** The version that is written now, from 1. */
  public int version() {
    return version;
  }

  /** The Java type that is written and read now. */
  public Class<? extends TrialogEvent> type() {
    return type;
  }

  /** The row of a name in the log; throws {@link IllegalArgumentException} for an unknown one. */
  public static EventType ofName(String wireName) {
    return known(BY_NAME.get(wireName), wireName);
  }

  /** The row of a Java type; throws {@link IllegalArgumentException} for an unknown one. */
  public static EventType ofClass(Class<?> type) {
    return known(BY_CLASS.get(type), type.getName());
  }

  /** Whether the name is one of ours. */
  public static boolean isName(String wireName) {
    return BY_NAME.containsKey(wireName);
  }

  /** Whether the class is one of ours. */
  public static boolean isClass(Class<?> type) {
    return BY_CLASS.containsKey(type);
  }

  private static EventType known(@org.jspecify.annotations.Nullable EventType type, String name) {
    if (type == null) {
      throw new IllegalArgumentException("unknown event type " + name);
    }
    return type;
  }
}
