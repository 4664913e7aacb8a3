package io.trialog.guardrails;

import io.trialog.language.GuardrailReport;
import io.trialog.language.GuardrailState;
import io.trialog.language.wire.Sha256;
import io.trialog.statistics.Evidence;
import io.trialog.statistics.GuardrailReading;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Decides which looks are worth an event. Pure.
 *
 * <p>The state is SAFE from the look on whose evidence that harm is below the margin reaches the
 * boundary ln(1/α) (STATS 4.2), and stays so until that evidence is below half of the boundary, or
 * harm is at its own. The guarantee is that of the first crossing, which covers all later looks, so
 * a wobble at the boundary means nothing. A look without evidence changes nothing. A breach stays.
 *
 * <p>Reported are: the first state of an allocation epoch that rests on evidence; each change of
 * state, at the earliest {@link #DWELL} after the change before, so that a state that flips and
 * flips back within it leaves nothing (a first WATCH is no change, and a breach waits for nothing);
 * and the size of the smaller arm when it passes a power of two from {@value #SMALLEST_SIZE} on, or
 * the minimum sample that a step of the ramp plan waits for. So an arm of a million subjects gives
 * 13 reports of its size for each guardrail.
 */
final class Reporting {
  /** Between two changes of state. */
  static final Duration DWELL = Duration.ofMinutes(1);

  /** Smaller arms are not worth telling. */
  static final int SMALLEST_SIZE = 128;

  private final String experiment;
  private final int epoch;
  private final List<Long> awaited;
  private final Instant now;

  /**
   * For looks at the sums of one allocation epoch.
   *
   * @param awaited sizes of the smaller arm that somebody waits for
   */
  Reporting(String experiment, int epoch, List<Long> awaited, Instant now) {
    this.experiment = experiment;
    this.epoch = epoch;
    this.awaited = awaited;
    this.now = now.truncatedTo(ChronoUnit.MILLIS);
  }

  /**
   * The report that this look is worth.
   *
   * @param memory with the verdict of this look, when it gave one
   */
  Optional<GuardrailReport> of(GuardrailLook look, GuardrailMemory memory) {
    GuardrailState seen = state(look, memory);
    Optional<LastReport> last = memory.lastReport();
    if (last.isEmpty() || last.get().epoch() != epoch) {
      boolean first = seen == GuardrailState.BREACHED || look.counts() || hasGrown(0, look);
      Instant at = last.map(before -> later(before.reportedAt())).orElse(now);
      return first ? Optional.of(report(look, seen, at)) : Optional.empty();
    }
    LastReport before = last.get();
    GuardrailState state = mayChange(before, seen) ? seen : before.state();
    return isWorth(before, state, look)
        ? Optional.of(report(look, state, later(before.reportedAt())))
        : Optional.empty();
  }

  private GuardrailState state(GuardrailLook look, GuardrailMemory memory) {
    if (memory.verdict().isPresent()) {
      return GuardrailState.BREACHED;
    }
    GuardrailState before =
        memory
            .lastReport()
            .filter(last -> last.epoch() == epoch)
            .map(LastReport::state)
            .orElse(GuardrailState.WATCH);
    if (!look.counts()) {
      return before;
    }
    boolean stays = before == GuardrailState.SAFE && isStillSafe(look.reading().orElseThrow());
    return look.state() == io.trialog.statistics.GuardrailState.SAFE || stays
        ? GuardrailState.SAFE
        : GuardrailState.WATCH;
  }

  private static boolean isStillSafe(GuardrailReading reading) {
    Evidence evidence = reading.evidence().orElseThrow();
    return evidence.logE() < reading.boundary() && evidence.logESafe() >= reading.boundary() / 2;
  }

  private boolean mayChange(LastReport before, GuardrailState seen) {
    return seen == GuardrailState.BREACHED || !now.isBefore(before.stateSince().plus(DWELL));
  }

  private boolean isWorth(LastReport before, GuardrailState state, GuardrailLook look) {
    return before.state() != GuardrailState.BREACHED
        && (state != before.state() || hasGrown(before.subjects(), look));
  }

  private boolean hasGrown(long before, GuardrailLook look) {
    long size = smallerArm(look);
    return sizeClass(size) > sizeClass(before)
        || awaited.stream().anyMatch(each -> before < each && size >= each);
  }

  /** 0 below the smallest size, then 1 more with each doubling. */
  private static int sizeClass(long subjects) {
    return subjects < SMALLEST_SIZE
        ? 0
        : Long.SIZE - Long.numberOfLeadingZeros(subjects / SMALLEST_SIZE);
  }

  private static long smallerArm(GuardrailLook look) {
    return look.reading()
        .map(reading -> Math.min(reading.control().n(), reading.treatment().n()))
        .orElse(0L);
  }

  static long smallerArm(GuardrailReport report) {
    return Math.min(report.controlSubjects(), report.variantSubjects());
  }

  private GuardrailReport report(GuardrailLook look, GuardrailState state, Instant at) {
    long control = look.reading().map(reading -> reading.control().n()).orElse(0L);
    long treatment = look.reading().map(reading -> reading.treatment().n()).orElse(0L);
    return new GuardrailReport(
        id(look.key(), state, at),
        GuardrailEvaluator.POLICY_VERSION,
        experiment,
        look.key().metric(),
        look.key().variant(),
        state,
        epoch,
        control,
        treatment,
        look.margin(),
        harmAtMost(look),
        look.note(),
        at);
  }

  /** Time of one guardrail's reports only goes forward, whatever the clock does. */
  private Instant later(Instant before) {
    return now.isAfter(before) ? now : before.plusMillis(1);
  }

  private static @Nullable BigDecimal harmAtMost(GuardrailLook look) {
    OptionalDouble bound =
        look.reading().map(reading -> reading.harm().atMost()).orElse(OptionalDouble.empty());
    return bound.isPresent() ? Exact.decimal(bound.getAsDouble()) : null;
  }

  private String id(GuardrailKey key, GuardrailState state, Instant at) {
    String content =
        String.join(
            "\n",
            "trialog:guardrail-report",
            GuardrailEvaluator.POLICY_VERSION,
            experiment,
            key.metric(),
            key.variant(),
            state.word(),
            at.toString());
    return Sha256.hex(content.getBytes(StandardCharsets.UTF_8)).substring(0, 32);
  }
}
