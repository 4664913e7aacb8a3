package io.trialog.command;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import io.trialog.language.Design;
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
import io.trialog.language.ExperimentEvent.ExperimentApproved;
import io.trialog.language.ExperimentEvent.ExperimentConcluded;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentPaused;
import io.trialog.language.ExperimentEvent.ExperimentRamped;
import io.trialog.language.ExperimentEvent.ExperimentResumed;
import io.trialog.language.ExperimentEvent.ExperimentRevised;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.ExperimentEvent.ExperimentSubmitted;
import io.trialog.language.ExperimentStatus;
import io.trialog.language.InvalidValue;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.SlotRange;
import io.trialog.language.Streams;
import io.trialog.sdk.core.Allocation;
import io.trialog.sdk.core.Share;
import io.trialog.sdk.core.SlotTable;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.CreationPolicy;
import org.jspecify.annotations.Nullable;

/** One experiment, from its draft to its end. */
class Experiment extends Revisioned {
  private static final Set<ExperimentStatus> BEFORE_START =
      EnumSet.of(ExperimentStatus.DRAFT, ExperimentStatus.IN_REVIEW, ExperimentStatus.APPROVED);

  private final Set<String> editors = new HashSet<>();
  private ExperimentStatus status = ExperimentStatus.DRAFT;
  private @Nullable Design design;
  private int trafficPpm;
  private int epoch;

  @CommandHandler
  @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
  void handle(DraftExperiment order) {
    if (exists()) {
      throw new Refused(new Refusal.AlreadyExists("experiment", order.experiment()));
    }
    apply(new ExperimentDrafted(order.experiment(), order.design()));
  }

  @CommandHandler
  void handle(ReviseExperiment order) {
    mustBe("revise", BEFORE_START);
    mustStay("namespace", design().namespace(), order.design().namespace());
    mustStay("environment", design().environment(), order.design().environment());
    apply(new ExperimentRevised(key(), order.design()));
  }

  @CommandHandler
  void handle(SubmitExperiment order) {
    mustBe("submit", EnumSet.of(ExperimentStatus.DRAFT));
    apply(new ExperimentSubmitted(key(), Proposals.digest(design()), null));
  }

  @CommandHandler
  void handle(ApproveExperiment order, @MetaDataValue("actor_id") String actor) {
    mustBe("approve", EnumSet.of(ExperimentStatus.IN_REVIEW));
    if (editors.contains(actor)) {
      throw new Refused(new Refusal.ApproverMustDiffer(key(), actor));
    }
    String digest = Proposals.digest(design());
    if (order.proposalDigest() != null && !order.proposalDigest().equals(digest)) {
      throw new Refused(new Refusal.ProposalChanged(key(), order.proposalDigest(), digest));
    }
    apply(new ExperimentApproved(key(), digest, null));
  }

  /** An experiment that is assigned elsewhere changes what nobody sees, so it needs no approval. */
  @CommandHandler
  void handle(StartExperiment order) {
    mustBe(
        "start",
        design().assignedElsewhere() ? BEFORE_START : EnumSet.of(ExperimentStatus.APPROVED));
    apply(
        new ExperimentStarted(
            key(), order.trafficPpm(), epoch, enrolled(order.trafficPpm()), null, null));
  }

  @CommandHandler
  void handle(RampExperiment order) {
    mustBe("ramp", EnumSet.of(ExperimentStatus.RUNNING));
    mustBeTraffic(order.trafficPpm());
    if (order.trafficPpm() <= trafficPpm) {
      throw new Refused(new Refusal.RampMustWiden(key(), trafficPpm, order.trafficPpm()));
    }
    apply(
        new ExperimentRamped(
            key(),
            trafficPpm,
            order.trafficPpm(),
            epoch,
            enrolled(order.trafficPpm()),
            null,
            null,
            null));
  }

  @CommandHandler
  void handle(PauseExperiment order) {
    mustBe("pause", EnumSet.of(ExperimentStatus.RUNNING));
    apply(new ExperimentPaused(key()));
  }

  @CommandHandler
  void handle(ResumeExperiment order) {
    mustBe("resume", EnumSet.of(ExperimentStatus.PAUSED));
    apply(new ExperimentResumed(key(), null));
  }

  @CommandHandler
  void handle(KillExperiment order, @MetaDataValue("reason") @Nullable String reason) {
    mustBe("kill", EnumSet.of(ExperimentStatus.RUNNING, ExperimentStatus.PAUSED));
    if (reason == null || reason.isBlank()) {
      throw new Refused(new Refusal.ReasonRequired("kill experiment \"" + key() + "\""));
    }
    apply(new ExperimentKilled(key(), order.evidence(), null));
  }

  @CommandHandler
  void handle(ConcludeExperiment order) {
    mustBe("conclude", EnumSet.of(ExperimentStatus.RUNNING, ExperimentStatus.PAUSED));
    if (!design().variantKeys().contains(order.winner())) {
      throw new Refused(new Refusal.UnknownVariant(key(), order.winner()));
    }
    apply(new ExperimentConcluded(key(), order.winner(), null));
  }

  @EventSourcingHandler
  void on(ExperimentDrafted fact, @MetaDataValue("actor_id") String actor) {
    identify(Streams.experiment(fact.experiment()));
    design = fact.design();
    editors.add(actor);
  }

  @EventSourcingHandler
  void on(ExperimentRevised fact, @MetaDataValue("actor_id") String actor) {
    design = fact.design();
    editors.add(actor);
    status = ExperimentStatus.DRAFT;
  }

  @EventSourcingHandler
  void on(ExperimentSubmitted fact) {
    status = ExperimentStatus.IN_REVIEW;
  }

  @EventSourcingHandler
  void on(ExperimentApproved fact) {
    status = ExperimentStatus.APPROVED;
  }

  @EventSourcingHandler
  void on(ExperimentStarted fact) {
    status = ExperimentStatus.RUNNING;
    trafficPpm = fact.trafficPpm();
    epoch = fact.epoch();
  }

  @EventSourcingHandler
  void on(ExperimentRamped fact) {
    trafficPpm = fact.trafficPpm();
    epoch = fact.epoch();
  }

  @EventSourcingHandler
  void on(ExperimentPaused fact) {
    status = ExperimentStatus.PAUSED;
  }

  @EventSourcingHandler
  void on(ExperimentResumed fact) {
    status = ExperimentStatus.RUNNING;
  }

  @EventSourcingHandler
  void on(ExperimentKilled fact) {
    status = ExperimentStatus.KILLED;
  }

  @EventSourcingHandler
  void on(ExperimentConcluded fact) {
    status = ExperimentStatus.CONCLUDED;
  }

  private Design design() {
    if (design == null) {
      throw new IllegalStateException("experiment " + key() + " has no design");
    }
    return design;
  }

  /** The slots of each variant at a traffic; prefixes of its full range, so that a ramp widens. */
  private List<SlotRange> enrolled(int traffic) {
    List<Share> shares =
        design().variants().stream()
            .map(variant -> Share.of(variant.key(), variant.share().doubleValue()))
            .toList();
    SlotTable table = SlotTable.fromShares(shares, design().control());
    return Allocation.enrol(table, traffic).stream()
        .map(range -> new SlotRange(range.variant(), range.from(), range.to()))
        .toList();
  }

  private void mustBe(String order, Set<ExperimentStatus> allowed) {
    if (!allowed.contains(status)) {
      String words =
          allowed.stream().map(ExperimentStatus::word).collect(Collectors.joining(" or "));
      throw new Refused(new Refusal.StatusForbids(key(), order, status, words));
    }
  }

  private void mustStay(String field, String from, String to) {
    if (!from.equals(to)) {
      throw new Refused(new Refusal.IdentityFixed(key(), field, from, to));
    }
  }

  private static void mustBeTraffic(int ppm) {
    if (ppm < 0 || ppm > Allocation.FULL_TRAFFIC_PPM) {
      throw new InvalidValue("traffic", "must be within 0 and 1");
    }
  }
}
