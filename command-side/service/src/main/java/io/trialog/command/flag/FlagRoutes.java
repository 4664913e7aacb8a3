package io.trialog.command.flag;

import io.trialog.command.CommandDesk;
import io.trialog.command.Orders;
import io.trialog.command.catalogue.Catalogue;
import io.trialog.command.catalogue.References;
import io.trialog.http.Access;
import io.trialog.http.Caller;
import io.trialog.http.Fields;
import io.trialog.language.FlagCommand;
import io.trialog.language.FlagCommand.ArchiveFlag;
import io.trialog.language.FlagCommand.CreateFlag;
import io.trialog.language.FlagCommand.DisableFlag;
import io.trialog.language.FlagCommand.EnableFlag;
import io.trialog.language.FlagCommand.KillFlag;
import io.trialog.language.FlagCommand.ReviseFlag;
import io.trialog.language.FlagDefinition;
import io.trialog.language.InvalidValue;
import io.trialog.language.Keys;
import io.trialog.language.Role;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Orders about flags. */
@RestController
@RequestMapping("/api/v1/flags")
public class FlagRoutes {
  private final CommandDesk desk;
  private final Access access;
  private final Catalogue catalogue;
  private final References references;

  FlagRoutes(CommandDesk desk, Access access, Catalogue catalogue, References references) {
    this.desk = desk;
    this.access = access;
    this.catalogue = catalogue;
    this.references = references;
  }

  @PostMapping
  ResponseEntity<byte[]> create(HttpServletRequest request) {
    Orders orders = Orders.of(request);
    FlagDefinition flag = orders.body(body -> FlagReader.read(body, body.text("flag")));
    Caller caller = access.require(request, flag.namespace(), Role.EXPERIMENTER);
    references.check(flag);
    return Orders.respond(201, desk.execute(new CreateFlag(flag), orders.by(caller)));
  }

  @PutMapping("/{flag}")
  ResponseEntity<byte[]> revise(@PathVariable String flag, HttpServletRequest request) {
    Orders orders = Orders.of(request);
    Caller caller = allowed(request, flag, Role.EXPERIMENTER);
    FlagDefinition next = orders.body(body -> FlagReader.read(body, sameKey(body, flag)));
    references.check(next);
    return Orders.respond(200, desk.execute(new ReviseFlag(next), orders.by(caller)));
  }

  @PostMapping("/{flag}/enable")
  ResponseEntity<byte[]> enable(@PathVariable String flag, HttpServletRequest request) {
    return order(new EnableFlag(flag), request, Role.EXPERIMENTER);
  }

  @PostMapping("/{flag}/disable")
  ResponseEntity<byte[]> disable(@PathVariable String flag, HttpServletRequest request) {
    return order(new DisableFlag(flag), request, Role.EXPERIMENTER);
  }

  /** Anyone who may change or approve may stop it. */
  @PostMapping("/{flag}/kill")
  ResponseEntity<byte[]> kill(@PathVariable String flag, HttpServletRequest request) {
    return order(new KillFlag(flag), request, Role.EXPERIMENTER, Role.APPROVER);
  }

  @PostMapping("/{flag}/archive")
  ResponseEntity<byte[]> archive(@PathVariable String flag, HttpServletRequest request) {
    return order(new ArchiveFlag(flag), request, Role.EXPERIMENTER);
  }

  private ResponseEntity<byte[]> order(
      FlagCommand command, HttpServletRequest request, Role... anyOf) {
    Orders orders = Orders.of(request);
    Caller caller = allowed(request, command.flag(), anyOf);
    FlagCommand read = orders.body(body -> command);
    return Orders.respond(200, desk.execute(read, orders.by(caller)));
  }

  private Caller allowed(HttpServletRequest request, String flag, Role... anyOf) {
    Keys.key("flag", flag);
    FlagDefinition definition = Catalogue.found("flag", flag, catalogue.flag(flag));
    return access.require(request, definition.namespace(), anyOf);
  }

  private static String sameKey(Fields body, String flag) {
    String named = body.text("flag", flag);
    if (!named.equals(flag)) {
      throw new InvalidValue(
          "flag", "must be \"" + flag + "\" as in the path; found \"" + named + "\"");
    }
    return flag;
  }
}
