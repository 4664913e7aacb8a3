package io.trialog.guardrails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.language.GuardrailReport;
import io.trialog.language.GuardrailState;
import io.trialog.language.Verdict;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardrailLedgerTest {
  private static final GuardrailKey KEY = new GuardrailKey("gmv", "treatment");

  @TempDir Path folder;
  private GuardrailLedger ledger;

  private GuardrailLedger open() {
    JdbcDataSource source = new JdbcDataSource();
    source.setURL("jdbc:h2:" + folder.resolve("guardrails") + ";WRITE_DELAY=0");
    return new GuardrailLedger(source);
  }

  @BeforeEach
  void create() {
    ledger = open();
    ledger.createTables();
  }

  private static Verdict verdict(String id) {
    GuardrailLook look =
        GuardrailEvaluator.evaluate(
                Trials.halves("trial", "gmv"),
                Trials.known(Trials.GMV),
                Trials.harmful("trial"),
                ExperimentMemory.EMPTY)
            .looks()
            .getFirst();
    return new Verdict("trial", GuardrailEvidence.of(id, look, false, Trials.NOW));
  }

  private static ExperimentMemory memory(double minP) {
    GuardrailMemory full =
        new GuardrailMemory(
            OptionalDouble.of(0.1 + 0.2),
            Optional.of(Instant.parse("2026-11-22T16:00:00.123Z")),
            Optional.of(new BigDecimal("19.999999999999996")),
            Optional.of("verdict-1"),
            Optional.of(
                new LastReport(
                    GuardrailState.BREACHED,
                    3,
                    Instant.parse("2026-11-22T15:00:00.001Z"),
                    7,
                    Instant.parse("2026-11-22T16:00:00.123Z"))));
    GuardrailMemory bare =
        new GuardrailMemory(
            OptionalDouble.of(-3),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return new ExperimentMemory(Map.of(KEY, full, new GuardrailKey("gmv", "other"), bare), minP);
  }

  @Test
  void what_is_remembered_survives_a_restart_to_the_last_bit() {
    assertThat(ledger.memory("trial")).isEqualTo(ExperimentMemory.EMPTY);
    ledger.remember("trial", memory(0.5), List.of(verdict("verdict-1")), List.of());
    ledger.remember("trial", memory(1e-300), List.of(), List.of());
    GuardrailLedger reopened = open();
    reopened.createTables();
    assertThat(reopened.memory("trial")).isEqualTo(memory(1e-300));
    assertThat(reopened.memory("another")).isEqualTo(ExperimentMemory.EMPTY);
    assertThat(reopened.pending()).containsExactly(verdict("verdict-1"));
  }

  @Test
  void a_verdict_that_cannot_be_latched_leaves_no_memory_of_it() {
    ledger.remember("trial", ExperimentMemory.EMPTY, List.of(verdict("verdict-1")), List.of());
    assertThatThrownBy(
            () -> ledger.remember("trial", memory(0.5), List.of(verdict("verdict-1")), List.of()))
        .isInstanceOf(GuardrailLedger.LedgerUnavailable.class);
    assertThat(ledger.memory("trial")).isEqualTo(ExperimentMemory.EMPTY);
  }

  @Test
  void a_verdict_is_pending_then_published_then_settled_and_reopens_until_settled() {
    ledger.remember("trial", memory(1), List.of(verdict("a"), verdict("b")), List.of());
    ledger.markPublished("a");
    assertThat(ledger.pending()).containsExactly(verdict("b"));
    assertThat(ledger.published()).containsExactly(verdict("a"));
    ledger.settle("b");
    ledger.reopen();
    assertThat(ledger.pending()).containsExactly(verdict("a"));
    ledger.settle("a");
    ledger.reopen();
    assertThat(ledger.pending()).isEmpty();
    assertThat(ledger.published()).isEmpty();
  }

  private static GuardrailReport report(String id, String metric, long millis) {
    return new GuardrailReport(
        id,
        "guardrail/1",
        "trial",
        metric,
        "treatment",
        GuardrailState.SAFE,
        3,
        128,
        129,
        new BigDecimal("0.05"),
        new BigDecimal("0.0123456789"),
        "none",
        Instant.ofEpochMilli(millis));
  }

  @Test
  void reports_wait_in_the_order_of_their_time_and_the_last_of_each_guardrail_stays() {
    ledger.remember(
        "trial",
        ExperimentMemory.EMPTY,
        List.of(),
        List.of(report("z", "gmv", 1), report("a", "gmv", 2), report("b", "failed", 3)));
    assertThat(ledger.pendingReports())
        .containsExactly(report("z", "gmv", 1), report("a", "gmv", 2), report("b", "failed", 3));
    ledger.markPublished(report("z", "gmv", 1));
    ledger.markPublished(report("a", "gmv", 2));
    assertThat(ledger.publishedReports()).containsExactly(report("a", "gmv", 2));
    assertThat(ledger.pendingReports()).containsExactly(report("b", "failed", 3));
    ledger.reopen();
    assertThat(ledger.pendingReports())
        .containsExactly(report("a", "gmv", 2), report("b", "failed", 3));
    ledger.forgetReports("trial");
    assertThat(ledger.pendingReports()).isEmpty();
  }

  @Test
  void a_database_that_is_away_is_reported_as_such() {
    JdbcDataSource nowhere = new JdbcDataSource();
    nowhere.setURL("jdbc:h2:" + folder.resolve("missing") + ";IFEXISTS=TRUE");
    assertThatThrownBy(() -> new GuardrailLedger(nowhere).memory("trial"))
        .isInstanceOf(GuardrailLedger.LedgerUnavailable.class);
  }
}
