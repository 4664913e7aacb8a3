package io.trialog.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.trialog.command.catalogue.Catalogue;
import io.trialog.command.catalogue.References;
import io.trialog.language.Actor;
import io.trialog.language.Design;
import io.trialog.language.Design.ExclusionShare;
import io.trialog.language.Design.GuardrailRule;
import io.trialog.language.Design.Prerequisite;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Targeting;
import io.trialog.language.TrialogCommand;
import io.trialog.language.TrialogEvent;
import io.trialog.language.log.RecordedEvent;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Given orders, when an order, then events or a refusal; on the real engine. */
abstract class DeskTest {
  static final Actor ADA = Actor.human("ada");
  static final Actor BEN = Actor.human("ben");

  @TempDir Path folder;

  final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-22T07:00:00Z"));
  CommandSide side;

  @BeforeEach
  final void open() {
    side = CommandSide.open(folder, new HandClock(now));
  }

  @AfterEach
  final void close() {
    side.close();
  }

  /** As after a crash: nothing is left but the log. */
  final void reopen() {
    close();
    open();
  }

  final References references() {
    return new References(new Catalogue(side.log()));
  }

  final CommandDesk.Answer given(TrialogCommand... commands) {
    CommandDesk.Answer answer = null;
    for (TrialogCommand command : commands) {
      answer = execute(ADA, command);
    }
    return java.util.Objects.requireNonNull(answer);
  }

  final CommandDesk.Answer execute(Actor actor, TrialogCommand command) {
    return side.desk().execute(command, order(actor, "test"));
  }

  static Order order(Actor actor, @Nullable String reason) {
    return new Order(actor, reason, "c", null, null, "d", null);
  }

  /** The rule that says no; nothing is written by it. */
  final Refusal refused(Actor actor, TrialogCommand command) {
    return refused(() -> execute(actor, command));
  }

  final Refusal refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable deed) {
    int before = events().size();
    Refused refused = catchThrowableOfType(Refused.class, deed);
    assertThat(refused).isNotNull();
    long others = events().stream().skip(before).filter(DeskTest::isDeed).count();
    assertThat(others).isZero();
    return refused.refusal();
  }

  /** A refusal may itself be written down. */
  private static boolean isDeed(TrialogEvent event) {
    return !(event instanceof io.trialog.language.AccessEvent);
  }

  final List<TrialogEvent> events() {
    return side.log().read(0, 10_000).stream()
        .map(stored -> EventCodec.decode(stored).event())
        .toList();
  }

  final List<TrialogEvent> events(String stream) {
    return side.log().stream(stream).stream()
        .map(stored -> EventCodec.decode(stored).event())
        .toList();
  }

  /** What an automation that starts now makes of the whole log: its due orders are given. */
  final int run(Automation automation) {
    for (StoredEvent stored : side.log().read(0, 10_000)) {
      RecordedEvent event = EventCodec.decode(stored);
      automation.on(event);
    }
    List<Automation.Due> due = automation.due(now.get());
    for (Automation.Due each : due) {
      side.desk()
          .execute(
              each.command(),
              new Order(
                  Actor.automation(automation.name()),
                  each.reason(),
                  "c",
                  each.causationId(),
                  each.idempotencyKey(),
                  "",
                  null));
    }
    return due.size();
  }

  /** A design that needs no approval. */
  static Design design(String key, ExclusionShare... sets) {
    return design(key, List.of(), List.of(), sets);
  }

  static Design design(
      String key,
      List<Prerequisite> prerequisites,
      List<GuardrailRule> guardrails,
      ExclusionShare... sets) {
    return new Design(
        key,
        "acme/rides",
        "production",
        key,
        "",
        "user_id",
        null,
        "checkout",
        "control",
        List.of(
            new Design.Variant("control", new BigDecimal("0.5"), null),
            new Design.Variant("green", new BigDecimal("0.5"), null)),
        Targeting.EVERYBODY,
        prerequisites,
        Arrays.asList(sets),
        "orders",
        List.of(),
        guardrails,
        1_000,
        true,
        false);
  }

  /** The same, to be approved before it starts. */
  static Design approvable(Design design) {
    return new Design(
        design.experiment(),
        design.namespace(),
        design.environment(),
        design.title(),
        design.hypothesis(),
        design.unit(),
        design.fallbackUnit(),
        design.surface(),
        design.control(),
        design.variants(),
        design.targeting(),
        design.prerequisites(),
        design.exclusionSets(),
        design.primaryMetric(),
        design.secondaryMetrics(),
        design.guardrails(),
        design.plannedSubjects(),
        false,
        design.regulated());
  }

  static ExclusionShare share(String set, String share) {
    return new ExclusionShare(set, new BigDecimal(share));
  }
}
