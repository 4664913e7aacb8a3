package io.trialog.language;

/**
 * A past fact of the log. Sealed, so that a new one fails to compile until every fold has an
 * opinion.
 */
public sealed interface TrialogEvent
    permits NamespaceEvent,
        EnvironmentEvent,
        MetricEvent,
        ExclusionSetEvent,
        HoldoutEvent,
        FlagEvent,
        ExperimentEvent,
        AccessEvent,
        AuditEvent {}
