package io.trialog.query;

import io.trialog.http.Access;
import io.trialog.http.AccessRegister;
import io.trialog.http.Answers;
import io.trialog.http.JsonDocuments;
import io.trialog.language.Grant;
import io.trialog.language.Keys;
import io.trialog.language.PlatformPolicy;
import io.trialog.language.Role;
import io.trialog.projections.Projections;
import io.trialog.projections.Projections.View;
import io.trialog.snapshots.Directory;
import io.trialog.snapshots.Token;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Who may do what; for admins and auditors of everything. */
@RestController
@RequestMapping("/api/v1")
class AccessAnswers {
  private final Projections projections;
  private final AccessRegister register;
  private final Access access;

  AccessAnswers(Projections projections, AccessRegister register, Access access) {
    this.projections = projections;
    this.register = register;
    this.access = access;
  }

  /** Revoked ones too; never a secret, nor its hash. */
  @GetMapping("/tokens")
  ResponseEntity<byte[]> tokens(HttpServletRequest request) {
    access.require(request, Grant.EVERYWHERE, Role.AUDITOR);
    Parameters parameters = Parameters.of(request);
    Page page = Page.of(parameters);
    long position = parameters.minPosition();
    parameters.done();
    projections.require(View.DIRECTORY, position, Parameters.LONGEST_WAIT);
    Directory directory = projections.directory();
    return Answers.ok(
        page.list(
            "tokens",
            directory.tokens(),
            each -> true,
            AccessAnswers::token,
            directory.position()));
  }

  /** A person who has no role is a member without one. Read from the log itself. */
  @GetMapping("/members/{holder}")
  ResponseEntity<byte[]> member(@PathVariable String holder, HttpServletRequest request) {
    access.require(request, Grant.EVERYWHERE, Role.AUDITOR);
    Parameters.of(request).done();
    Keys.key("holder", holder);
    return Answers.ok(
        JsonDocuments.object()
            .add("holder", holder)
            .add("roles", roles(register.member(holder)))
            .build());
  }

  /** Read from the log itself. */
  @GetMapping("/platform/policy")
  ResponseEntity<byte[]> policy(HttpServletRequest request) {
    access.require(request, Grant.EVERYWHERE, Role.AUDITOR);
    Parameters.of(request).done();
    PlatformPolicy policy = register.policy();
    return Answers.ok(
        JsonDocuments.object()
            .add("require_second_administrator", policy.requireSecondAdministrator())
            .add("fresh_authentication", policy.freshAuthentication())
            .build());
  }

  private static JsonObject token(Token token) {
    JsonObjectBuilder json =
        JsonDocuments.object()
            .add("token", token.token())
            .add("holder", token.holder())
            .add("roles", roles(token.grants()))
            .add("revoked", token.revoked());
    if (token.expiresAt() != null) {
      json.add("expires_at", token.expiresAt().toString());
    }
    return json.build();
  }

  private static JsonArrayBuilder roles(List<Grant> grants) {
    JsonArrayBuilder roles = JsonDocuments.list();
    for (Grant grant : grants) {
      roles.add(
          JsonDocuments.object()
              .add("role", grant.role().word())
              .add("namespace", grant.namespace()));
    }
    return roles;
  }
}
