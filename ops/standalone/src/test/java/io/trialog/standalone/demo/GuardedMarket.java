package io.trialog.standalone.demo;

import io.trialog.sdk.core.Allocation;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.Evaluator;
import io.trialog.sdk.core.Experiment;
import io.trialog.sdk.core.Share;
import io.trialog.sdk.core.SlotTable;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.Variant;
import io.trialog.sdk.core.targeting.Condition;
import io.trialog.sdk.core.targeting.Targeting;
import io.trialog.standalone.demo.Trial.Guard;
import io.trialog.statistics.Arm;
import io.trialog.statistics.Direction;
import io.trialog.statistics.Guardrail;
import io.trialog.statistics.GuardrailPlan;
import io.trialog.statistics.GuardrailState;
import io.trialog.statistics.KillBudget;
import io.trialog.statistics.Moments;
import jakarta.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The market, the SDK's evaluator and the platform's guardrails, without what lies between them:
 * two seconds stand for the way of an event through the stream job and of a kill back to the SDK.
 * One look a second.
 */
final class GuardedMarket {
  private static final int ON_THE_WAY_SECONDS = 2;
  private static final SlotTable HALVES =
      SlotTable.fromShares(
          List.of(Share.of(Trial.CONTROL, 0.5), Share.of(Trial.TREATMENT, 0.5)), Trial.CONTROL);

  private final Market market;
  private final Pace pace = new Pace(0);
  private final Waiting waiting = new Waiting(5_000);
  private final Map<String, Integer> killedAtSeconds = new HashMap<>();
  private final Map<String, Map<String, Cohort>> cohorts = new HashMap<>();
  private final Map<String, Map<String, double[]>> sums = new HashMap<>();
  private Snapshot snapshot = snapshot(0);

  /** A subject's arm, and its totals by metric. */
  private record Cohort(String variant, Map<String, Double> totals) {}

  GuardedMarket(long seed) {
    this.market = new Market(seed);
  }

  /** Seconds after the demo's begin at which the SDK heard of a kill, by experiment. */
  Map<String, Integer> killsWithin(int seconds) {
    for (int second = 1; second <= seconds; second++) {
      snapshot = snapshot(second);
      for (int step = 1; step <= 20; step++) {
        tick((second - 1) * 1000L + step * 50L);
      }
      look(second);
    }
    return killedAtSeconds;
  }

  private void tick(long nowMillis) {
    waiting.take(nowMillis - ON_THE_WAY_SECONDS * 1000L).forEach(this::fold);
    for (int visits = pace.due(nowMillis); visits > 0; visits--) {
      visit(market.next(), nowMillis);
    }
  }

  private void visit(Session session, long nowMillis) {
    Effect effect = Effect.NONE;
    for (Trial trial : Catalogue.TRIALS) {
      if (trial.area() == session.area()) {
        Decision decision =
            Evaluator.evaluate(snapshot, trial.key(), session.context(), Trial.CONTROL);
        if (decision.variant().equals(Trial.TREATMENT)) {
          effect = effect.and(trial.effect());
        }
        if (decision.assigned()) {
          expose(trial, decision);
        }
      }
    }
    for (Happening h : Market.outcomes(session, effect)) {
      waiting.add(new Waiting.Due(nowMillis + h.delayMillis(), session.context(), h));
    }
  }

  private void expose(Trial trial, Decision decision) {
    cohorts
        .computeIfAbsent(trial.key(), key -> new HashMap<>())
        .computeIfAbsent(
            decision.subject().orElseThrow(),
            subject -> {
              sums(trial.key(), decision.variant(), "")[0]++;
              return new Cohort(decision.variant(), new HashMap<>());
            });
  }

  private void fold(Waiting.Due due) {
    String subject = subject(due.who());
    cohorts.forEach((trial, members) -> {
      Cohort cohort = members.get(subject);
      if (cohort != null) {
        fold(trial, cohort, due.what());
      }
    });
  }

  /** n with an outcome, Σy, Σy², Σy³ gain by the difference that the subject's total makes. */
  private void fold(String trial, Cohort cohort, Happening what) {
    JsonObject metric = metric(what.metric());
    double before = cohort.totals().getOrDefault(what.metric(), 0.0);
    double after =
        metric.getString("kind").equals("proportion")
            ? 1
            : Math.min(before + what.value(), Double.parseDouble(metric.getString("cap")));
    cohort.totals().put(what.metric(), after);
    double[] sum = sums(trial, cohort.variant(), what.metric());
    sum[0] += before == 0 ? 1 : 0;
    for (int power = 1; power <= 3; power++) {
      sum[power] += Math.pow(after, power) - Math.pow(before, power);
    }
  }

  private void look(int second) {
    for (Trial trial : Catalogue.TRIALS) {
      for (Guard guard : trial.measures().guards()) {
        if (!killedAtSeconds.containsKey(trial.key()) && isBreached(trial, guard)) {
          killedAtSeconds.put(trial.key(), second);
        }
      }
    }
  }

  private boolean isBreached(Trial trial, Guard guard) {
    Arm control = arm(trial.key(), Trial.CONTROL, guard.metric());
    Arm treatment = arm(trial.key(), Trial.TREATMENT, guard.metric());
    return Guardrail.evaluate(plan(trial, guard), control, treatment).state()
        == GuardrailState.KILL;
  }

  private static GuardrailPlan plan(Trial trial, Guard guard) {
    JsonObject metric = metric(guard.metric());
    double alpha = KillBudget.standard(trial.measures().guards().size(), 1).cumulative();
    double margin = Double.parseDouble(guard.margin());
    Direction direction =
        metric.getString("direction").equals("higher_is_better")
            ? Direction.HIGHER_IS_BETTER
            : Direction.LOWER_IS_BETTER;
    if (metric.getString("kind").equals("proportion")) {
      return GuardrailPlan.forProportion(direction, margin, alpha, 0.5, 0.5);
    }
    double sd = Double.parseDouble(metric.getString("typical_sd"));
    double planned = GuardrailPlan.plannedV(trial.measures().plannedSubjects(), sd, 0.5, 0.5);
    return GuardrailPlan.forMean(direction, margin, alpha, 0.5, 0.5, planned);
  }

  private Arm arm(String trial, String variant, String metric) {
    long n = (long) sums(trial, variant, "")[0];
    double[] of = sums(trial, variant, metric);
    Moments moments =
        metric(metric).getString("kind").equals("proportion")
            ? Moments.ofOnes(n, Math.round(of[1]))
            : Moments.of(n, of[1], of[2], of[3]);
    return new Arm(moments, (long) of[0]);
  }

  private double[] sums(String trial, String variant, String metric) {
    return sums.computeIfAbsent(trial + "/" + variant, key -> new HashMap<>())
        .computeIfAbsent(metric, key -> new double[4]);
  }

  private static JsonObject metric(String key) {
    return Catalogue.METRICS.stream()
        .filter(metric -> metric.getString("metric").equals(key))
        .findFirst()
        .orElseThrow();
  }

  private static String subject(Context who) {
    String user = who.get("user_id");
    return user == null ? String.valueOf(who.get("device_id")) : user;
  }

  // --- what the SDK would hold

  private Snapshot snapshot(int second) {
    List<Experiment> experiments = new ArrayList<>();
    for (Trial trial : Catalogue.TRIALS) {
      if (second > trial.start().afterSeconds()) {
        experiments.add(experiment(trial, second));
      }
    }
    experiments.sort((a, b) -> a.key().compareTo(b.key()));
    return Snapshot.of(Catalogue.ENVIRONMENT, second, Instant.EPOCH, experiments);
  }

  private Experiment experiment(Trial trial, int second) {
    boolean half =
        trial.start().traffic().equals("0.5") && second <= trial.start().rampAfterSeconds();
    List<String> countries = trial.reach().countries();
    return Experiment.builder(trial.key())
        .surface(trial.reach().surface())
        .fallbackUnit(trial.reach().devicesToo() ? "device_id" : null)
        .control(Trial.CONTROL)
        .variants(List.of(Variant.of(Trial.CONTROL), Variant.of(Trial.TREATMENT)))
        .targeting(
            countries.isEmpty()
                ? Targeting.everybody()
                : Condition.onText("country", Condition.Operator.IN, countries))
        .allocation(Allocation.enrol(HALVES, half ? 500_000 : 1_000_000))
        .status(
            killedAtSeconds.containsKey(trial.key())
                ? Experiment.Status.KILLED
                : Experiment.Status.RUNNING)
        .build();
  }
}
