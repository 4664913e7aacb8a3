package io.trialog.command.exclusion;

import io.trialog.command.Automation;
import io.trialog.command.catalogue.ExperimentLife;
import io.trialog.language.ExclusionSetCommand.ReleaseSlots;
import io.trialog.language.ExclusionSetCommand.ReserveSlots;
import io.trialog.language.ExclusionSetEvent;
import io.trialog.language.ExperimentEvent;
import io.trialog.language.TrialogCommand;
import io.trialog.language.TrialogEvent;
import io.trialog.language.log.RecordedEvent;
import io.trialog.language.wire.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Gives the slots of an ended experiment back to its exclusion sets, and those of a start that was
 * given up; takes the end off the slots of one that has started after all. A killed experiment
 * keeps its slots until it is concluded or archived, because it may be revived.
 */
public final class WhenExperimentEndsThenRelease implements Automation {
  private final SortedMap<String, Reservations> sets = new TreeMap<>();
  private final SortedMap<String, ExperimentLife> lives = new TreeMap<>();

  @Override
  public String name() {
    return "when-experiment-ends-then-release";
  }

  @Override
  public void on(RecordedEvent recorded) {
    TrialogEvent event = recorded.event();
    if (event instanceof ExperimentEvent fact) {
      ExperimentLife before = lives.getOrDefault(fact.experiment(), ExperimentLife.NONE);
      lives.put(fact.experiment(), before.after(fact));
    } else if (event instanceof ExclusionSetEvent fact) {
      sets.computeIfAbsent(fact.set(), set -> new Reservations()).fold(event, recorded.sequence());
    }
  }

  @Override
  public List<Due> due(Instant now) {
    List<Due> due = new ArrayList<>();
    sets.forEach((set, reservations) ->
        reservations.all().forEach(reservation -> look(set, reservation, now, due)));
    return due;
  }

  private void look(String set, Reservation held, Instant now, List<Due> due) {
    String experiment = held.experiment();
    switch (lives.getOrDefault(experiment, ExperimentLife.NONE).stage()) {
      case ENDED -> due.add(release(set, held, "has ended"));
      case NOT_STARTED -> {
        if (held.hasLapsed(now) && !held.planned()) {
          due.add(release(set, held, "did not start in time"));
        }
      }
      case STARTED, KILLED -> {
        if (held.hasLapsed(now)) {
          due.add(keep(set, held));
        }
      }
    }
  }

  private static Due release(String set, Reservation held, String what) {
    return due(
        new ReleaseSlots(set, held.experiment(), held.sequence()),
        held,
        "Experiment \"" + held.experiment() + "\" " + what + ".");
  }

  private static Due keep(String set, Reservation held) {
    return due(
        new ReserveSlots(set, held.experiment(), held.slots(), false, null),
        held,
        "Experiment \"" + held.experiment() + "\" has started.");
  }

  /** A reservation is named by the event that made it, so each is given back once. */
  private static Due due(TrialogCommand command, Reservation held, String reason) {
    String reservation = command.stream() + "/" + held.experiment() + "/" + held.sequence();
    return new Due(
        command, Sha256.hex(reservation.getBytes(StandardCharsets.UTF_8)), reservation, reason);
  }
}
