package io.trialog.snapshots;

import io.trialog.language.Design;
import io.trialog.language.ExperimentStatus;
import io.trialog.language.Targeting;
import io.trialog.sdk.core.Condition;
import io.trialog.sdk.core.Experiment.Status;
import io.trialog.sdk.core.SlotRange;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotWriter;
import io.trialog.sdk.core.Variant;
import io.trialog.sdk.core.note.NoteSigner;
import java.util.Comparator;
import java.util.List;

/**
 * From the state of everything to what one environment's SDKs need. Pure: same state, same bytes.
 */
public final class Snapshots {
  private Snapshots() {}

  /**
   * The served experiments of an environment. Position and time are those of the state: of the last
   * event folded, whatever it was about.
   */
  public static Snapshot of(Directory directory, String environment) {
    List<io.trialog.sdk.core.Experiment> served =
        directory.experiments().values().stream()
            .filter(experiment -> experiment.design().environment().equals(environment))
            .filter(Experiment::isServed)
            .map(Snapshots::experiment)
            .toList();
    return Snapshot.of(environment, directory.position(), directory.time(), served);
  }

  /** The snapshot as a signed note. */
  public static PublishedSnapshot sign(Directory directory, String environment, NoteSigner signer) {
    Snapshot snapshot = of(directory, environment);
    String note = SnapshotWriter.note(snapshot, signer);
    return new PublishedSnapshot(environment, snapshot.position(), snapshot.time(), note);
  }

  private static io.trialog.sdk.core.Experiment experiment(Experiment experiment) {
    Design design = experiment.design();
    return io.trialog.sdk.core.Experiment.builder(experiment.key())
        .surface(design.surface())
        .unit(design.unit())
        .fallbackUnit(design.fallbackUnit())
        .status(status(experiment.status()))
        .epoch(experiment.serving().epoch())
        .control(design.control())
        .winner(experiment.winner())
        .variants(
            design.variants().stream().map(each -> Variant.of(each.key(), each.payload())).toList())
        .targeting(conditions(design.targeting()))
        .allocation(allocation(experiment))
        .build();
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

  private static List<Condition> conditions(Targeting targeting) {
    if (targeting instanceof Targeting.All all) {
      return all.parts().stream().map(part -> condition((Targeting.Condition) part)).toList();
    }
    return List.of(condition((Targeting.Condition) targeting));
  }

  private static Condition condition(Targeting.Condition condition) {
    return Condition.of(
        condition.attribute(),
        Condition.Operator.of(condition.operator().word()),
        condition.values());
  }

  /** Ascending and without the empty ranges that a small share leaves at little traffic. */
  private static List<SlotRange> allocation(Experiment experiment) {
    return experiment.serving().allocation().stream()
        .filter(range -> range.from() < range.to())
        .map(range -> SlotRange.of(range.from(), range.to(), range.variant()))
        .sorted(Comparator.comparingInt(SlotRange::from))
        .toList();
  }
}
