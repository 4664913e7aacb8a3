package io.trialog.command;

import io.trialog.http.Access;
import io.trialog.http.AccessTokens;
import io.trialog.http.Caller;
import io.trialog.http.JsonDocuments;
import io.trialog.language.AccessCommand.IssueToken;
import io.trialog.language.AccessCommand.RevokeToken;
import io.trialog.language.Grant;
import io.trialog.language.Keys;
import io.trialog.language.Role;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Orders about tokens; admins only. */
@RestController
@RequestMapping("/api/v1/tokens")
class AccessRoutes {
  private final CommandDesk desk;
  private final Access access;

  AccessRoutes(CommandDesk desk, Access access) {
    this.desk = desk;
    this.access = access;
  }

  /** The secret is in this answer only; a retry with the same key gets the id without it. */
  @PostMapping
  ResponseEntity<byte[]> issue(HttpServletRequest request) {
    Caller caller = access.require(request, Grant.EVERYWHERE);
    Orders orders = Orders.of(request);
    AccessTokens.Fresh fresh = AccessTokens.create();
    IssueToken command =
        orders.body(body ->
            new IssueToken(
                fresh.id(),
                body.text("holder"),
                body.objects(
                    "roles",
                    grant ->
                        new Grant(
                            grant.word("role", Role.class),
                            grant.text("namespace", Grant.EVERYWHERE))),
                fresh.secretHash()));
    CommandDesk.Answer answer = desk.execute(command, orders.by(caller));
    JsonObjectBuilder members = JsonDocuments.object().add("token", answer.id());
    if (answer.id().equals(fresh.id())) {
      members.add("secret", fresh.bearer());
    }
    return Orders.respond(201, answer, members);
  }

  @PostMapping("/{token}/revoke")
  ResponseEntity<byte[]> revoke(@PathVariable String token, HttpServletRequest request) {
    Caller caller = access.require(request, Grant.EVERYWHERE);
    Orders orders = Orders.of(request);
    RevokeToken command = orders.body(body -> new RevokeToken(Keys.key("token", token)));
    return Orders.respond(200, desk.execute(command, orders.by(caller)));
  }
}
