package io.trialog.command.holdout;

import io.trialog.command.CommandDesk;
import io.trialog.command.Orders;
import io.trialog.command.catalogue.Catalogue;
import io.trialog.command.catalogue.References;
import io.trialog.http.Access;
import io.trialog.http.Caller;
import io.trialog.language.HoldoutCommand.CreateHoldout;
import io.trialog.language.HoldoutCommand.EndHoldout;
import io.trialog.language.HoldoutDefinition;
import io.trialog.language.Keys;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Orders about holdouts; admins only. */
@RestController
@RequestMapping("/api/v1/holdouts")
public class HoldoutRoutes {
  private final CommandDesk desk;
  private final Access access;
  private final Catalogue catalogue;
  private final References references;

  HoldoutRoutes(CommandDesk desk, Access access, Catalogue catalogue, References references) {
    this.desk = desk;
    this.access = access;
    this.catalogue = catalogue;
    this.references = references;
  }

  @PostMapping
  ResponseEntity<byte[]> create(HttpServletRequest request) {
    Orders orders = Orders.of(request);
    HoldoutDefinition holdout = orders.body(HoldoutReader::read);
    Caller caller = HoldoutReader.allowed(access, request, holdout);
    references.check(holdout);
    return Orders.respond(201, desk.execute(new CreateHoldout(holdout), orders.by(caller)));
  }

  @PostMapping("/{holdout}/end")
  ResponseEntity<byte[]> end(@PathVariable String holdout, HttpServletRequest request) {
    Orders orders = Orders.of(request);
    Keys.key("holdout", holdout);
    HoldoutDefinition found = Catalogue.found("holdout", holdout, catalogue.holdout(holdout));
    Caller caller = HoldoutReader.allowed(access, request, found);
    EndHoldout command = orders.body(body -> new EndHoldout(holdout));
    return Orders.respond(200, desk.execute(command, orders.by(caller)));
  }
}
