package io.trialog.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.command.control.ControlReader;
import io.trialog.language.Actor;
import io.trialog.language.Design;
import io.trialog.language.ExperimentCommand.ApproveExperiment;
import io.trialog.language.ExperimentCommand.ConcludeExperiment;
import io.trialog.language.ExperimentCommand.DraftExperiment;
import io.trialog.language.ExperimentCommand.StartExperiment;
import io.trialog.language.ExperimentCommand.SubmitExperiment;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.KillEvidence;
import io.trialog.language.Targeting;
import io.trialog.language.TrialogCommand;
import io.trialog.language.Verdict;
import io.trialog.language.log.RecordedEvent;
import io.trialog.language.wire.EventCodec;
import io.trialog.language.wire.JsonCodec;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Given a running experiment, when a verdict, then a kill; on the real engine. */
class WhenGuardrailBreachedThenKillTest {
  private static final String KEY = "checkout";
  private static final KillEvidence EVIDENCE =
      GuardrailSigner.evidence("orders", GuardrailSigner.AT);
  private static final GuardrailSigner PRODUCTION = GuardrailSigner.of("production");

  @TempDir Path folder;
  private CommandSide side;
  private WhenGuardrailBreachedThenKill rule;

  @BeforeEach
  void open() {
    side = CommandSide.open(folder);
    rule =
        new WhenGuardrailBreachedThenKill(
            side.desk(), new ControlReader(PRODUCTION.trusted(), side.log()));
    execute("ada", new DraftExperiment(design()));
    execute("ada", new SubmitExperiment(KEY));
    execute("ben", new ApproveExperiment(KEY, null));
    execute("ada", new StartExperiment(KEY, 100_000));
  }

  @AfterEach
  void close() {
    side.close();
  }

  private void execute(String person, TrialogCommand command) {
    side.desk()
        .execute(command, new Order(Actor.human(person), "because", "c", null, null, "d", null));
  }

  private static Design design() {
    return new Design(
        KEY,
        "acme/rides",
        "production",
        "Checkout",
        "",
        "user_id",
        null,
        "web",
        "control",
        List.of(
            new Design.Variant("control", new BigDecimal("0.5"), null),
            new Design.Variant("green", new BigDecimal("0.5"), null)),
        Targeting.EVERYBODY,
        List.of(),
        List.of(),
        "orders",
        List.of(),
        List.of(),
        1_000,
        false,
        false);
  }

  private List<RecordedEvent> events() {
    return side.log().read(0, 100).stream().map(EventCodec::decode).toList();
  }

  @Test
  void a_verdict_kills_with_its_evidence_and_twice_is_once() {
    byte[] verdict = PRODUCTION.note(new Verdict(KEY, EVIDENCE));

    rule.accept(verdict);
    rule.accept(verdict);

    assertThat(events()).hasSize(5);
    RecordedEvent killed = events().getLast();
    assertThat(((ExperimentKilled) killed.event()).evidence()).isEqualTo(EVIDENCE);
    assertThat(killed.metadata().actor().kind()).isEqualTo(Actor.Kind.AUTOMATION);
    assertThat(killed.metadata().causationId()).isEqualTo("v1");
  }

  @Test
  void a_verdict_that_nobody_signed_or_a_stranger_did_kills_nothing() {
    rule.accept(JsonCodec.encode(new Verdict(KEY, EVIDENCE)));
    rule.accept(GuardrailSigner.of("production").note(new Verdict(KEY, EVIDENCE)));
    rule.accept("{\"experiment\":".getBytes(StandardCharsets.UTF_8));

    assertThat(events()).hasSize(4);
  }

  @Test
  void a_verdict_that_is_late_or_about_nothing_stops_nothing() {
    execute("ada", new ConcludeExperiment(KEY, "green"));

    rule.accept(PRODUCTION.note(new Verdict(KEY, EVIDENCE)));
    rule.accept(PRODUCTION.note(new Verdict("ghost", EVIDENCE)));

    assertThat(events()).hasSize(5);
  }
}
