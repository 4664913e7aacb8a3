package io.trialog.standalone.demo;

import io.trialog.sdk.ClientCounters;
import io.trialog.sdk.TrialogClient;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.Experiment;
import io.trialog.sdk.core.Reason;
import io.trialog.sdk.core.Snapshot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Starts and ramps the experiments at their times, lets people visit, and notices kills. Driven by
 * ticks of one thread.
 */
final class Show {
  private static final int MOST_WAITING = 5_000;
  private static final long REPORT_MILLIS = 15_000;

  private final Opening opening;
  private final Opening.Tokens tokens;
  private final TrialogClient client;
  private final Market market;
  private final Story story;
  private final Pace pace;
  private final long beginMillis;
  private final Waiting waiting = new Waiting(MOST_WAITING);
  private final Set<String> started = new HashSet<>();
  private final Set<String> ramped = new HashSet<>();
  private final Set<String> ended = new HashSet<>();
  private final Map<String, Long> startedMillis = new HashMap<>();
  private final Map<String, Long> firstExposureMillis = new HashMap<>();
  private long sessions;
  private long exposures;
  private long reportMillis;

  Show(
      Opening opening,
      Opening.Tokens tokens,
      TrialogClient client,
      Market market,
      Story story,
      long nowMillis) {
    this.opening = opening;
    this.tokens = tokens;
    this.client = client;
    this.market = market;
    this.story = story;
    this.pace = new Pace(nowMillis);
    this.beginMillis = nowMillis;
    this.reportMillis = nowMillis + REPORT_MILLIS;
  }

  void tick(long nowMillis) throws Platform.Refused, InterruptedException {
    direct(nowMillis);
    for (Waiting.Due due : waiting.take(nowMillis)) {
      client.track(due.who(), due.what().metric(), due.what().value());
    }
    noticeEnds(nowMillis);
    for (int visits = pace.due(nowMillis); visits > 0; visits--) {
      visit(market.next(), nowMillis);
    }
    if (nowMillis >= reportMillis) {
      reportMillis = nowMillis + REPORT_MILLIS;
      report();
    }
  }

  // --- experiments begin and widen

  private void direct(long nowMillis) throws Platform.Refused, InterruptedException {
    long seconds = (nowMillis - beginMillis) / 1000;
    for (Trial trial : Catalogue.TRIALS) {
      Trial.Start start = trial.start();
      if (seconds >= start.afterSeconds() && started.add(trial.key())) {
        boolean now = opening.start(tokens, trial);
        story.started(trial, now);
        if (now) {
          startedMillis.put(trial.key(), nowMillis);
        }
      }
      boolean ramps = start.rampAfterSeconds() > 0 && seconds >= start.rampAfterSeconds();
      if (ramps && ramped.add(trial.key()) && opening.ramp(tokens, trial)) {
        story.ramped(trial);
      }
    }
  }

  // --- people visit

  private void visit(Session session, long nowMillis) {
    sessions++;
    Effect effect = Effect.NONE;
    for (Trial trial : Catalogue.TRIALS) {
      if (trial.area() == session.area()) {
        Decision decision = client.evaluate(trial.key(), session.context(), Trial.CONTROL);
        count(decision, nowMillis);
        effect = effect.and(shown(trial, decision));
      }
    }
    for (Happening happening : Market.outcomes(session, effect)) {
      waiting.add(
          new Waiting.Due(nowMillis + happening.delayMillis(), session.context(), happening));
    }
  }

  private static Effect shown(Trial trial, Decision decision) {
    return decision.variant().equals(Trial.TREATMENT) ? trial.effect() : Effect.NONE;
  }

  private void count(Decision decision, long nowMillis) {
    if (decision.assigned()) {
      exposures++;
      firstExposureMillis.putIfAbsent(decision.experiment(), nowMillis);
    }
  }

  // --- experiments end

  private void noticeEnds(long nowMillis) throws InterruptedException {
    List<Experiment> all = client.snapshot().map(Snapshot::experiments).orElse(List.of());
    for (Experiment experiment : all) {
      boolean ours = Catalogue.TRIALS.stream().anyMatch(t -> t.key().equals(experiment.key()));
      if (ours && experiment.status() == Experiment.Status.KILLED && ended.add(experiment.key())) {
        noticeKill(experiment.key(), nowMillis);
      }
    }
  }

  private void noticeKill(String experiment, long nowMillis) throws InterruptedException {
    // One that this run started may be killed before this run exposes anybody.
    Long first = firstExposureMillis.getOrDefault(experiment, startedMillis.get(experiment));
    if (first == null) {
      story.wasKilledBefore(experiment);
      return;
    }
    Reason reason = client.peek(experiment, Context.empty().with("user_id", "u"), "?").reason();
    long position = client.snapshot().map(Snapshot::position).orElse(0L);
    story.killed(experiment, nowMillis - first, position, reason);
  }

  private void report() {
    ClientCounters counters = client.counters();
    story.progress(sessions, exposures, counters, waiting.dropped());
  }
}
