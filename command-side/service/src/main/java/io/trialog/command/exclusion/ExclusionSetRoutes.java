package io.trialog.command.exclusion;

import io.trialog.command.CommandDesk;
import io.trialog.command.Order;
import io.trialog.command.Orders;
import io.trialog.command.catalogue.ExperimentLife;
import io.trialog.command.catalogue.References;
import io.trialog.http.Access;
import io.trialog.http.Caller;
import io.trialog.http.Fields;
import io.trialog.http.JsonDocuments;
import io.trialog.language.Design;
import io.trialog.language.Design.ExclusionShare;
import io.trialog.language.ExclusionRefusal.ExperimentHasEnded;
import io.trialog.language.ExclusionRefusal.NothingReserved;
import io.trialog.language.ExclusionRefusal.ReservationInUse;
import io.trialog.language.ExclusionRefusal.SetNotInDesign;
import io.trialog.language.ExclusionSetCommand.CreateExclusionSet;
import io.trialog.language.ExclusionSetCommand.ReleaseSlots;
import io.trialog.language.ExclusionSetCommand.ReserveSlots;
import io.trialog.language.Keys;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Role;
import io.trialog.language.SlotSpan;
import io.trialog.language.Streams;
import io.trialog.language.log.EventLog;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Orders about exclusion sets. A set may serve experiments of other namespaces on its surface. */
@RestController
@RequestMapping("/api/v1/exclusion-sets")
public class ExclusionSetRoutes {
  private final CommandDesk desk;
  private final Access access;
  private final References references;
  private final EventLog log;
  private final Clock clock = Clock.systemUTC();

  ExclusionSetRoutes(CommandDesk desk, Access access, References references, EventLog log) {
    this.desk = desk;
    this.access = access;
    this.references = references;
    this.log = log;
  }

  @PostMapping
  ResponseEntity<byte[]> create(HttpServletRequest request) {
    Orders orders = Orders.of(request);
    CreateExclusionSet command = orders.body(ExclusionSetRoutes::read);
    Caller caller = access.require(request, command.namespace(), Role.EXPERIMENTER);
    references.mustBeNamespace(command.namespace());
    references.mustBeEnvironment(command.environment());
    return Orders.respond(201, desk.execute(command, orders.by(caller)));
  }

  /** A set from the members of a body, with the defaults that a person may leave out. */
  public static CreateExclusionSet read(Fields body) {
    String set = body.text("set");
    return new CreateExclusionSet(
        set,
        body.text("namespace"),
        body.text("environment", "production"),
        body.text("surface", "default"),
        body.text("unit", "user_id"),
        body.text("title", set));
  }

  /** Reserves, by hand and before any approval, what the design asks of the set. */
  @PostMapping("/{set}/reservations")
  ResponseEntity<byte[]> reserve(@PathVariable String set, HttpServletRequest request) {
    Orders orders = Orders.of(request);
    String experiment = Keys.key("experiment", orders.body(body -> body.text("experiment")));
    Caller caller = allowed(request, experiment);
    Order order = orders.by(caller);
    CommandDesk.Answer answer =
        desk.promised(Streams.exclusionSet(Keys.key("set", set)), order)
            .orElseGet(() -> desk.execute(reservation(set, experiment), order));
    JsonArrayBuilder ranges = JsonDocuments.list();
    Reservation held = Reservations.of(log, set).of(experiment);
    if (held != null) {
      held.ranges().forEach(span -> ranges.add(json(span)));
    }
    return Orders.respond(201, answer, JsonDocuments.object().add("ranges", ranges));
  }

  @PostMapping("/{set}/reservations/{experiment}/release")
  ResponseEntity<byte[]> release(
      @PathVariable String set, @PathVariable String experiment, HttpServletRequest request) {
    Orders orders = Orders.of(request);
    Keys.key("set", set);
    Caller caller = allowed(request, Keys.key("experiment", experiment));
    orders.body(body -> set);
    Order order = orders.by(caller);
    return Orders.respond(
        200,
        desk.promised(Streams.exclusionSet(set), order)
            .orElseGet(() -> desk.execute(release(set, experiment), order)));
  }

  private Caller allowed(HttpServletRequest request, String experiment) {
    return access.require(request, desk.namespaceOf(experiment), Role.EXPERIMENTER);
  }

  private ReserveSlots reservation(String set, String experiment) {
    ExperimentLife life = ExperimentLife.of(log, experiment);
    if (life.stage() == ExperimentLife.Stage.ENDED) {
      throw new Refused(new ExperimentHasEnded(set, experiment));
    }
    Design design = life.design();
    if (design == null) {
      throw new Refused(new Refusal.NotFound("experiment", experiment));
    }
    ExclusionShare share =
        design.exclusionSets().stream()
            .filter(each -> each.set().equals(set))
            .findFirst()
            .orElseThrow(() -> new Refused(new SetNotInDesign(set, experiment)));
    return new ReserveSlots(set, experiment, share.slots(), true, null);
  }

  /** First the reservation, then the experiment: a start renews the one before it begins. */
  private ReleaseSlots release(String set, String experiment) {
    Reservation held = Reservations.of(log, set).of(experiment);
    if (held == null) {
      throw new Refused(new NothingReserved(set, experiment));
    }
    ExperimentLife.Stage stage = ExperimentLife.of(log, experiment).stage();
    if (stage.needsSlots()) {
      throw new Refused(new ReservationInUse(set, experiment, stage.words()));
    }
    if (held.isBeingStarted(clock.instant())) {
      throw new Refused(new ReservationInUse(set, experiment, "being started"));
    }
    return new ReleaseSlots(set, experiment, held.sequence());
  }

  private static JsonObjectBuilder json(SlotSpan span) {
    return JsonDocuments.object().add("from", span.from()).add("to", span.to());
  }
}
