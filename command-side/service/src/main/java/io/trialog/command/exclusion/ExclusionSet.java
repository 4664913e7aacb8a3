package io.trialog.command.exclusion;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import io.trialog.command.Revisioned;
import io.trialog.language.ExclusionRefusal.ExclusionSetFull;
import io.trialog.language.ExclusionRefusal.NothingReserved;
import io.trialog.language.ExclusionRefusal.ReservationDiffers;
import io.trialog.language.ExclusionRefusal.ReservationRenewed;
import io.trialog.language.ExclusionSetCommand.CreateExclusionSet;
import io.trialog.language.ExclusionSetCommand.ReleaseSlots;
import io.trialog.language.ExclusionSetCommand.ReserveSlots;
import io.trialog.language.ExclusionSetEvent.ExclusionSetCreated;
import io.trialog.language.ExclusionSetEvent.SlotsReleased;
import io.trialog.language.ExclusionSetEvent.SlotsReserved;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Streams;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventhandling.SequenceNumber;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.CreationPolicy;

/** A hash space of which experiments own disjoint slots. */
public class ExclusionSet extends Revisioned {
  private final Reservations reservations = new Reservations();

  @CommandHandler
  @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
  void handle(CreateExclusionSet order) {
    if (exists()) {
      throw new Refused(new Refusal.AlreadyExists("exclusion-set", order.set()));
    }
    apply(
        new ExclusionSetCreated(
            order.set(),
            order.namespace(),
            order.environment(),
            order.surface(),
            order.unit(),
            order.title()));
  }

  @CommandHandler
  void handle(ReserveSlots order) {
    Reservation held = reservations.of(order.experiment());
    if (held == null) {
      reserve(order);
    } else if (held.slots() != order.slots()) {
      throw new Refused(
          new ReservationDiffers(key(), order.experiment(), held.slots(), order.slots()));
    } else {
      renew(order, held);
    }
  }

  private void reserve(ReserveSlots order) {
    int free = reservations.free();
    if (order.slots() > free) {
      throw new Refused(new ExclusionSetFull(key(), order.experiment(), order.slots(), free));
    }
    apply(
        new SlotsReserved(
            key(),
            order.experiment(),
            reservations.lowestFree(order.slots()),
            order.planned(),
            order.startBy()));
  }

  /** Nothing is said twice: without a change there is no event. */
  private void renew(ReserveSlots order, Reservation held) {
    var next =
        new SlotsReserved(
            key(),
            order.experiment(),
            held.ranges(),
            held.planned() || order.planned(),
            order.planned() ? held.startBy() : order.startBy());
    if (!held.says(next)) {
      apply(next);
    }
  }

  @CommandHandler
  void handle(ReleaseSlots order) {
    Reservation held = reservations.of(order.experiment());
    if (held == null) {
      throw new Refused(new NothingReserved(key(), order.experiment()));
    }
    if (held.sequence() != order.reservation()) {
      throw new Refused(
          new ReservationRenewed(key(), order.experiment(), order.reservation(), held.sequence()));
    }
    apply(new SlotsReleased(key(), order.experiment(), held.ranges()));
  }

  @EventSourcingHandler
  void on(ExclusionSetCreated fact) {
    identify(Streams.exclusionSet(fact.set()));
  }

  @EventSourcingHandler
  void on(SlotsReserved fact, @SequenceNumber long sequence) {
    reservations.put(fact, sequence);
  }

  @EventSourcingHandler
  void on(SlotsReleased fact) {
    reservations.remove(fact);
  }
}
