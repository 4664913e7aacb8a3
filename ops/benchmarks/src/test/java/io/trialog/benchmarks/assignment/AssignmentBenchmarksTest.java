package io.trialog.benchmarks.assignment;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Evaluator;
import io.trialog.sdk.core.Slots;
import io.trialog.sdk.core.Variant;
import java.util.Arrays;
import java.util.Collection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The benchmarks answer right, so that what they measure is work that was done. */
class AssignmentBenchmarksTest {
  @Test
  void the_bare_function_gives_the_slots_of_the_sdk() {
    BareSlot bare = new BareSlot(Market.ASKED);
    for (String subject : Arrays.asList(Market.subjects()).subList(0, 5_000)) {
      int slot = Slots.slot(Market.ASKED, subject);
      assertThat(bare.slot(subject)).isEqualTo(slot);
      assertThat(bare.slotBySum(subject)).isEqualTo(slot);
    }
  }

  @Test
  void every_user_of_the_market_is_assigned_by_slot() {
    String[] subjects = Market.subjects();
    Context[] contexts = Market.contexts();
    for (int i = 0; i < 5_000; i++) {
      String expected = Slots.slot(Market.ASKED, subjects[i]) < 5_000 ? "control" : "green";
      assertThat(Evaluator.variant(Market.apart(), Market.ASKED, contexts[i], "missing"))
          .isEqualTo(expected);
      i += 49;
    }
  }

  @Test
  void all_experiments_are_answered_in_order_in_sets_or_not() {
    AllExperiments benchmark = new AllExperiments();
    String subject = Market.subjects()[0];
    Variant[] apart = benchmark.apart().clone();
    for (int i = 0; i < apart.length; i++) {
      String expected = Slots.slot(Market.experiment(i), subject) < 5_000 ? "control" : "green";
      assertThat(apart[i]).hasToString(expected);
    }
    assertThat(new AllExperiments().shared()).isEqualTo(apart);
  }

  @Test
  void the_client_answers_as_the_evaluator_does() {
    ClientLookup client = new ClientLookup();
    OneExperiment evaluator = new OneExperiment();
    for (int i = 0; i < 1_000; i++) {
      assertThat(client.variant()).isEqualTo(evaluator.variant());
      assertThat(client.evaluate()).isEqualTo(evaluator.decision());
    }
    client.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Unleash", "LaunchDarkly", "Optimizely"})
  void a_peer_gives_half_of_the_users_each_variant(String sdk) {
    int green = 0;
    try (Peer peer = Peers.open(sdk)) {
      for (int i = 0; i < 2_000; i++) {
        String variant = peer.variant(Market.ASKED, i);
        assertThat(variant).isIn("control", "green");
        green += variant.equals("green") ? 1 : 0;
      }
    }
    // Six standard deviations of a fair coin.
    assertThat(green).isBetween(866, 1_134);
  }

  @Test
  void every_benchmark_runs() throws Exception {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include("io.trialog.benchmarks.assignment.*")
                    .forks(0)
                    .warmupIterations(0)
                    .measurementIterations(1)
                    .measurementTime(TimeValue.milliseconds(20))
                    .shouldFailOnError(true)
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run();
    assertThat(results).hasSize(4 + 1 + 2 + 3 + 2 * 3);
    assertThat(results)
        .allSatisfy(result -> assertThat(result.getPrimaryResult().getScore()).isPositive());
  }
}
