package io.trialog.sdk.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.trialog.sdk.core.targeting.Condition;
import io.trialog.sdk.core.targeting.Targeting;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What a lookup leaves behind: the decision that it answers, which a compiler that sees it not
 * escape leaves out, and nothing else. No text, no array, no box, no copy of the context.
 */
class LookupGarbageTest {
  private static final int CONTEXTS = 1_000;
  private static final int ROUNDS = 50;

  /**
   * A decision has a header, eight references and a number: 48 bytes, or 88 without compression.
   */
  private static final long DECISION_BYTES = 88;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final List<Context> contexts =
      IntStream.range(0, CONTEXTS)
          .mapToObj(i -> Context.of("user_id", "u" + i).with("country", "de").with("age", i))
          .toList();

  private static Snapshot snapshot() {
    SlotTable table =
        SlotTable.fromShares(
            new String[] {"control", "treatment"}, new double[] {0.5, 0.5}, "control");
    Experiment aimed =
        Experiment.builder("checkout")
            .surface("checkout")
            .control("control")
            .variants(List.of(Variant.of("control"), Variant.of("treatment", "{\"a\":1}")))
            .targeting(
                Targeting.all(
                    List.of(
                        Condition.onText("country", Condition.Operator.IN, List.of("de", "at")),
                        Condition.of(
                            "age",
                            Condition.Type.NUMBER,
                            Condition.Operator.AT_LEAST,
                            List.of("18")))))
            .allocation(Allocation.enrol(table, 1_000_000))
            .status(Experiment.Status.RUNNING)
            .build();
    return Snapshot.of("production", 1, Instant.EPOCH, List.of(aimed));
  }

  private long bytesOfEach(Function<Context, Decision> lookup) {
    rounds(lookup);
    long before = THREADS.getCurrentThreadAllocatedBytes();
    rounds(lookup);
    return (THREADS.getCurrentThreadAllocatedBytes() - before) / (CONTEXTS * ROUNDS);
  }

  private void rounds(Function<Context, Decision> lookup) {
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < CONTEXTS; i++) {
        lookup.apply(contexts.get(i));
      }
    }
  }

  @Test
  void a_lookup_leaves_its_decision_and_nothing_else() {
    Snapshot snapshot = snapshot();
    long each = bytesOfEach(it -> Evaluator.evaluate(snapshot, "checkout", it, "control"));
    assertThat(each).isLessThanOrEqualTo(DECISION_BYTES);
  }

  @Test
  void the_measure_notices_one_text_more() {
    Snapshot snapshot = snapshot();
    long each =
        bytesOfEach(it -> {
          String longer =
              "control " + it.get("user_id") + " and a text of one hundred bytes, x".repeat(3);
          return Evaluator.evaluate(snapshot, "checkout", it, longer);
        });
    assertThat(each).isGreaterThan(DECISION_BYTES);
  }
}
