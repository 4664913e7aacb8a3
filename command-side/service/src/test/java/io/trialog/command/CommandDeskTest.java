package io.trialog.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.trialog.command.experiment.Proposals;
import io.trialog.http.ProblemException;
import io.trialog.language.AccessCommand.IssueToken;
import io.trialog.language.AccessCommand.RecordDenial;
import io.trialog.language.AccessCommand.RevokeToken;
import io.trialog.language.AccessEvent;
import io.trialog.language.Actor;
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
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentRamped;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.Grant;
import io.trialog.language.InvalidValue;
import io.trialog.language.KillEvidence;
import io.trialog.language.NamespaceCommand.CreateNamespace;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Role;
import io.trialog.language.SlotRange;
import io.trialog.language.Streams;
import io.trialog.language.Targeting;
import io.trialog.language.TrialogCommand;
import io.trialog.language.TrialogEvent;
import io.trialog.language.Verdict;
import io.trialog.language.log.RecordedEvent;
import io.trialog.language.wire.EventCodec;
import io.trialog.language.wire.JsonCodec;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Given orders, when an order, then events or a refusal; on the real engine. */
class CommandDeskTest {
  private static final String KEY = "checkout";
  private static final Actor ADA = Actor.human("ada");
  private static final Actor BEN = Actor.human("ben");

  @TempDir Path folder;

  private CommandSide side;

  @BeforeEach
  void open() {
    side = CommandSide.open(folder);
  }

  @AfterEach
  void close() {
    side.close();
  }

  @Test
  void an_order_answers_with_revision_and_position_and_leaves_who_and_why() {
    CommandDesk.Answer answer =
        side.desk()
            .execute(
                new CreateNamespace("acme/rides", "Rides"),
                new Order(ADA, "because", "c1", null, null, "d", null));

    assertThat(answer.revision()).isZero();
    assertThat(answer.id()).isEqualTo("acme/rides");
    RecordedEvent event = EventCodec.decode(side.log().read(0, 10).getFirst());
    assertThat(event.position()).isEqualTo(answer.position());
    assertThat(event.metadata().actor()).isEqualTo(ADA);
    assertThat(event.metadata().reason()).isEqualTo("because");
    assertThat(event.metadata().correlationId()).isEqualTo("c1");
  }

  @Test
  void an_experiment_lives_from_draft_to_conclusion() {
    assertThat(status(ADA, new DraftExperiment(design()))).isEqualTo("draft");
    assertThat(status(ADA, new SubmitExperiment(KEY))).isEqualTo("in_review");
    assertThat(status(BEN, new ApproveExperiment(KEY, null))).isEqualTo("approved");
    assertThat(status(ADA, new StartExperiment(KEY, 100_000))).isEqualTo("running");
    assertThat(status(ADA, new RampExperiment(KEY, 500_000))).isEqualTo("running");
    assertThat(status(ADA, new PauseExperiment(KEY))).isEqualTo("paused");
    assertThat(status(ADA, new ResumeExperiment(KEY))).isEqualTo("running");
    assertThat(status(ADA, new ConcludeExperiment(KEY, "green"))).isEqualTo("concluded");
    assertThat(events()).hasSize(8);
  }

  @Test
  void a_ramp_keeps_every_slot_and_adds_some() {
    running(100_000);

    execute(ADA, new RampExperiment(KEY, 250_000));

    List<TrialogEvent> events = events();
    assertThat(((ExperimentStarted) events.get(3)).allocation())
        .containsExactly(new SlotRange("control", 0, 900), new SlotRange("green", 9000, 9100));
    assertThat(((ExperimentRamped) events.get(4)).allocation())
        .containsExactly(new SlotRange("control", 0, 2250), new SlotRange("green", 9000, 9250));
  }

  @Test
  void a_ramp_must_widen() {
    running(100_000);

    assertThat(refused(ADA, new RampExperiment(KEY, 100_000)))
        .isEqualTo(new Refusal.RampMustWiden(KEY, 100_000, 100_000));
    assertThat(refused(ADA, new RampExperiment(KEY, 50_000)).code()).isEqualTo("ramp_must_widen");
  }

  @Test
  void traffic_beyond_everyone_is_invalid() {
    running(100_000);

    assertThatThrownBy(() -> execute(ADA, new RampExperiment(KEY, 1_000_001)))
        .isInstanceOf(InvalidValue.class);
  }

  @Test
  void the_author_cannot_approve() {
    execute(ADA, new DraftExperiment(design()));
    execute(ADA, new SubmitExperiment(KEY));

    assertThat(refused(ADA, new ApproveExperiment(KEY, null)))
        .isEqualTo(new Refusal.ApproverMustDiffer(KEY, "ada"));
  }

  @Test
  void an_editor_cannot_approve() {
    execute(ADA, new DraftExperiment(design()));
    execute(BEN, new ReviseExperiment(design()));
    execute(ADA, new SubmitExperiment(KEY));

    assertThat(refused(BEN, new ApproveExperiment(KEY, null)).code())
        .isEqualTo("approver_must_differ");
  }

  @Test
  void an_approval_is_void_after_a_revision() {
    execute(ADA, new DraftExperiment(design()));
    execute(ADA, new SubmitExperiment(KEY));
    execute(BEN, new ApproveExperiment(KEY, null));
    execute(ADA, new ReviseExperiment(design()));

    assertThat(refused(ADA, new StartExperiment(KEY, 1)).code()).isEqualTo("status_forbids");
  }

  @Test
  void an_approval_is_bound_to_the_digest_of_the_proposal() {
    execute(ADA, new DraftExperiment(design()));
    execute(ADA, new SubmitExperiment(KEY));

    assertThat(refused(BEN, new ApproveExperiment(KEY, "0000")).code())
        .isEqualTo("proposal_changed");
    String digest = Proposals.digest(design());
    execute(BEN, new ApproveExperiment(KEY, digest));
    assertThat(events().getLast())
        .isInstanceOfSatisfying(
            ExperimentApproved.class,
            approved -> assertThat(approved.proposalDigest()).isEqualTo(digest));
  }

  @Test
  void nothing_starts_without_approval() {
    execute(ADA, new DraftExperiment(design()));

    assertThat(refused(ADA, new StartExperiment(KEY, 1))).isInstanceOf(Refusal.StatusForbids.class);
  }

  @Test
  void an_experiment_assigned_elsewhere_starts_without_approval() {
    execute(ADA, new DraftExperiment(design(true)));

    assertThat(status(ADA, new StartExperiment(KEY, 1_000_000))).isEqualTo("running");
  }

  @Test
  void a_kill_needs_a_reason() {
    running(100_000);

    assertThatThrownBy(() ->
            side.desk()
                .execute(
                    new KillExperiment(KEY, null), new Order(ADA, " ", "c", null, null, "d", null)))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("needs a reason");
  }

  @Test
  void a_killed_experiment_stays_killed() {
    running(100_000);
    execute(ADA, new KillExperiment(KEY, null));

    for (TrialogCommand order :
        List.of(
            new RampExperiment(KEY, 1_000_000),
            new ResumeExperiment(KEY),
            new PauseExperiment(KEY),
            new StartExperiment(KEY, 1),
            new ConcludeExperiment(KEY, "green"),
            new KillExperiment(KEY, null),
            new ReviseExperiment(design()),
            new SubmitExperiment(KEY),
            new ApproveExperiment(KEY, null))) {
      assertThat(refused(BEN, order).code()).as("%s", order).isEqualTo("status_forbids");
    }
  }

  @Test
  void a_winner_is_one_of_the_variants() {
    running(100_000);

    assertThat(refused(ADA, new ConcludeExperiment(KEY, "purple")))
        .isEqualTo(new Refusal.UnknownVariant(KEY, "purple"));
  }

  @Test
  void a_key_is_taken_once() {
    execute(ADA, new DraftExperiment(design()));

    assertThat(refused(BEN, new DraftExperiment(design())).code())
        .isEqualTo("experiment_already_exists");
  }

  @Test
  void an_order_about_nothing_says_so() {
    assertThat(refused(ADA, new PauseExperiment("ghost")))
        .isEqualTo(new Refusal.NotFound("experiment", "ghost"));
  }

  @Test
  void an_order_for_another_revision_conflicts() {
    execute(ADA, new DraftExperiment(design()));

    assertThatThrownBy(() ->
            side.desk()
                .execute(new SubmitExperiment(KEY), new Order(ADA, null, "c", null, null, "d", 7L)))
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.problem().status()).isEqualTo(412));
    side.desk().execute(new SubmitExperiment(KEY), new Order(ADA, null, "c", null, null, "d", 0L));
  }

  @Test
  void a_retry_with_the_same_key_changes_nothing_and_gets_the_first_answer() {
    Order order = new Order(ADA, null, "c", null, "key-1", "digest-1", null);
    CommandDesk.Answer first = side.desk().execute(new DraftExperiment(design()), order);
    execute(ADA, new SubmitExperiment(KEY));

    assertThat(side.desk().execute(new DraftExperiment(design()), order)).isEqualTo(first);
    assertThat(events()).hasSize(2);
  }

  @Test
  void a_key_for_another_request_is_refused() {
    Order order = new Order(ADA, null, "c", null, "key-1", "digest-1", null);
    side.desk().execute(new DraftExperiment(design()), order);

    assertThatThrownBy(() ->
            side.desk()
                .execute(
                    new SubmitExperiment(KEY),
                    new Order(ADA, null, "c", null, "key-1", "digest-2", null)))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> assertThat(e.problem().code()).isEqualTo("idempotency_key_reused"));
  }

  @Test
  void of_twenty_racing_retries_one_appends_and_all_get_its_answer() throws Exception {
    Order order = new Order(ADA, null, "c", null, "key-1", "digest-1", null);
    List<CommandDesk.Answer> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<CommandDesk.Answer>> racing = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        racing.add(
            threads.submit(
                () -> side.desk().execute(new RecordDenial("eve", "POST /x", "*"), order)));
      }
      for (Future<CommandDesk.Answer> racer : racing) {
        answers.add(racer.get(30, TimeUnit.SECONDS));
      }
    }
    assertThat(answers).hasSize(20);
    assertThat(answers.stream().distinct()).hasSize(1);
    assertThat(events()).hasSize(1);
  }

  @Test
  void a_refused_order_leaves_no_promise() {
    Order order = new Order(ADA, null, "c", null, "key-1", "digest-1", null);
    assertThatThrownBy(() -> side.desk().execute(new SubmitExperiment(KEY), order))
        .isInstanceOf(Refused.class);
    execute(ADA, new DraftExperiment(design()));

    assertThat(side.desk().execute(new SubmitExperiment(KEY), order).status())
        .isEqualTo("in_review");
  }

  @Test
  void a_revoked_token_is_revoked_once() {
    execute(
        ADA,
        new IssueToken("t1", "ben", List.of(new Grant(Role.APPROVER, Grant.EVERYWHERE)), "00ff"));
    execute(ADA, new RevokeToken("t1"));

    assertThat(refused(ADA, new RevokeToken("t1")).code()).isEqualTo("token_is_revoked");
  }

  @Test
  void a_verdict_kills_with_its_evidence_and_twice_is_once() {
    running(100_000);
    WhenGuardrailBreachedThenKill rule = new WhenGuardrailBreachedThenKill(side.desk());
    byte[] verdict = JsonCodec.encode(new Verdict(KEY, evidence()));

    rule.accept(verdict);
    rule.accept(verdict);

    assertThat(events()).hasSize(5);
    assertThat(((ExperimentKilled) events().getLast()).evidence()).isEqualTo(evidence());
    RecordedEvent killed = EventCodec.decode(side.log().read(0, 10).getLast());
    assertThat(killed.metadata().actor().kind()).isEqualTo(Actor.Kind.AUTOMATION);
    assertThat(killed.metadata().causationId()).isEqualTo("v1");
  }

  @Test
  void a_verdict_that_is_garbage_or_late_stops_nothing() {
    running(100_000);
    execute(ADA, new ConcludeExperiment(KEY, "green"));
    WhenGuardrailBreachedThenKill rule = new WhenGuardrailBreachedThenKill(side.desk());

    rule.accept("{\"experiment\":".getBytes(StandardCharsets.UTF_8));
    rule.accept("{}".getBytes(StandardCharsets.UTF_8));
    rule.accept(JsonCodec.encode(new Verdict(KEY, evidence())));
    rule.accept(JsonCodec.encode(new Verdict("ghost", evidence())));

    assertThat(events()).hasSize(5);
  }

  @Test
  void nothing_of_axon_calls_home() {
    assertThat(side.axonComponents()).noneMatch(name -> name.contains("UpdateChecker"));
  }

  private void running(int trafficPpm) {
    execute(ADA, new DraftExperiment(design()));
    execute(ADA, new SubmitExperiment(KEY));
    execute(BEN, new ApproveExperiment(KEY, null));
    execute(ADA, new StartExperiment(KEY, trafficPpm));
  }

  private @Nullable String status(Actor actor, TrialogCommand command) {
    return execute(actor, command).status();
  }

  private CommandDesk.Answer execute(Actor actor, TrialogCommand command) {
    return side.desk()
        .execute(
            command,
            new Order(actor, "test", "c", null, null, "d", null, credential(actor, command), null));
  }

  /**
   * An approval counts as long as its credential does, so that Ben has a token once he approves.
   */
  private @Nullable String credential(Actor actor, TrialogCommand command) {
    if (!(command instanceof ApproveExperiment)) {
      return null;
    }
    if (!side.desk().exists(Streams.token(actor.id()))) {
      side.desk()
          .execute(
              new IssueToken(
                  actor.id(),
                  actor.id(),
                  List.of(new Grant(Role.APPROVER, Grant.EVERYWHERE)),
                  "00ff"),
              new Order(ADA, "test", "c", null, null, "d", null));
    }
    return "token:" + actor.id();
  }

  private Refusal refused(Actor actor, TrialogCommand command) {
    int before = events().size();
    Refused refused = catchThrowableOfType(Refused.class, () -> execute(actor, command));
    assertThat(refused).as("refusal of %s", command).isNotNull();
    assertThat(events().subList(before, events().size()))
        .isEqualTo(
            refused.refusal().recorded()
                ? List.of(
                    new AccessEvent.CommandRefused(
                        actor.id(),
                        command.getClass().getSimpleName(),
                        "acme/rides",
                        command.stream(),
                        refused.refusal().code()))
                : List.of());
    return refused.refusal();
  }

  private List<TrialogEvent> events() {
    return side.log().read(0, 1_000).stream()
        .map(stored -> EventCodec.decode(stored).event())
        .filter(event ->
            !(event instanceof AccessEvent.TokenIssued token)
                || !token.token().equals(token.holder()))
        .toList();
  }

  private static Design design() {
    return design(false);
  }

  private static Design design(boolean assignedElsewhere) {
    return new Design(
        KEY,
        "acme/rides",
        "production",
        "Checkout",
        "",
        "user_id",
        "device_id",
        "web",
        "control",
        List.of(
            new Design.Variant("control", new BigDecimal("0.9"), null),
            new Design.Variant("green", new BigDecimal("0.1"), null)),
        Targeting.EVERYBODY,
        List.of(),
        List.of(),
        "orders",
        List.of(),
        List.of(),
        1_000,
        assignedElsewhere,
        false);
  }

  private static KillEvidence evidence() {
    BigDecimal one = BigDecimal.ONE;
    KillEvidence.ArmSums sums = new KillEvidence.ArmSums(1, 1, one, one, one);
    return new KillEvidence(
        "v1",
        "guardrail/1",
        "normal_mixture",
        "orders",
        "mean",
        "higher_is_better",
        "green",
        "control",
        sums,
        sums,
        one,
        one,
        one,
        one,
        one,
        one,
        one,
        one,
        one,
        one,
        one,
        false,
        Instant.parse("2026-11-22T07:00:00Z"));
  }
}
