package io.trialog.command;

import io.trialog.command.catalogue.Catalogue;
import io.trialog.command.catalogue.References;
import io.trialog.http.Access;
import io.trialog.http.Caller;
import io.trialog.http.Fields;
import io.trialog.language.Design;
import io.trialog.language.ExperimentCommand;
import io.trialog.language.ExperimentCommand.ApproveExperiment;
import io.trialog.language.ExperimentCommand.ConcludeExperiment;
import io.trialog.language.ExperimentCommand.DraftExperiment;
import io.trialog.language.ExperimentCommand.KillExperiment;
import io.trialog.language.ExperimentCommand.PauseExperiment;
import io.trialog.language.ExperimentCommand.RampExperiment;
import io.trialog.language.ExperimentCommand.ResumeExperiment;
import io.trialog.language.ExperimentCommand.ReviseExperiment;
import io.trialog.language.ExperimentCommand.StartExperiment;
import io.trialog.language.ExperimentCommand.SubmitExperiment;
import io.trialog.language.InvalidValue;
import io.trialog.language.Keys;
import io.trialog.language.Role;
import jakarta.servlet.http.HttpServletRequest;
import java.math.BigDecimal;
import java.util.function.Function;
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
  private static final BigDecimal PPM = new BigDecimal(1_000_000);

  private final CommandDesk desk;
  private final Access access;
  private final Catalogue catalogue;
  private final References references;

  ExperimentRoutes(CommandDesk desk, Access access, Catalogue catalogue, References references) {
    this.desk = desk;
    this.access = access;
    this.catalogue = catalogue;
    this.references = references;
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
    Caller caller = allowed(request, experiment, Role.EXPERIMENTER);
    Design design =
        orders.body(
            body -> DesignReader.read(body, sameKey(body, experiment), catalogue::guardrailPolicy));
    references.check(design);
    return Orders.respond(200, desk.execute(new ReviseExperiment(design), orders.by(caller)));
  }

  @PostMapping("/{experiment}/submit")
  ResponseEntity<byte[]> submit(@PathVariable String experiment, HttpServletRequest request) {
    return order(request, experiment, body -> new SubmitExperiment(experiment), Role.EXPERIMENTER);
  }

  @PostMapping("/{experiment}/approve")
  ResponseEntity<byte[]> approve(@PathVariable String experiment, HttpServletRequest request) {
    return order(
        request,
        experiment,
        body -> new ApproveExperiment(experiment, body.optionalText("proposal_digest")),
        Role.APPROVER);
  }

  @PostMapping("/{experiment}/start")
  ResponseEntity<byte[]> start(@PathVariable String experiment, HttpServletRequest request) {
    return order(
        request,
        experiment,
        body -> new StartExperiment(experiment, ppm(body.decimal("traffic", BigDecimal.ONE))),
        Role.EXPERIMENTER);
  }

  @PostMapping("/{experiment}/ramp")
  ResponseEntity<byte[]> ramp(@PathVariable String experiment, HttpServletRequest request) {
    return order(
        request,
        experiment,
        body -> new RampExperiment(experiment, ppm(body.decimal("traffic"))),
        Role.EXPERIMENTER);
  }

  @PostMapping("/{experiment}/pause")
  ResponseEntity<byte[]> pause(@PathVariable String experiment, HttpServletRequest request) {
    return order(request, experiment, body -> new PauseExperiment(experiment), Role.EXPERIMENTER);
  }

  @PostMapping("/{experiment}/resume")
  ResponseEntity<byte[]> resume(@PathVariable String experiment, HttpServletRequest request) {
    return order(request, experiment, body -> new ResumeExperiment(experiment), Role.EXPERIMENTER);
  }

  /** Anyone who may change or approve an experiment may stop it. */
  @PostMapping("/{experiment}/kill")
  ResponseEntity<byte[]> kill(@PathVariable String experiment, HttpServletRequest request) {
    return order(
        request,
        experiment,
        body -> new KillExperiment(experiment, null),
        Role.EXPERIMENTER,
        Role.APPROVER);
  }

  @PostMapping("/{experiment}/conclude")
  ResponseEntity<byte[]> conclude(@PathVariable String experiment, HttpServletRequest request) {
    return order(
        request,
        experiment,
        body -> new ConcludeExperiment(experiment, body.text("winner")),
        Role.EXPERIMENTER);
  }

  private ResponseEntity<byte[]> order(
      HttpServletRequest request,
      String experiment,
      Function<Fields, ExperimentCommand> read,
      Role... anyOf) {
    Orders orders = Orders.of(request);
    Caller caller = allowed(request, experiment, anyOf);
    ExperimentCommand command = orders.body(read);
    return Orders.respond(200, desk.execute(command, orders.by(caller)));
  }

  private Caller allowed(HttpServletRequest request, String experiment, Role... anyOf) {
    Keys.key("experiment", experiment);
    return access.require(request, desk.namespaceOf(experiment), anyOf);
  }

  private static String sameKey(Fields body, String experiment) {
    String named = body.text("experiment", experiment);
    if (!named.equals(experiment)) {
      throw new InvalidValue(
          "experiment", "must be \"" + experiment + "\" as in the path; found \"" + named + "\"");
    }
    return experiment;
  }

  private static int ppm(BigDecimal share) {
    if (share.signum() < 0 || share.compareTo(BigDecimal.ONE) > 0) {
      throw new InvalidValue("traffic", "must be within 0 and 1; found " + share.toPlainString());
    }
    try {
      return share.multiply(PPM).intValueExact();
    } catch (ArithmeticException e) {
      throw new InvalidValue("traffic", "must have at most 6 decimals");
    }
  }
}
