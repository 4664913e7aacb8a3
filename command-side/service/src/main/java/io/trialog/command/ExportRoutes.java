package io.trialog.command;

import io.trialog.http.Access;
import io.trialog.http.Caller;
import io.trialog.http.JsonDocuments;
import io.trialog.language.AuditCommand.RecordExport;
import io.trialog.language.Grant;
import io.trialog.language.InvalidValue;
import io.trialog.language.Role;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** An export begins with an order, because it is itself a fact that auditors see. */
@RestController
@RequestMapping("/api/v1/audit/exports")
class ExportRoutes {
  private final CommandDesk desk;
  private final Access access;
  private final LogSize size;

  ExportRoutes(CommandDesk desk, Access access, LogSize size) {
    this.desk = desk;
    this.access = access;
    this.size = size;
  }

  /** By default the export has everything up to the fact of itself. */
  @PostMapping
  ResponseEntity<byte[]> export(HttpServletRequest request) {
    Caller caller = access.require(request, Grant.EVERYWHERE, Role.AUDITOR);
    Orders orders = Orders.of(request);
    Asked asked =
        orders.body(body -> new Asked(body.text("purpose"), body.optionalInteger("size")));
    String export = "x" + UUID.randomUUID().toString().replace("-", "");
    CommandDesk.Answer answer =
        desk.execute(new RecordExport(export, asked.purpose()), orders.by(caller));
    long whole = size.at(answer.position());
    long exported = asked.size() == null ? whole : asked.size();
    if (exported < 1 || exported > whole) {
      throw new InvalidValue("size", "must be within 1 and " + whole + "; found " + exported);
    }
    JsonObjectBuilder members =
        JsonDocuments.object().add("export", answer.id()).add("size", exported);
    return Orders.respond(201, answer, members);
  }

  private record Asked(String purpose, @Nullable Long size) {}
}
