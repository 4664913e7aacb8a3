package io.trialog.language;

/** An order to the command side. */
public sealed interface TrialogCommand
    permits NamespaceCommand,
        EnvironmentCommand,
        MetricCommand,
        ExclusionSetCommand,
        HoldoutCommand,
        FlagCommand,
        ExperimentCommand,
        AccessCommand,
        AuditCommand {
  /** The stream of the aggregate that decides, {@code kind/key}; also its Axon identifier. */
  String stream();
}
