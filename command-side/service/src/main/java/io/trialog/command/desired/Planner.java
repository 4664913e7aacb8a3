package io.trialog.command.desired;

import io.trialog.command.catalogue.Catalogue;
import io.trialog.command.catalogue.References;
import io.trialog.command.desired.Plan.Fixed;
import io.trialog.command.desired.Plan.Permit;
import io.trialog.command.desired.Plan.Step;
import io.trialog.command.holdout.HoldoutReader;
import io.trialog.http.Access;
import io.trialog.language.Design;
import io.trialog.language.Design.GuardrailRule;
import io.trialog.language.ExclusionSetCommand.CreateExclusionSet;
import io.trialog.language.ExclusionSetEvent.ExclusionSetCreated;
import io.trialog.language.ExperimentCommand.DraftExperiment;
import io.trialog.language.ExperimentCommand.ReviseExperiment;
import io.trialog.language.FlagCommand.CreateFlag;
import io.trialog.language.FlagCommand.ReviseFlag;
import io.trialog.language.FlagDefinition;
import io.trialog.language.HoldoutCommand.CreateHoldout;
import io.trialog.language.HoldoutDefinition;
import io.trialog.language.MetricCommand.DefineMetric;
import io.trialog.language.MetricDefinition;
import io.trialog.language.NamespaceCommand.SetGuardrailPolicy;
import io.trialog.language.Role;
import io.trialog.language.Streams;
import io.trialog.language.TrialogCommand;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compares a file with the log. Order of the plan: metrics, those made of others last; the
 * guardrail policy; exclusion sets; holdouts; then flags and experiments, each after its
 * prerequisites. Nothing is ever deleted, and what must not change, or is not the namespace's, is
 * said to be fixed.
 */
final class Planner {
  private final Catalogue catalogue;
  private final References references;
  private final Access access;
  private final DesiredState file;
  private final List<Step> steps = new ArrayList<>();
  private final List<Fixed> fixed = new ArrayList<>();

  private Planner(Catalogue catalogue, References references, Access access, DesiredState file) {
    this.catalogue = catalogue;
    this.references = references;
    this.access = access;
    this.file = file;
  }

  static Plan plan(DesiredState file, Catalogue catalogue, References references, Access access) {
    return new Planner(catalogue, references, access, file).plan();
  }

  private Plan plan() {
    file.metrics().stream()
        .sorted(Comparator.comparing(metric -> metric.formula() != null))
        .forEach(this::metric);
    guardrailPolicy();
    file.exclusionSets().forEach(this::exclusionSet);
    file.holdouts().forEach(this::holdout);
    for (Object thing : InOrder.of(file.flags(), file.experiments())) {
      if (thing instanceof FlagDefinition flag) {
        flag(flag);
      } else if (thing instanceof Design design) {
        experiment(design);
      }
    }
    return new Plan(steps, fixed);
  }

  private void metric(MetricDefinition wanted) {
    MetricDefinition found = catalogue.metric(wanted.metric()).orElse(null);
    TrialogCommand command = new DefineMetric(wanted);
    if (found == null) {
      step(command, null, wanted, author(), () -> references.check(wanted));
    } else {
      keep(command, found.namespace(), found, wanted, "a metric is defined once");
    }
  }

  private void guardrailPolicy() {
    List<GuardrailRule> wanted = file.guardrailPolicy();
    if (wanted == null) {
      return;
    }
    var found =
        new SetGuardrailPolicy(file.namespace(), catalogue.guardrailPolicy(file.namespace()));
    var command = new SetGuardrailPolicy(file.namespace(), wanted);
    step(
        command,
        found,
        command,
        request -> access.require(request, file.namespace()),
        () -> references.checkGuardrails(wanted));
  }

  private void exclusionSet(CreateExclusionSet wanted) {
    ExclusionSetCreated found = catalogue.exclusionSet(wanted.set()).orElse(null);
    if (found == null) {
      step(wanted, null, wanted, author(), () -> checkSet(wanted));
    } else {
      keep(wanted, found.namespace(), found, wanted, "an exclusion set does not change");
    }
  }

  private void checkSet(CreateExclusionSet wanted) {
    references.mustBeNamespace(wanted.namespace());
    references.mustBeEnvironment(wanted.environment());
  }

  private void holdout(HoldoutDefinition wanted) {
    HoldoutDefinition found = catalogue.holdout(wanted.holdout()).orElse(null);
    TrialogCommand command = new CreateHoldout(wanted);
    if (found == null) {
      step(
          command,
          null,
          wanted,
          request -> HoldoutReader.allowed(access, request, wanted),
          () -> references.check(wanted));
    } else if (catalogue.isEndedHoldout(wanted.holdout())) {
      fixed.add(new Fixed(command.stream(), "the holdout has ended", List.of()));
    } else {
      keep(command, file.namespace(), found, wanted, "a holdout does not change");
    }
  }

  private void flag(FlagDefinition wanted) {
    FlagDefinition found = catalogue.flag(wanted.flag()).orElse(null);
    Runnable check = () -> references.check(wanted);
    if (found == null) {
      step(new CreateFlag(wanted), null, wanted, author(), check);
    } else if (isForeign(found.namespace()) || catalogue.isArchivedFlag(wanted.flag())) {
      keep(new ReviseFlag(wanted), found.namespace(), found, wanted, "the flag is archived");
    } else {
      step(new ReviseFlag(wanted), found, wanted, author(), check);
    }
  }

  private void experiment(Design wanted) {
    Design found = catalogue.design(wanted.experiment()).orElse(null);
    Runnable check = () -> references.check(wanted);
    if (found == null) {
      step(new DraftExperiment(wanted), null, wanted, author(), check);
    } else if (isForeign(found.namespace()) || catalogue.isPastRevision(wanted.experiment())) {
      keep(
          new ReviseExperiment(wanted),
          found.namespace(),
          found,
          wanted,
          "the experiment has started or is archived; change it by its own orders");
    } else {
      step(new ReviseExperiment(wanted), found, wanted, author(), check);
    }
  }

  private Permit author() {
    return request -> access.require(request, file.namespace(), Role.EXPERIMENTER);
  }

  private boolean isForeign(String namespace) {
    return !namespace.equals(file.namespace());
  }

  private void step(
      TrialogCommand command,
      @Nullable Object found,
      Object wanted,
      Permit permit,
      Runnable check) {
    List<Difference> changes = Difference.between(found, wanted);
    if (!changes.isEmpty()) {
      steps.add(new Step(command, changes, permit, check));
    }
  }

  /** Of what another namespace owns nothing is told but that it does. */
  private void keep(
      TrialogCommand command, String namespace, Object found, Object wanted, String why) {
    if (isForeign(namespace)) {
      fixed.add(new Fixed(command.stream(), "the key belongs to another namespace", List.of()));
      return;
    }
    List<Difference> changes = Difference.between(found, wanted);
    if (!changes.isEmpty()) {
      fixed.add(new Fixed(command.stream(), why, changes));
    }
  }

  /** The stream that a thing of a file is in, for those who sort. */
  static String stream(Object thing) {
    return thing instanceof FlagDefinition flag
        ? Streams.flag(flag.flag())
        : Streams.experiment(((Design) thing).experiment());
  }
}
