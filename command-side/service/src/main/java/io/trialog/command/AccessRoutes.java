package io.trialog.command;

import io.trialog.http.Access;
import io.trialog.http.AccessTokens;
import io.trialog.http.Caller;
import io.trialog.http.Fields;
import io.trialog.http.JsonDocuments;
import io.trialog.language.AccessCommand.ApprovePlatformPolicy;
import io.trialog.language.AccessCommand.ApproveRole;
import io.trialog.language.AccessCommand.ApproveToken;
import io.trialog.language.AccessCommand.ChangePlatformPolicy;
import io.trialog.language.AccessCommand.GrantRole;
import io.trialog.language.AccessCommand.IssueToken;
import io.trialog.language.AccessCommand.RevokeToken;
import io.trialog.language.AccessCommand.WithdrawRole;
import io.trialog.language.Grant;
import io.trialog.language.Keys;
import io.trialog.language.PlatformPolicy;
import io.trialog.language.Role;
import io.trialog.language.TrialogCommand;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Function;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Orders about who may do what; admins of everything only. */
@RestController
@RequestMapping("/api/v1")
class AccessRoutes {
  private final CommandDesk desk;
  private final Access access;

  AccessRoutes(CommandDesk desk, Access access) {
    this.desk = desk;
    this.access = access;
  }

  /** The secret is in this answer only; a retry with the same key gets the id without it. */
  @PostMapping("/tokens")
  ResponseEntity<byte[]> issue(HttpServletRequest request) {
    Caller caller = access.require(request, Grant.EVERYWHERE);
    Orders orders = Orders.of(request);
    AccessTokens.Fresh fresh = AccessTokens.create();
    IssueToken command =
        orders.body(body ->
            new IssueToken(
                fresh.id(),
                body.text("holder"),
                body.objects("roles", AccessRoutes::grant),
                fresh.secretHash(),
                body.optionalInstant("expires_at")));
    CommandDesk.Answer answer = desk.execute(command, orders.by(caller));
    JsonObjectBuilder members = JsonDocuments.object().add("token", answer.id());
    if (answer.id().equals(fresh.id())) {
      members.add("secret", fresh.bearer());
    }
    return Orders.respond(201, answer, members);
  }

  @PostMapping("/tokens/{token}/approve")
  ResponseEntity<byte[]> approveToken(@PathVariable String token, HttpServletRequest request) {
    return approval(request, body -> new ApproveToken(Keys.key("token", token)));
  }

  @PostMapping("/tokens/{token}/revoke")
  ResponseEntity<byte[]> revoke(@PathVariable String token, HttpServletRequest request) {
    return order(request, body -> new RevokeToken(Keys.key("token", token)));
  }

  @PostMapping("/members/{holder}/grants")
  ResponseEntity<byte[]> grant(@PathVariable String holder, HttpServletRequest request) {
    return order(request, body -> new GrantRole(holder, grant(body)));
  }

  @PostMapping("/members/{holder}/grants/approve")
  ResponseEntity<byte[]> approveGrant(@PathVariable String holder, HttpServletRequest request) {
    return approval(request, body -> new ApproveRole(holder, grant(body)));
  }

  @PostMapping("/members/{holder}/grants/withdraw")
  ResponseEntity<byte[]> withdraw(@PathVariable String holder, HttpServletRequest request) {
    return order(request, body -> new WithdrawRole(holder, grant(body)));
  }

  @PutMapping("/platform/policy")
  ResponseEntity<byte[]> changePolicy(HttpServletRequest request) {
    return order(
        request,
        body ->
            new ChangePlatformPolicy(
                new PlatformPolicy(
                    body.bool("require_second_administrator"), body.bool("fresh_authentication"))));
  }

  @PostMapping("/platform/policy/approve")
  ResponseEntity<byte[]> approvePolicy(HttpServletRequest request) {
    return approval(request, body -> new ApprovePlatformPolicy());
  }

  private ResponseEntity<byte[]> approval(
      HttpServletRequest request, Function<Fields, TrialogCommand> read) {
    Caller caller = access.require(request, Grant.EVERYWHERE);
    access.requireFresh(caller, Access.FRESH);
    return order(caller, request, read);
  }

  private ResponseEntity<byte[]> order(
      HttpServletRequest request, Function<Fields, TrialogCommand> read) {
    return order(access.require(request, Grant.EVERYWHERE), request, read);
  }

  private ResponseEntity<byte[]> order(
      Caller caller, HttpServletRequest request, Function<Fields, TrialogCommand> read) {
    Orders orders = Orders.of(request);
    TrialogCommand command = orders.body(read);
    return Orders.respond(200, desk.execute(command, orders.by(caller)));
  }

  private static Grant grant(Fields body) {
    return new Grant(body.word("role", Role.class), body.text("namespace", Grant.EVERYWHERE));
  }
}
