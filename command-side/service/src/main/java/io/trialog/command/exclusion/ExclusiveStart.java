package io.trialog.command.exclusion;

import io.trialog.command.CommandDesk.Answer;
import io.trialog.command.Order;
import io.trialog.command.catalogue.ExperimentLife;
import io.trialog.http.ProblemException;
import io.trialog.language.Actor;
import io.trialog.language.Design;
import io.trialog.language.Design.ExclusionShare;
import io.trialog.language.ExclusionSetCommand.ReleaseSlots;
import io.trialog.language.ExclusionSetCommand.ReserveSlots;
import io.trialog.language.ExperimentCommand.KillExperiment;
import io.trialog.language.ExperimentCommand.StartExperiment;
import io.trialog.language.InvalidValue;
import io.trialog.language.Refused;
import io.trialog.language.TrialogCommand;
import io.trialog.language.log.EventLog;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts an experiment together with its slots of exclusion sets. Several streams, so several
 * steps, each of which leaves the log in a state that another may go on from:
 *
 * <ol>
 *   <li>In each set of the design, reserve the slots until a few minutes from now. Asked again, by
 *       a retry or another node, a set answers with the slots it gave before.
 *   <li>Start the experiment. When it refuses, give back what this start reserved.
 *   <li>In each set, keep the slots for good.
 * </ol>
 *
 * Whoever dies in between, or never hears whether the experiment started, leaves reservations with
 * an end: {@link WhenExperimentEndsThenRelease} gives them back when the experiment has not started
 * by then, and keeps them for good when it has. A reservation is only given back by who names the
 * event that made it, so nobody gives back what another start has just renewed. Reservations have
 * no idempotency key: one that was lost must be made again, not remembered.
 */
public final class ExclusiveStart {
  /** How long a start may take; much longer than all its orders may. */
  static final Duration START_WITHIN = Duration.ofMinutes(2);

  /** Takes an order to its aggregate; throws as the command desk does. */
  @FunctionalInterface
  public interface Desk {
    /** Gives one order. */
    Answer give(TrialogCommand command, Order order);
  }

  private static final Logger LOG = LoggerFactory.getLogger(ExclusiveStart.class);
  private static final Actor ACTOR = Actor.automation("start-with-slots");

  private final Desk desk;
  private final EventLog log;
  private final Clock clock;

  public ExclusiveStart(Desk desk, EventLog log, Clock clock) {
    this.desk = desk;
    this.log = log;
    this.clock = clock;
  }

  /** Answers as the start itself does; throws {@link Refused} also when a set is full. */
  public Answer start(StartExperiment command, Order order) {
    Design design = ExperimentLife.of(log, command.experiment()).design();
    if (design == null || design.exclusionSets().isEmpty()) {
      return desk.give(command, order);
    }
    Map<String, Long> reserved = new LinkedHashMap<>();
    Answer answer;
    try {
      reserve(design, order, reserved);
      answer = desk.give(command, order);
    } catch (Refused | ProblemException | InvalidValue e) {
      giveBack(design.experiment(), reserved, order);
      throw e;
    }
    keep(design, order);
    return answer;
  }

  private void reserve(Design design, Order order, Map<String, Long> reserved) {
    Instant startBy = clock.instant().plus(START_WITHIN);
    for (ExclusionShare share : design.exclusionSets()) {
      Answer answer =
          desk.give(
              new ReserveSlots(share.set(), design.experiment(), share.slots(), false, startBy),
              order.because("Start of experiment \"" + design.experiment() + "\"."));
      reserved.put(share.set(), answer.revision());
    }
  }

  /**
   * Only while the experiment is not started, by whoever. What another start renewed, and what was
   * reserved by hand, stays.
   */
  private void giveBack(String experiment, Map<String, Long> reserved, Order order) {
    if (ExperimentLife.of(log, experiment).stage().needsSlots()) {
      return;
    }
    for (Map.Entry<String, Long> each : reserved.entrySet()) {
      Reservation held = Reservations.of(log, each.getKey()).of(experiment);
      if (held != null && !held.planned()) {
        release(new ReleaseSlots(each.getKey(), experiment, each.getValue()), order);
      }
    }
  }

  private void release(ReleaseSlots command, Order order) {
    try {
      desk.give(command, order.because("The start was refused."));
    } catch (RuntimeException e) {
      LOG.info("slots stay until their end: {}", e.toString());
    }
  }

  /** Trouble here leaves an end on a started experiment's slots, which the automation takes off. */
  private void keep(Design design, Order order) {
    for (ExclusionShare share : design.exclusionSets()) {
      try {
        keep(design.experiment(), share, order);
      } catch (Refused e) {
        stop(design.experiment(), share.set(), e);
      } catch (RuntimeException e) {
        LOG.warn("slots of {} not yet kept for good: {}", design.experiment(), e.toString());
      }
    }
  }

  private void keep(String experiment, ExclusionShare share, Order order) {
    desk.give(
        new ReserveSlots(share.set(), experiment, share.slots(), false, null),
        order.because("Experiment \"" + experiment + "\" has started."));
  }

  /** The start took longer than its slots were held, and others have them now: nobody overlaps. */
  private void stop(String experiment, String set, Refused why) {
    LOG.error("experiment={} lost its slots of set={}: {}", experiment, set, why.getMessage());
    String reason = "Lost its slots while being started: " + why.getMessage();
    desk.give(
        new KillExperiment(experiment, null),
        new Order(ACTOR, reason, "start-with-slots", null, null, "", null));
  }
}
