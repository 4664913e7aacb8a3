package io.trialog.command.desired;

import io.trialog.command.CommandDesk;
import io.trialog.command.CommandDesk.Answer;
import io.trialog.command.Order;
import io.trialog.command.Orders;
import io.trialog.command.catalogue.Catalogue;
import io.trialog.command.catalogue.References;
import io.trialog.command.desired.Plan.Fixed;
import io.trialog.command.desired.Plan.Step;
import io.trialog.http.Access;
import io.trialog.http.Answers;
import io.trialog.http.Caller;
import io.trialog.http.JsonDocuments;
import io.trialog.http.Problem;
import io.trialog.http.ProblemException;
import io.trialog.language.InvalidValue;
import io.trialog.language.Keys;
import io.trialog.language.Refused;
import io.trialog.language.Role;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The declarative file. A dry run answers with the plan; else the orders of the plan are given one
 * after the other, each with the role and the checks of its own route, up to the first that is
 * refused. Sent again, it goes on from there.
 */
@RestController
@RequestMapping("/api/v1/namespaces/{org}/{team}/desired-state")
public class DesiredStateRoutes {
  private final CommandDesk desk;
  private final Access access;
  private final Catalogue catalogue;
  private final References references;

  DesiredStateRoutes(CommandDesk desk, Access access, Catalogue catalogue, References references) {
    this.desk = desk;
    this.access = access;
    this.catalogue = catalogue;
    this.references = references;
  }

  @PutMapping
  ResponseEntity<byte[]> put(
      @PathVariable String org, @PathVariable String team, HttpServletRequest request) {
    String namespace = Keys.namespace("namespace", org + "/" + team);
    Caller caller = access.require(request, namespace, Role.EXPERIMENTER);
    references.mustBeNamespace(namespace);
    boolean dryRun = dryRun(request.getParameter("dry_run"));
    Orders orders = Orders.of(request);
    DesiredState file = orders.body(body -> DesiredState.read(body, namespace, catalogue));
    Plan plan = Planner.plan(file, catalogue, references, access);
    return dryRun
        ? Answers.json(200, new HttpHeaders(), json(plan, true, List.of()).build())
        : run(plan, orders.by(caller), request);
  }

  private static boolean dryRun(@Nullable String value) {
    if (value == null || value.equals("false")) {
      return false;
    }
    if (value.equals("true")) {
      return true;
    }
    throw new InvalidValue("dry_run", "must be true or false; found \"" + value + "\"");
  }

  private ResponseEntity<byte[]> run(Plan plan, Order order, HttpServletRequest request) {
    List<Answer> done = new ArrayList<>();
    for (Step step : plan.steps()) {
      Problem problem = give(step, order, request, done);
      if (problem != null) {
        return Answers.problem(
            problem
                .with("refused_step", JsonDocuments.number(done.size()))
                .with("steps", steps(plan, done).build()));
      }
    }
    return Answers.json(200, new HttpHeaders(), json(plan, false, done).build());
  }

  /** Gives one order; answers with the problem when it is refused. */
  private @Nullable Problem give(
      Step step, Order order, HttpServletRequest request, List<Answer> done) {
    try {
      step.permit().of(request);
      step.check().run();
      done.add(
          desk.execute(step.command(), order.part(step.name() + " " + step.command().stream())));
      return null;
    } catch (Refused e) {
      return Problem.of(e.refusal());
    } catch (InvalidValue e) {
      return Problem.of(e);
    } catch (ProblemException e) {
      return e.problem();
    }
  }

  private static JsonObjectBuilder json(Plan plan, boolean dryRun, List<Answer> done) {
    JsonArrayBuilder fixed = JsonDocuments.list();
    for (Fixed each : plan.fixed()) {
      fixed.add(
          JsonDocuments.object()
              .add("stream", each.stream())
              .add("why", each.why())
              .add("changes", Difference.json(each.changes())));
    }
    return JsonDocuments.object()
        .add("dry_run", dryRun)
        .add("steps", steps(plan, done))
        .add("not_changeable", fixed);
  }

  private static JsonArrayBuilder steps(Plan plan, List<Answer> done) {
    JsonArrayBuilder steps = JsonDocuments.list();
    for (int i = 0; i < plan.steps().size(); i++) {
      Step step = plan.steps().get(i);
      JsonObjectBuilder json =
          JsonDocuments.object()
              .add("command", step.name())
              .add("stream", step.command().stream())
              .add("changes", Difference.json(step.changes()));
      if (i < done.size()) {
        json.add("revision", done.get(i).revision()).add("position", done.get(i).position());
      }
      steps.add(json);
    }
    return steps;
  }
}
