package io.trialog.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.command.control.ControlReader;
import io.trialog.language.AccessCommand.IssueToken;
import io.trialog.language.Actor;
import io.trialog.language.Change;
import io.trialog.language.Design;
import io.trialog.language.Design.GuardrailRule;
import io.trialog.language.ExperimentCommand.ApproveChange;
import io.trialog.language.ExperimentCommand.ConcludeExperiment;
import io.trialog.language.ExperimentCommand.DraftExperiment;
import io.trialog.language.ExperimentCommand.ProposeChange;
import io.trialog.language.ExperimentCommand.RampExperiment;
import io.trialog.language.ExperimentCommand.ReallocateExperiment;
import io.trialog.language.ExperimentCommand.ReviveExperiment;
import io.trialog.language.ExperimentCommand.StartExperiment;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentRevived;
import io.trialog.language.ExperimentEvent.GuardrailStateRecorded;
import io.trialog.language.Grant;
import io.trialog.language.GuardrailState;
import io.trialog.language.KillEvidence;
import io.trialog.language.NamespaceCommand.CreateNamespace;
import io.trialog.language.PromotionRefusal.GuardrailBlocksPromotion;
import io.trialog.language.Role;
import io.trialog.language.Streams;
import io.trialog.language.TrialogEvent;
import io.trialog.language.Verdict;
import io.trialog.language.log.RecordedEvent;
import io.trialog.language.wire.EventCodec;
import io.trialog.language.wire.JsonCodec;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Given a running experiment with a critical guardrail, when messages come, then these events. */
class GuardrailMessagesTest extends DeskTest {
  private static final String KEY = "checkout";
  private static final Instant AT = GuardrailSigner.AT;
  private static final GuardrailSigner PRODUCTION = GuardrailSigner.of("production");
  private static final KillEvidence EVIDENCE = GuardrailSigner.evidence("orders", AT);

  private ControlReader reader;
  private WhenGuardrailBreachedThenKill kill;
  private WhenGuardrailReportsThenRecord write;

  @BeforeEach
  void run() {
    listen();
    GuardrailRule orders = new GuardrailRule("orders", new BigDecimal("0.05"), true);
    given(
        new CreateNamespace("acme/rides", "Rides"),
        new DraftExperiment(design(KEY, List.of(), List.of(orders))),
        new StartExperiment(KEY, 100_000));
  }

  private void listen() {
    reader = new ControlReader(PRODUCTION.trusted(), side.log());
    kill = new WhenGuardrailBreachedThenKill(side.desk(), reader);
    write = new WhenGuardrailReportsThenRecord(side.desk(), reader);
  }

  private List<TrialogEvent> history() {
    return events(Streams.experiment(KEY));
  }

  private long replayed() {
    return reader.counters().getOrDefault("control_messages_refused_replayed", -1L);
  }

  private static byte[] report(GuardrailState state, int epoch, Instant at) {
    return PRODUCTION.note(GuardrailSigner.report(KEY, "orders", state, epoch, at));
  }

  private static byte[] report(GuardrailState state, Instant at) {
    return report(state, 0, at);
  }

  /** Ben agrees to a change that Ada proposed. */
  private void approved(Change change) {
    given(
        new IssueToken("ben", "ben", List.of(new Grant(Role.APPROVER, "acme/rides")), "00ff"),
        new ProposeChange(KEY, "change", change));
    side.desk()
        .execute(
            new ApproveChange(KEY, "change", null),
            new Order(BEN, "it was a bug", "c", null, null, "d", null, "token:ben", null));
  }

  private void rampMustBeRefusedBecause(String state) {
    assertThat(refused(ADA, new RampExperiment(KEY, 200_000)))
        .isEqualTo(new GuardrailBlocksPromotion(KEY, "orders", "green", state));
  }

  @Test
  void a_ramp_waits_until_the_guardrail_is_reported_safe() {
    rampMustBeRefusedBecause("undecided");
    write.accept(report(GuardrailState.WATCH, AT));
    rampMustBeRefusedBecause("watch");
    write.accept(report(GuardrailState.SAFE, AT.plusSeconds(60)));
    given(new RampExperiment(KEY, 200_000));
    write.accept(report(GuardrailState.WATCH, AT.plusSeconds(120)));
    assertThat(refused(ADA, new RampExperiment(KEY, 300_000)).code())
        .isEqualTo("guardrail_blocks_promotion");
  }

  @Test
  void a_report_leaves_what_was_seen_and_who_says_so_once() {
    byte[] note = report(GuardrailState.SAFE, AT);
    write.accept(note);
    write.accept(note);

    List<RecordedEvent> recorded =
        side.log().stream(Streams.experiment(KEY)).stream()
            .map(EventCodec::decode)
            .filter(each -> each.event() instanceof GuardrailStateRecorded)
            .toList();
    assertThat(recorded).hasSize(1);
    assertThat(recorded.getFirst().event())
        .isEqualTo(
            new GuardrailStateRecorded(
                KEY,
                "orders",
                "green",
                GuardrailState.SAFE,
                1_024,
                1_100,
                "report-safe-" + AT.toEpochMilli(),
                new BigDecimal("0.05"),
                new BigDecimal("0.01"),
                0,
                AT));
    Actor actor = recorded.getFirst().metadata().actor();
    assertThat(actor.kind()).isEqualTo(Actor.Kind.AUTOMATION);
    assertThat(actor.id()).isEqualTo("when-guardrail-reports-then-record");
  }

  @Test
  void a_report_that_comes_again_after_a_restart_and_a_month_is_not_written_twice() {
    byte[] note = report(GuardrailState.SAFE, AT);
    write.accept(note);
    now.updateAndGet(before -> before.plus(Duration.ofDays(31)));
    reopen();
    listen();
    write.accept(note);

    assertThat(history()).filteredOn(GuardrailStateRecorded.class::isInstance).hasSize(1);
  }

  @Test
  void an_older_report_that_is_played_again_changes_nothing_also_after_a_restart() {
    byte[] safe = report(GuardrailState.SAFE, AT);
    write.accept(safe);
    write.accept(report(GuardrailState.WATCH, AT.plusSeconds(60)));

    write.accept(safe);
    assertThat(replayed()).isEqualTo(1);
    now.updateAndGet(before -> before.plus(Duration.ofDays(31)));
    reopen();
    listen();
    write.accept(safe);

    assertThat(replayed()).isEqualTo(1);
    rampMustBeRefusedBecause("watch");
  }

  @Test
  void a_report_about_an_epoch_that_is_over_changes_nothing() {
    write.accept(report(GuardrailState.SAFE, AT));
    approved(
        new Change.Reallocate(
            List.of(
                new Design.Variant("control", new BigDecimal("0.4"), null),
                new Design.Variant("green", new BigDecimal("0.6"), null))));
    given(new ReallocateExperiment(KEY, null, "change"));

    write.accept(report(GuardrailState.SAFE, 0, AT.plusSeconds(60)));
    assertThat(replayed()).isEqualTo(1);
    rampMustBeRefusedBecause("undecided");
    write.accept(report(GuardrailState.SAFE, 1, AT.plusSeconds(61)));
    given(new RampExperiment(KEY, 200_000));
  }

  @Test
  void a_report_that_no_rule_allows_is_left_out_and_the_next_one_is_heard() {
    write.accept(PRODUCTION.note(GuardrailSigner.report(KEY, "gmv", GuardrailState.SAFE, 0, AT)));
    write.accept(
        PRODUCTION.note(GuardrailSigner.report("ghost", "orders", GuardrailState.SAFE, 0, AT)));
    write.accept(report(GuardrailState.SAFE, AT));

    assertThat(history()).filteredOn(GuardrailStateRecorded.class::isInstance).hasSize(1);
  }

  @Test
  void a_report_that_nobody_signed_writes_nothing() {
    write.accept(
        JsonCodec.encode(GuardrailSigner.report(KEY, "orders", GuardrailState.SAFE, 0, AT)));
    write.accept(
        GuardrailSigner.of("production")
            .note(GuardrailSigner.report(KEY, "orders", GuardrailState.SAFE, 0, AT)));

    rampMustBeRefusedBecause("undecided");
  }

  @Test
  void a_verdict_kills_with_its_evidence_and_twice_is_once() {
    byte[] verdict = PRODUCTION.note(new Verdict(KEY, EVIDENCE));

    kill.accept(verdict);
    kill.accept(verdict);

    assertThat(history()).filteredOn(ExperimentKilled.class::isInstance).hasSize(1);
    RecordedEvent killed = EventCodec.decode(side.log().stream(Streams.experiment(KEY)).getLast());
    assertThat(((ExperimentKilled) killed.event()).evidence()).isEqualTo(EVIDENCE);
    assertThat(killed.metadata().actor().kind()).isEqualTo(Actor.Kind.AUTOMATION);
    assertThat(killed.metadata().causationId()).isEqualTo("v1");
  }

  @Test
  void a_verdict_that_nobody_signed_or_a_stranger_did_kills_nothing() {
    kill.accept(JsonCodec.encode(new Verdict(KEY, EVIDENCE)));
    kill.accept(GuardrailSigner.of("production").note(new Verdict(KEY, EVIDENCE)));
    kill.accept("{\"experiment\":".getBytes(StandardCharsets.UTF_8));

    assertThat(history()).noneMatch(ExperimentKilled.class::isInstance);
  }

  @Test
  void a_verdict_that_is_late_or_about_nothing_stops_nothing() {
    write.accept(report(GuardrailState.SAFE, AT));
    given(new ConcludeExperiment(KEY, "green"));

    kill.accept(PRODUCTION.note(new Verdict(KEY, EVIDENCE)));
    kill.accept(PRODUCTION.note(new Verdict("ghost", EVIDENCE)));

    assertThat(history()).noneMatch(ExperimentKilled.class::isInstance);
  }

  @Test
  void a_breach_that_is_reported_after_its_kill_forbids_the_revive_and_any_promotion() {
    write.accept(report(GuardrailState.SAFE, AT));
    kill.accept(PRODUCTION.note(new Verdict(KEY, EVIDENCE)));
    write.accept(report(GuardrailState.BREACHED, AT.plusSeconds(1)));

    assertThat(refused(ADA, new ReviveExperiment(KEY, 100_000, null, false)))
        .isEqualTo(new GuardrailBlocksPromotion(KEY, "orders", "green", "breached"));
  }

  @Test
  void the_verdict_that_killed_it_does_not_kill_it_again_once_somebody_revived_it() {
    kill.accept(PRODUCTION.note(new Verdict(KEY, EVIDENCE)));
    approved(new Change.Revive(100_000));
    given(new ReviveExperiment(KEY, null, "change", true));
    now.updateAndGet(before -> before.plus(Duration.ofDays(31)));

    kill.accept(PRODUCTION.note(new Verdict(KEY, EVIDENCE)));

    assertThat(replayed()).isEqualTo(1);
    assertThat(history()).filteredOn(ExperimentKilled.class::isInstance).hasSize(1);
    assertThat(history()).filteredOn(ExperimentRevived.class::isInstance).hasSize(1);
  }
}
