package io.trialog.command.experiment;

import io.trialog.command.CommandDesk;
import io.trialog.command.DesignReader;
import io.trialog.command.catalogue.References;
import io.trialog.http.Access;
import io.trialog.http.Fields;
import io.trialog.language.Change;
import io.trialog.language.ExperimentCommand.ApproveChange;
import io.trialog.language.ExperimentCommand.ArchiveExperiment;
import io.trialog.language.ExperimentCommand.CloseReview;
import io.trialog.language.ExperimentCommand.ContinueRamp;
import io.trialog.language.ExperimentCommand.HoldRamp;
import io.trialog.language.ExperimentCommand.PlanRamp;
import io.trialog.language.ExperimentCommand.ProposeChange;
import io.trialog.language.ExperimentCommand.ReallocateExperiment;
import io.trialog.language.ExperimentCommand.RetargetExperiment;
import io.trialog.language.ExperimentCommand.ReviveExperiment;
import io.trialog.language.ExperimentCommand.WithdrawChange;
import io.trialog.language.RampPlan;
import io.trialog.language.Role;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Orders about experiments that have been approved once: changes, ramp plans, reviews, the end. */
@RestController
@RequestMapping("/api/v1/experiments/{experiment}")
public class ExperimentChangeRoutes {
  private final ExperimentOrders orders;
  private final References references;

  ExperimentChangeRoutes(CommandDesk desk, Access access, References references) {
    this.orders = new ExperimentOrders(desk, access);
    this.references = references;
  }

  @PostMapping("/proposals")
  ResponseEntity<byte[]> propose(@PathVariable String experiment, HttpServletRequest request) {
    return orders.order(
        request,
        experiment,
        body -> {
          String proposal = body.text("proposal");
          Change change = ChangeReader.read(body);
          if (change instanceof Change.FollowPlan follow) {
            references.check(experiment, follow.plan());
          }
          return new ProposeChange(experiment, proposal, change);
        },
        Role.EXPERIMENTER);
  }

  @PostMapping("/proposals/{proposal}/approve")
  ResponseEntity<byte[]> approve(
      @PathVariable String experiment, @PathVariable String proposal, HttpServletRequest request) {
    return orders.approval(
        request,
        experiment,
        body -> new ApproveChange(experiment, proposal, body.optionalText("proposal_digest")));
  }

  @PostMapping("/proposals/{proposal}/withdraw")
  ResponseEntity<byte[]> withdraw(
      @PathVariable String experiment, @PathVariable String proposal, HttpServletRequest request) {
    return orders.order(
        request, experiment, body -> new WithdrawChange(experiment, proposal), Role.EXPERIMENTER);
  }

  @PostMapping("/schedule")
  ResponseEntity<byte[]> schedule(@PathVariable String experiment, HttpServletRequest request) {
    return orders.order(
        request,
        experiment,
        body ->
            new PlanRamp(
                experiment,
                isApplying(body, "steps") ? null : plan(experiment, body),
                body.optionalText("proposal")),
        Role.EXPERIMENTER);
  }

  private RampPlan plan(String experiment, Fields body) {
    RampPlan plan = ChangeReader.plan(body);
    references.check(experiment, plan);
    return plan;
  }

  @PostMapping("/schedule/hold")
  ResponseEntity<byte[]> hold(@PathVariable String experiment, HttpServletRequest request) {
    return orders.order(
        request,
        experiment,
        body -> new HoldRamp(experiment, false),
        Role.EXPERIMENTER,
        Role.APPROVER);
  }

  @PostMapping("/schedule/resume")
  ResponseEntity<byte[]> goOn(@PathVariable String experiment, HttpServletRequest request) {
    return orders.order(
        request, experiment, body -> new ContinueRamp(experiment), Role.EXPERIMENTER);
  }

  @PostMapping("/retarget")
  ResponseEntity<byte[]> retarget(@PathVariable String experiment, HttpServletRequest request) {
    return orders.order(
        request,
        experiment,
        body ->
            new RetargetExperiment(
                experiment,
                isApplying(body, "targeting") ? null : DesignReader.targeting(body),
                body.optionalText("proposal"),
                body.bool("break_glass", false)),
        Role.EXPERIMENTER);
  }

  @PostMapping("/reallocate")
  ResponseEntity<byte[]> reallocate(@PathVariable String experiment, HttpServletRequest request) {
    return orders.order(
        request,
        experiment,
        body ->
            new ReallocateExperiment(
                experiment,
                isApplying(body, "variants")
                    ? null
                    : new Change.Reallocate(DesignReader.variants(body)),
                body.optionalText("proposal")),
        Role.EXPERIMENTER);
  }

  @PostMapping("/revive")
  ResponseEntity<byte[]> revive(@PathVariable String experiment, HttpServletRequest request) {
    return orders.order(
        request,
        experiment,
        body ->
            new ReviveExperiment(
                experiment,
                isApplying(body, "traffic") ? null : ChangeReader.traffic(body),
                body.optionalText("proposal"),
                body.bool("break_glass", false)),
        Role.EXPERIMENTER);
  }

  @PostMapping("/archive")
  ResponseEntity<byte[]> archive(@PathVariable String experiment, HttpServletRequest request) {
    return orders.order(
        request, experiment, body -> new ArchiveExperiment(experiment), Role.EXPERIMENTER);
  }

  @PostMapping("/reviews/{review}/close")
  ResponseEntity<byte[]> closeReview(
      @PathVariable String experiment, @PathVariable String review, HttpServletRequest request) {
    return orders.order(
        request,
        experiment,
        body -> new CloseReview(experiment, review, body.text("finding")),
        Role.APPROVER);
  }

  /** Whether the body leaves the change to the proposal that it names. */
  private static boolean isApplying(Fields body, String member) {
    return body.optionalText("proposal") != null && body.optionalJson(member) == null;
  }
}
