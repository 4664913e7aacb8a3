package io.trialog.benchmarks.archive;

import io.trialog.language.Design;
import io.trialog.language.ExperimentEvent;
import io.trialog.language.ExperimentEvent.ExperimentApproved;
import io.trialog.language.ExperimentEvent.ExperimentArchived;
import io.trialog.language.ExperimentEvent.ExperimentConcluded;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentPaused;
import io.trialog.language.ExperimentEvent.ExperimentRamped;
import io.trialog.language.ExperimentEvent.ExperimentResumed;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.ExperimentEvent.ExperimentSubmitted;
import io.trialog.language.SlotRange;
import io.trialog.language.Targeting;
import java.math.BigDecimal;
import java.util.List;

/**
 * What happens to experiments, one after the other in turn: so many are alive at once, each is
 * drafted, submitted, approved, started, ramped and now and then paused, concluded and archived,
 * and then another takes its place. The same numbers give the same events.
 */
final class Lives {
  /** Events of one life. */
  static final int EVENTS = 33;

  private static final int FIRST_RAMP = 4;
  private static final int PPM_A_STEP = 30_000;

  private final int alive;
  private long said;

  Lives(int alive) {
    this.alive = alive;
  }

  /** A fact, and the place in the stream of its experiment. */
  record Fact(ExperimentEvent event, int sequence) {}

  /** The next one. */
  Fact next() {
    long turn = said / alive;
    long experiment = turn / EVENTS * alive + said % alive;
    int sequence = (int) (turn % EVENTS);
    said++;
    return new Fact(event("x" + experiment, sequence), sequence);
  }

  private static ExperimentEvent event(String key, int sequence) {
    return switch (sequence) {
      case 0 -> new ExperimentDrafted(key, design(key));
      case 1 -> new ExperimentSubmitted(key, "digest", null);
      case 2 -> new ExperimentApproved(key, "digest", null);
      case 3 -> started(key);
      case EVENTS - 2 -> new ExperimentConcluded(key, "green", null);
      case EVENTS - 1 -> new ExperimentArchived(key);
      default -> running(key, sequence - FIRST_RAMP);
    };
  }

  private static ExperimentEvent started(String key) {
    return new ExperimentStarted(key, PPM_A_STEP, 0, slots(PPM_A_STEP), null, null);
  }

  /** Ramps, with a pause and its end after every seven. */
  private static ExperimentEvent running(String key, int step) {
    return switch (step % 9) {
      case 7 -> new ExperimentPaused(key);
      case 8 -> new ExperimentResumed(key, null);
      default -> {
        int to = PPM_A_STEP * (step + 2);
        yield new ExperimentRamped(key, to - PPM_A_STEP, to, 0, slots(to), null, null, null);
      }
    };
  }

  private static List<SlotRange> slots(int ppm) {
    int half = (int) (5_000L * ppm / 1_000_000);
    return List.of(new SlotRange("control", 0, half), new SlotRange("green", 5_000, 5_000 + half));
  }

  private static Design design(String key) {
    return new Design(
        key,
        "acme/rides",
        "production",
        "Green " + key,
        "Green sells more rides.",
        "user_id",
        "device_id",
        "checkout",
        "control",
        List.of(
            new Design.Variant("control", new BigDecimal("0.5"), null),
            new Design.Variant("green", new BigDecimal("0.5"), "{\"color\":\"green\"}")),
        new Targeting.All(
            List.of(
                Targeting.Condition.onText(
                    "country", Targeting.Operator.IN, List.of("DE", "AT", "CH")))),
        List.of(),
        List.of(),
        "orders",
        List.of(),
        List.of(new Design.GuardrailRule("orders", new BigDecimal("0.01"), false)),
        100_000,
        false,
        false);
  }
}
