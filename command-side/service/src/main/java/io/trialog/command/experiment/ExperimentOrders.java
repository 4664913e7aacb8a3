package io.trialog.command.experiment;

import io.trialog.command.CommandDesk;
import io.trialog.command.Orders;
import io.trialog.http.Access;
import io.trialog.http.Caller;
import io.trialog.http.Fields;
import io.trialog.language.ExperimentCommand;
import io.trialog.language.ExperimentCommand.KillExperiment;
import io.trialog.language.Keys;
import io.trialog.language.Role;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Function;
import org.springframework.http.ResponseEntity;

/** From requests about one experiment to orders, each by whoever may give it. */
public final class ExperimentOrders {
  private static final Role[] MAY_STOP = {Role.EXPERIMENTER, Role.APPROVER};
  private static final Role[] MAY_BREAK_THE_GLASS = {
    Role.EXPERIMENTER, Role.APPROVER, Role.VIEWER, Role.AUDITOR
  };

  private final CommandDesk desk;
  private final Access access;

  public ExperimentOrders(CommandDesk desk, Access access) {
    this.desk = desk;
    this.access = access;
  }

  /** Reads the order from the body and executes it. */
  public ResponseEntity<byte[]> order(
      HttpServletRequest request,
      String experiment,
      Function<Fields, ExperimentCommand> read,
      Role... anyOf) {
    Orders orders = Orders.of(request);
    Caller caller = allowed(request, experiment, anyOf);
    ExperimentCommand command = orders.body(read);
    return Orders.respond(200, desk.execute(command, orders.by(caller)));
  }

  /** The same for a yes to what another proposed: who says it has just proved who they are. */
  public ResponseEntity<byte[]> approval(
      HttpServletRequest request, String experiment, Function<Fields, ExperimentCommand> read) {
    Orders orders = Orders.of(request);
    Caller caller = allowed(request, experiment, Role.APPROVER);
    access.requireFresh(caller, Access.FRESH);
    ExperimentCommand command = orders.body(read);
    return Orders.respond(200, desk.execute(command, orders.by(caller)));
  }

  /** Whoever may change or approve may stop; who breaks the glass needs only to be of the house. */
  public ResponseEntity<byte[]> kill(HttpServletRequest request, String experiment) {
    Orders orders = Orders.of(request);
    KillExperiment command =
        orders.body(body -> new KillExperiment(experiment, null, body.bool("break_glass", false)));
    Caller caller =
        allowed(request, experiment, command.breakGlass() ? MAY_BREAK_THE_GLASS : MAY_STOP);
    return Orders.respond(200, desk.execute(command, orders.by(caller)));
  }

  /** The caller, when one of the roles is theirs in the experiment's namespace; else 403. */
  public Caller allowed(HttpServletRequest request, String experiment, Role... anyOf) {
    Keys.key("experiment", experiment);
    return access.require(request, desk.namespaceOf(experiment), anyOf);
  }
}
