package io.trialog.command.exclusion;

import io.trialog.language.Design;
import io.trialog.language.ExperimentEvent.ExperimentArchived;
import io.trialog.language.ExperimentEvent.ExperimentConcluded;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentRevised;
import io.trialog.language.ExperimentEvent.ExperimentRevived;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.Streams;
import io.trialog.language.TrialogEvent;
import io.trialog.language.log.EventLog;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import org.jspecify.annotations.Nullable;

/** What matters of an experiment to its slots: a fold of its events. */
record ExperimentLife(Stage stage, @Nullable Design design) {
  /** Before its first event. */
  static final ExperimentLife NONE = new ExperimentLife(Stage.NOT_STARTED, null);

  /** Where it stands. */
  enum Stage {
    NOT_STARTED("not started"),
    /** It serves, or may again. */
    STARTED("started"),
    /** It may be revived, so it keeps its slots. */
    KILLED("killed"),
    ENDED("ended");

    private final String words;

    Stage(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }

    boolean needsSlots() {
      return this == STARTED || this == KILLED;
    }
  }

  /** As the log has it now. */
  static ExperimentLife of(EventLog log, String experiment) {
    ExperimentLife life = NONE;
    for (StoredEvent stored : log.stream(Streams.experiment(experiment))) {
      life = life.after(EventCodec.decode(stored).event());
    }
    return life;
  }

  ExperimentLife after(TrialogEvent event) {
    return switch (event) {
      case ExperimentDrafted e -> new ExperimentLife(stage, e.design());
      case ExperimentRevised e -> new ExperimentLife(stage, e.design());
      case ExperimentStarted e -> new ExperimentLife(Stage.STARTED, design);
      case ExperimentKilled e -> new ExperimentLife(Stage.KILLED, design);
      case ExperimentRevived e -> new ExperimentLife(Stage.STARTED, design);
      case ExperimentConcluded e -> new ExperimentLife(Stage.ENDED, design);
      case ExperimentArchived e -> new ExperimentLife(Stage.ENDED, design);
      default -> this;
    };
  }
}
