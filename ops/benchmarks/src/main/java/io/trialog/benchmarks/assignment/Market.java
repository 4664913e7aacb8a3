package io.trialog.benchmarks.assignment;

import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.ExclusionSet;
import io.trialog.sdk.core.Experiment;
import io.trialog.sdk.core.SlotRange;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.Variant;
import io.trialog.sdk.core.targeting.Condition;
import io.trialog.sdk.core.targeting.Targeting;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * 200 experiments, each for three countries, half control and half green, and 65,536 users of those
 * countries: nobody is spared the hash. Subjects are UUIDs, so that a key has 51 bytes and the hash
 * one block. The same for every SDK.
 */
final class Market {
  static final int EXPERIMENTS = 200;

  /** A power of two. */
  static final int USERS = 1 << 16;

  static final List<String> COUNTRIES = List.of("US", "DE", "FR");

  /** The one of the 200 that is asked for. */
  static final String ASKED = experiment(100);

  private static final long SEED = 20_261_122;
  private static final int SETS = 10;

  private Market() {}

  static String experiment(int number) {
    return "experiment-%03d".formatted(number);
  }

  /** The ids; the same in every call, each time as new objects. */
  static String[] subjects() {
    Random random = new Random(SEED);
    String[] subjects = new String[USERS];
    for (int i = 0; i < USERS; i++) {
      subjects[i] = new UUID(random.nextLong(), random.nextLong()).toString();
    }
    return subjects;
  }

  static String country(int user) {
    return COUNTRIES.get(user % COUNTRIES.size());
  }

  static Context[] contexts() {
    String[] subjects = subjects();
    Context[] contexts = new Context[USERS];
    for (int i = 0; i < USERS; i++) {
      contexts[i] =
          Context.of("user_id", subjects[i])
              .with("country", country(i))
              .with("plan", "premium")
              .with("app_version", "5.12.1");
    }
    return contexts;
  }

  /** In no exclusion set. */
  static Snapshot apart() {
    List<Experiment> experiments =
        IntStream.range(0, EXPERIMENTS).mapToObj(i -> builder(i).build()).toList();
    return Snapshot.of("production", 1, Instant.EPOCH, experiments);
  }

  /** Each in one of ten sets, of which it owns all slots: everybody passes, and is hashed twice. */
  static Snapshot shared() {
    List<ExclusionSet> sets =
        IntStream.range(0, SETS)
            .mapToObj(i -> ExclusionSet.of("set-" + i, "set-" + i, "user_id"))
            .toList();
    List<Experiment> experiments = new ArrayList<>();
    for (int i = 0; i < EXPERIMENTS; i++) {
      var all = ExclusionSet.Reservation.of("set-" + i % SETS, 0, 10_000);
      experiments.add(builder(i).reservations(List.of(all)).build());
    }
    return Snapshot.builder("production", 1, Instant.EPOCH)
        .experiments(experiments)
        .exclusionSets(sets)
        .build();
  }

  private static Experiment.Builder builder(int number) {
    return Experiment.builder(experiment(number))
        .surface("checkout")
        .control("control")
        .variants(List.of(Variant.of("control"), Variant.of("green")))
        .targeting(
            Targeting.all(List.of(Condition.onText("country", Condition.Operator.IN, COUNTRIES))))
        .allocation(
            List.of(SlotRange.of(0, 5_000, "control"), SlotRange.of(5_000, 10_000, "green")));
  }
}
