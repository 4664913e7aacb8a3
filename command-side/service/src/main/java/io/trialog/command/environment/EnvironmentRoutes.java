package io.trialog.command.environment;

import io.trialog.command.CommandDesk;
import io.trialog.command.Orders;
import io.trialog.http.Access;
import io.trialog.http.Caller;
import io.trialog.language.EnvironmentCommand;
import io.trialog.language.EnvironmentCommand.ApproveKillSwitchRelease;
import io.trialog.language.EnvironmentCommand.CreateEnvironment;
import io.trialog.language.EnvironmentCommand.EngageKillSwitch;
import io.trialog.language.EnvironmentCommand.ProposeKillSwitchRelease;
import io.trialog.language.Grant;
import io.trialog.language.Role;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Orders about environments and their kill switch. */
@RestController
@RequestMapping("/api/v1/environments")
public class EnvironmentRoutes {
  private final CommandDesk desk;
  private final Access access;

  EnvironmentRoutes(CommandDesk desk, Access access) {
    this.desk = desk;
    this.access = access;
  }

  @PostMapping
  ResponseEntity<byte[]> create(HttpServletRequest request) {
    Caller caller = access.require(request, Grant.EVERYWHERE);
    Orders orders = Orders.of(request);
    CreateEnvironment command =
        orders.body(body -> {
          String environment = body.text("environment");
          return new CreateEnvironment(environment, body.text("title", environment));
        });
    return Orders.respond(201, desk.execute(command, orders.by(caller)));
  }

  /**
   * An environment is everybody's, so whoever may stop an experiment anywhere may stop them all.
   */
  @PostMapping("/{environment}/kill-switch/engage")
  ResponseEntity<byte[]> engage(@PathVariable String environment, HttpServletRequest request) {
    Caller caller = access.requireAnywhere(request, Role.EXPERIMENTER, Role.APPROVER);
    return order(new EngageKillSwitch(environment), caller, request);
  }

  @PostMapping("/{environment}/kill-switch/release")
  ResponseEntity<byte[]> release(@PathVariable String environment, HttpServletRequest request) {
    Caller caller = access.requireAnywhere(request, Role.EXPERIMENTER, Role.APPROVER);
    return order(new ProposeKillSwitchRelease(environment), caller, request);
  }

  @PostMapping("/{environment}/kill-switch/release/approve")
  ResponseEntity<byte[]> approve(@PathVariable String environment, HttpServletRequest request) {
    Caller caller = access.requireAnywhere(request, Role.APPROVER);
    access.requireFresh(caller, Access.FRESH);
    return order(new ApproveKillSwitchRelease(environment), caller, request);
  }

  private ResponseEntity<byte[]> order(
      EnvironmentCommand command, Caller caller, HttpServletRequest request) {
    Orders orders = Orders.of(request);
    EnvironmentCommand read = orders.body(body -> command);
    return Orders.respond(200, desk.execute(read, orders.by(caller)));
  }
}
