package io.trialog.command.catalogue;

import io.trialog.language.Design;
import io.trialog.language.ExperimentEvent;
import io.trialog.language.Streams;
import io.trialog.language.log.EventLog;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What matters of an experiment to those whom it refers to: a fold of its events.
 *
 * @param design as it is after all revisions and changes; null before the draft
 */
public record ExperimentLife(Stage stage, @Nullable Design design) {
  /** Before its first event. */
  public static final ExperimentLife NONE = new ExperimentLife(Stage.NOT_STARTED, null);

  /** Where it stands. */
  public enum Stage {
    NOT_STARTED("not started"),
    /** It serves, or may again. */
    STARTED("started"),
    /** It may be revived, so it keeps its slots. */
    KILLED("killed"),
    /** Concluded or archived. */
    ENDED("ended");

    private final String words;

    Stage(String words) {
      this.words = words;
    }

    /** For a sentence. */
    public String words() {
      return words;
    }

    /** Whether its slots of exclusion sets are its own until it ends. */
    public boolean needsSlots() {
      return this == STARTED || this == KILLED;
    }
  }

  /** As the log has it now. */
  public static ExperimentLife of(EventLog log, String experiment) {
    ExperimentLife life = NONE;
    for (StoredEvent stored : log.stream(Streams.experiment(experiment))) {
      if (EventCodec.decode(stored).event() instanceof ExperimentEvent event) {
        life = life.after(event);
      }
    }
    return life;
  }

  /** After one more event. */
  public ExperimentLife after(ExperimentEvent event) {
    return switch (event) {
      case ExperimentEvent.ExperimentDrafted e -> with(e.design());
      case ExperimentEvent.ExperimentRevised e -> with(e.design());
      case ExperimentEvent.ExperimentRetargeted e -> with(known().withTargeting(e.targeting()));
      case ExperimentEvent.ExperimentReallocated e -> with(known().withVariants(e.variants()));
      case ExperimentEvent.ExperimentStarted e -> at(Stage.STARTED);
      case ExperimentEvent.ExperimentRevived e -> at(Stage.STARTED);
      case ExperimentEvent.ExperimentKilled e -> at(Stage.KILLED);
      case ExperimentEvent.ExperimentConcluded e -> at(Stage.ENDED);
      case ExperimentEvent.ExperimentArchived e -> at(Stage.ENDED);
      case ExperimentEvent.ExperimentSubmitted e -> this;
      case ExperimentEvent.ExperimentApproved e -> this;
      case ExperimentEvent.ExperimentRamped e -> this;
      case ExperimentEvent.ExperimentPaused e -> this;
      case ExperimentEvent.ExperimentResumed e -> this;
      case ExperimentEvent.RampPlanned e -> this;
      case ExperimentEvent.RampHeld e -> this;
      case ExperimentEvent.RampContinued e -> this;
      case ExperimentEvent.ChangeProposed e -> this;
      case ExperimentEvent.ChangeApproved e -> this;
      case ExperimentEvent.ChangeWithdrawn e -> this;
      case ExperimentEvent.ReviewOpened e -> this;
      case ExperimentEvent.ReviewClosed e -> this;
      case ExperimentEvent.ReviewOverdue e -> this;
      case ExperimentEvent.GuardrailStateRecorded e -> this;
    };
  }

  private ExperimentLife with(Design next) {
    return new ExperimentLife(stage, next);
  }

  private ExperimentLife at(Stage next) {
    return new ExperimentLife(next, design);
  }

  private Design known() {
    return Objects.requireNonNull(design, "a change of an experiment without a draft");
  }
}
