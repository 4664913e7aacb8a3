package io.trialog.command;

import io.trialog.http.Access;
import io.trialog.http.Caller;
import io.trialog.http.Fields;
import io.trialog.language.MetricCommand.DefineMetric;
import io.trialog.language.MetricDefinition;
import io.trialog.language.NamespaceCommand.CreateNamespace;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Role;
import io.trialog.language.Streams;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Orders about what experiments refer to: namespaces and metrics. */
@RestController
@RequestMapping("/api/v1")
class CatalogueRoutes {
  private final CommandDesk desk;
  private final Access access;

  CatalogueRoutes(CommandDesk desk, Access access) {
    this.desk = desk;
    this.access = access;
  }

  @PostMapping("/namespaces")
  ResponseEntity<byte[]> createNamespace(HttpServletRequest request) {
    Orders orders = Orders.of(request);
    CreateNamespace command =
        orders.body(body -> {
          String namespace = body.text("namespace");
          return new CreateNamespace(namespace, body.text("title", namespace));
        });
    Caller caller = access.require(request, command.namespace());
    return Orders.respond(201, desk.execute(command, orders.by(caller)));
  }

  @PostMapping("/metrics")
  ResponseEntity<byte[]> defineMetric(HttpServletRequest request) {
    Orders orders = Orders.of(request);
    MetricDefinition definition = orders.body(CatalogueRoutes::definition);
    Caller caller = access.require(request, definition.namespace(), Role.EXPERIMENTER);
    if (!desk.exists(Streams.namespace(definition.namespace()))) {
      throw new Refused(new Refusal.UnknownReference("namespace", definition.namespace()));
    }
    return Orders.respond(201, desk.execute(new DefineMetric(definition), orders.by(caller)));
  }

  private static MetricDefinition definition(Fields body) {
    String metric = body.text("metric");
    return new MetricDefinition(
        metric,
        body.text("namespace"),
        body.text("title", metric),
        body.word("kind", MetricDefinition.Kind.class),
        body.word("direction", MetricDefinition.Direction.class),
        body.optionalDecimal("cap"),
        body.optionalDecimal("typical_sd"),
        null,
        null);
  }
}
