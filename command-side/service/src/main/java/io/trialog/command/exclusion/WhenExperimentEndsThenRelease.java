package io.trialog.command.exclusion;

import io.trialog.command.CommandDesk;
import io.trialog.command.Order;
import io.trialog.language.Actor;
import io.trialog.language.ExclusionSetCommand.ReleaseSlots;
import io.trialog.language.ExclusionSetCommand.ReserveSlots;
import io.trialog.language.ExclusionSetEvent;
import io.trialog.language.ExperimentEvent;
import io.trialog.language.Refused;
import io.trialog.language.TrialogCommand;
import io.trialog.language.TrialogEvent;
import io.trialog.language.log.EventLog;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the slots of an ended experiment back to its exclusion sets, and those of a start that was
 * given up; takes the end off the slots of one that has started after all. A killed experiment
 * keeps its slots until it is concluded or archived, because it may be revived.
 *
 * <p>Knows nothing but the log, so it goes on after a crash where it stood. Not thread-safe.
 */
public final class WhenExperimentEndsThenRelease {
  private static final Logger LOG = LoggerFactory.getLogger(WhenExperimentEndsThenRelease.class);
  private static final Actor ACTOR = Actor.automation("when-experiment-ends-then-release");
  private static final int PAGE = 1_000;

  private final CommandDesk desk;
  private final EventLog log;
  private final Clock clock;
  private final Map<String, Reservations> sets = new HashMap<>();
  private final Map<String, ExperimentLife> lives = new HashMap<>();
  private long position;

  /** Begins before the first event of the log. */
  public WhenExperimentEndsThenRelease(CommandDesk desk, EventLog log, Clock clock) {
    this.desk = desk;
    this.log = log;
    this.clock = clock;
  }

  /** Reads what is new and does what is due; to be called again and again. */
  public void lookOnce() {
    catchUp();
    Instant now = clock.instant();
    sets.forEach((set, reservations) ->
        reservations.all().forEach(reservation -> look(set, reservation, now)));
  }

  private void catchUp() {
    List<StoredEvent> page;
    do {
      page = log.read(position, PAGE);
      for (StoredEvent stored : page) {
        fold(EventCodec.decode(stored).event(), stored.sequence());
        position = stored.position();
      }
    } while (!page.isEmpty());
  }

  private void fold(TrialogEvent event, long sequence) {
    if (event instanceof ExperimentEvent fact) {
      lives.merge(
          fact.experiment(),
          ExperimentLife.NONE.after(event),
          (before, first) -> before.after(event));
    } else if (event instanceof ExclusionSetEvent fact) {
      sets.computeIfAbsent(fact.set(), set -> new Reservations()).fold(event, sequence);
    }
  }

  private void look(String set, Reservation held, Instant now) {
    String experiment = held.experiment();
    switch (lives.getOrDefault(experiment, ExperimentLife.NONE).stage()) {
      case ENDED -> release(set, held, "Experiment \"" + experiment + "\" has ended.");
      case NOT_STARTED -> {
        if (held.hasLapsed(now) && !held.planned()) {
          release(set, held, "Experiment \"" + experiment + "\" did not start in time.");
        }
      }
      case STARTED, KILLED -> {
        if (held.hasLapsed(now)) {
          order(
              new ReserveSlots(set, experiment, held.slots(), false, null),
              "Experiment \"" + experiment + "\" has started.");
        }
      }
    }
  }

  private void release(String set, Reservation held, String reason) {
    order(new ReleaseSlots(set, held.experiment(), held.sequence()), reason);
  }

  /** A refusal means that somebody was faster; the next look sees what they did. */
  private void order(TrialogCommand command, String reason) {
    try {
      desk.execute(
          command,
          new Order(ACTOR, reason, "when-experiment-ends-then-release", null, null, "", null));
    } catch (Refused e) {
      LOG.debug("left to the next look: {}", e.getMessage());
    }
  }
}
