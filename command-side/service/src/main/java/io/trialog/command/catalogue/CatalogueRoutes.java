package io.trialog.command.catalogue;

import io.trialog.command.CommandDesk;
import io.trialog.command.DesignReader;
import io.trialog.command.Order;
import io.trialog.command.Orders;
import io.trialog.http.Access;
import io.trialog.http.Caller;
import io.trialog.http.Fields;
import io.trialog.language.ApprovalPolicy;
import io.trialog.language.ChangeKind;
import io.trialog.language.MetricCommand.DefineMetric;
import io.trialog.language.MetricDefinition;
import io.trialog.language.NamespaceCommand.ApproveApprovalPolicy;
import io.trialog.language.NamespaceCommand.CreateNamespace;
import io.trialog.language.NamespaceCommand.ProposeApprovalPolicy;
import io.trialog.language.NamespaceCommand.SetGuardrailPolicy;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Role;
import io.trialog.language.Streams;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Orders about namespaces, their guardrails, and metrics. */
@RestController
@RequestMapping("/api/v1")
public class CatalogueRoutes {
  private final CommandDesk desk;
  private final Access access;
  private final References references;

  CatalogueRoutes(CommandDesk desk, Access access, References references) {
    this.desk = desk;
    this.access = access;
    this.references = references;
  }

  /** What a body asks for. */
  private record Opening(CreateNamespace command, boolean standardMetrics) {}

  /** With {@code standard_metrics} several orders; a retry with the same key does what is left. */
  @PostMapping("/namespaces")
  ResponseEntity<byte[]> createNamespace(HttpServletRequest request) {
    Orders orders = Orders.of(request);
    Opening opening =
        orders.body(body -> {
          String namespace = body.text("namespace");
          return new Opening(
              new CreateNamespace(namespace, body.text("title", namespace)),
              body.bool("standard_metrics", false));
        });
    CreateNamespace command = opening.command();
    Caller caller = access.require(request, command.namespace());
    Order order = orders.by(caller);
    return Orders.respond(
        201,
        opening.standardMetrics() ? withMetrics(command, order) : desk.execute(command, order));
  }

  private CommandDesk.Answer withMetrics(CreateNamespace command, Order order) {
    StandardMetrics standard = StandardMetrics.of(command.namespace());
    boolean retried = desk.promised(command.stream(), order).isPresent();
    if (!retried) {
      standard.metrics().forEach(metric -> mustBeFree(metric.metric()));
    }
    CommandDesk.Answer answer = desk.execute(command, order);
    for (MetricDefinition metric : standard.metrics()) {
      desk.execute(new DefineMetric(metric), order.part("metric " + metric.metric()));
    }
    desk.execute(
        new SetGuardrailPolicy(command.namespace(), standard.guardrails()),
        order.part("guardrail policy"));
    return answer;
  }

  private void mustBeFree(String metric) {
    if (desk.exists(Streams.metric(metric))) {
      throw new Refused(new Refusal.AlreadyExists("metric", metric));
    }
  }

  @PostMapping("/namespaces/{org}/{team}/guardrail-policy")
  ResponseEntity<byte[]> setGuardrailPolicy(
      @PathVariable String org, @PathVariable String team, HttpServletRequest request) {
    Orders orders = Orders.of(request);
    SetGuardrailPolicy command =
        orders.body(body ->
            new SetGuardrailPolicy(org + "/" + team, DesignReader.guardrails(body, "guardrails")));
    Caller caller = access.require(request, command.namespace());
    references.checkGuardrails(command.rules());
    return Orders.respond(200, desk.execute(command, orders.by(caller)));
  }

  /** Admins only, and it takes two of them. */
  @PostMapping("/namespaces/{org}/{team}/approval-policy")
  ResponseEntity<byte[]> proposeApprovalPolicy(
      @PathVariable String org, @PathVariable String team, HttpServletRequest request) {
    Orders orders = Orders.of(request);
    ProposeApprovalPolicy command =
        orders.body(body -> new ProposeApprovalPolicy(org + "/" + team, policy(body)));
    Caller caller = access.require(request, command.namespace());
    return Orders.respond(200, desk.execute(command, orders.by(caller)));
  }

  @PostMapping("/namespaces/{org}/{team}/approval-policy/approve")
  ResponseEntity<byte[]> approveApprovalPolicy(
      @PathVariable String org, @PathVariable String team, HttpServletRequest request) {
    Orders orders = Orders.of(request);
    ApproveApprovalPolicy command =
        orders.body(body -> new ApproveApprovalPolicy(org + "/" + team));
    Caller caller = access.require(request, command.namespace());
    access.requireFresh(caller, Access.FRESH);
    return Orders.respond(200, desk.execute(command, orders.by(caller)));
  }

  /** What is not said is as it is where nobody said anything. */
  private static ApprovalPolicy policy(Fields body) {
    ApprovalPolicy usual = ApprovalPolicy.DEFAULT;
    return new ApprovalPolicy(
        whole(body, "required", usual.required()),
        body.texts("approvers"),
        whole(body, "ttl_hours", usual.ttlHours()),
        whole(body, "review_hours", usual.reviewHours()),
        body.optionalJson("approvals_for") == null
            ? usual.approvalsFor()
            : body.words("approvals_for", ChangeKind.class));
  }

  private static int whole(Fields body, String name, int orElse) {
    Long value = body.optionalInteger(name);
    return value == null ? orElse : Math.clamp(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  @PostMapping("/metrics")
  ResponseEntity<byte[]> defineMetric(HttpServletRequest request) {
    Orders orders = Orders.of(request);
    MetricDefinition definition = orders.body(MetricReader::read);
    Caller caller = access.require(request, definition.namespace(), Role.EXPERIMENTER);
    references.check(definition);
    return Orders.respond(201, desk.execute(new DefineMetric(definition), orders.by(caller)));
  }
}
