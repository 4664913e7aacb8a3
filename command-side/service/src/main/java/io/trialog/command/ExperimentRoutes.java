package io.trialog.command;

import io.trialog.command.catalogue.Catalogue;
import io.trialog.command.catalogue.References;
import io.trialog.command.experiment.ChangeReader;
import io.trialog.command.experiment.ExperimentOrders;
import io.trialog.http.Access;
import io.trialog.http.Caller;
import io.trialog.http.Fields;
import io.trialog.language.Change;
import io.trialog.language.Design;
import io.trialog.language.ExperimentCommand.ApproveExperiment;
import io.trialog.language.ExperimentCommand.ConcludeExperiment;
import io.trialog.language.ExperimentCommand.DraftExperiment;
import io.trialog.language.ExperimentCommand.PauseExperiment;
import io.trialog.language.ExperimentCommand.RampExperiment;
import io.trialog.language.ExperimentCommand.ResumeExperiment;
import io.trialog.language.ExperimentCommand.ReviseExperiment;
import io.trialog.language.ExperimentCommand.StartExperiment;
import io.trialog.language.ExperimentCommand.SubmitExperiment;
import io.trialog.language.InvalidValue;
import io.trialog.language.Role;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Orders about experiments. */
@RestController
@RequestMapping("/api/v1/experiments")
class ExperimentRoutes {
  private final CommandDesk desk;
  private final Access access;
  private final Catalogue catalogue;
  private final References references;
  private final ExperimentOrders orders;

  ExperimentRoutes(CommandDesk desk, Access access, Catalogue catalogue, References references) {
    this.desk = desk;
    this.access = access;
    this.catalogue = catalogue;
    this.references = references;
    this.orders = new ExperimentOrders(desk, access);
  }

  @PostMapping
  ResponseEntity<byte[]> draft(HttpServletRequest request) {
    Orders orders = Orders.of(request);
    Design design =
        orders.body(
            body -> DesignReader.read(body, body.text("experiment"), catalogue::guardrailPolicy));
    Caller caller = access.require(request, design.namespace(), Role.EXPERIMENTER);
    references.check(design);
    return Orders.respond(201, desk.execute(new DraftExperiment(design), orders.by(caller)));
  }

  @PutMapping("/{experiment}")
  ResponseEntity<byte[]> revise(@PathVariable String experiment, HttpServletRequest request) {
    Orders orders = Orders.of(request);
    Caller caller = this.orders.allowed(request, experiment, Role.EXPERIMENTER);
    Design design =
        orders.body(
            body -> DesignReader.read(body, sameKey(body, experiment), catalogue::guardrailPolicy));
    references.check(design);
    return Orders.respond(200, desk.execute(new ReviseExperiment(design), orders.by(caller)));
  }

  /** With {@code launch}, one approval covers the design and how it starts. */
  @PostMapping("/{experiment}/submit")
  ResponseEntity<byte[]> submit(@PathVariable String experiment, HttpServletRequest request) {
    return orders.order(
        request,
        experiment,
        body -> new SubmitExperiment(experiment, launch(experiment, body)),
        Role.EXPERIMENTER);
  }

  private @Nullable Change launch(String experiment, Fields body) {
    Change launch = ChangeReader.launch(body);
    if (launch instanceof Change.FollowPlan follow) {
      references.check(experiment, follow.plan());
    }
    return launch;
  }

  @PostMapping("/{experiment}/approve")
  ResponseEntity<byte[]> approve(@PathVariable String experiment, HttpServletRequest request) {
    return orders.approval(
        request,
        experiment,
        body -> new ApproveExperiment(experiment, body.optionalText("proposal_digest")));
  }

  @PostMapping("/{experiment}/start")
  ResponseEntity<byte[]> start(@PathVariable String experiment, HttpServletRequest request) {
    return orders.order(
        request,
        experiment,
        body ->
            new StartExperiment(
                experiment,
                ChangeReader.optionalTraffic(body),
                body.bool("equal_arms", false),
                body.optionalText("proposal"),
                body.bool("break_glass", false)),
        Role.EXPERIMENTER);
  }

  @PostMapping("/{experiment}/ramp")
  ResponseEntity<byte[]> ramp(@PathVariable String experiment, HttpServletRequest request) {
    return orders.order(
        request,
        experiment,
        body -> {
          String proposal = body.optionalText("proposal");
          return new RampExperiment(
              experiment,
              proposal == null
                  ? Integer.valueOf(ChangeReader.traffic(body))
                  : ChangeReader.optionalTraffic(body),
              body.optionalJson("equal_arms") == null ? null : body.bool("equal_arms", false),
              proposal,
              body.bool("break_glass", false));
        },
        Role.EXPERIMENTER);
  }

  @PostMapping("/{experiment}/pause")
  ResponseEntity<byte[]> pause(@PathVariable String experiment, HttpServletRequest request) {
    return orders.order(
        request, experiment, body -> new PauseExperiment(experiment), Role.EXPERIMENTER);
  }

  @PostMapping("/{experiment}/resume")
  ResponseEntity<byte[]> resume(@PathVariable String experiment, HttpServletRequest request) {
    return orders.order(
        request,
        experiment,
        body -> new ResumeExperiment(experiment, body.bool("break_glass", false)),
        Role.EXPERIMENTER);
  }

  /** Anyone who may change or approve an experiment may stop it. */
  @PostMapping("/{experiment}/kill")
  ResponseEntity<byte[]> kill(@PathVariable String experiment, HttpServletRequest request) {
    return orders.kill(request, experiment);
  }

  @PostMapping("/{experiment}/conclude")
  ResponseEntity<byte[]> conclude(@PathVariable String experiment, HttpServletRequest request) {
    return orders.order(
        request,
        experiment,
        body -> {
          String proposal = body.optionalText("proposal");
          return new ConcludeExperiment(
              experiment,
              proposal == null ? body.text("winner") : body.optionalText("winner"),
              proposal,
              body.bool("break_glass", false));
        },
        Role.EXPERIMENTER);
  }

  private static String sameKey(Fields body, String experiment) {
    String named = body.text("experiment", experiment);
    if (!named.equals(experiment)) {
      throw new InvalidValue(
          "experiment", "must be \"" + experiment + "\" as in the path; found \"" + named + "\"");
    }
    return experiment;
  }
}
