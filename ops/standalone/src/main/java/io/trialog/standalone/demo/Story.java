package io.trialog.standalone.demo;

import io.trialog.sdk.ClientCounters;
import io.trialog.sdk.core.Reason;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import java.net.URI;
import java.util.Locale;
import java.util.function.Consumer;

/** What the demo says, and what it looks up to say it. */
final class Story {
  private final URI baseUrl;
  private final Platform platform;
  private final String admin;
  private final Consumer<String> say;

  Story(URI baseUrl, Platform platform, String admin, Consumer<String> say) {
    this.baseUrl = baseUrl;
    this.platform = platform;
    this.admin = admin;
    this.say = say;
  }

  void started(Trial trial, boolean now) {
    String traffic = trial.start().traffic().equals("1") ? "all" : "half of the";
    if (now) {
      say.accept("%s runs on %s traffic.".formatted(trial.key(), traffic));
    } else {
      say.accept(trial.key() + " was started by an earlier run and stays as it is.");
    }
    if (now && trial.key().equals(Catalogue.HARMFUL)) {
      say.accept(
          "%s is the harmful one: its treatment loses %d %% of the bookings. Its guardrail should stop it within a minute."
              .formatted(trial.key(), Math.round((1 - trial.effect().bookings()) * 100)));
    }
  }

  void ramped(Trial trial) {
    say.accept(trial.key() + " was ramped to all traffic; nobody changed variant.");
  }

  void wasKilledBefore(String experiment) {
    say.accept(
        experiment
            + " was killed in an earlier run and stays killed; an empty data folder begins anew.");
    hints(experiment);
  }

  void progress(long sessions, long exposures, ClientCounters counters, long dropped) {
    say.accept(
        "%d sessions, %d assignments; the collector has taken %d events, %d wait, %d were rejected, %d dropped."
            .formatted(
                sessions,
                exposures,
                counters.eventsAccepted(),
                counters.eventsPending(),
                counters.eventsRejected(),
                counters.eventsDropped() + dropped));
  }

  void killed(String experiment, long afterMillis, long position, Reason now)
      throws InterruptedException {
    String after = String.format(Locale.ROOT, "%.1f", afterMillis / 1000.0);
    JsonObject kill = killOf(experiment, position);
    JsonObject actor = kill.getJsonObject("actor");
    boolean guardrail = actor != null && actor.getString("kind", "").equals("automation");
    say.accept(
        "%s was killed by %s %s s after its traffic began: %s"
            .formatted(
                experiment,
                guardrail ? "its guardrail" : "a person",
                after,
                kill.getString("reason", "the reason is in the audit trail.")));
    say.accept("the SDK now answers control for it, reason %s.".formatted(now));
    hints(experiment);
  }

  /** The event of the kill as the audit trail has it; empty when the trail does not answer. */
  private JsonObject killOf(String experiment, long position) throws InterruptedException {
    String path =
        "/api/v1/audit/events?experiment=%s&type=ExperimentKilled&limit=1&min_position=%d"
            .formatted(experiment, position);
    try {
      Platform.Answer answer = platform.get(admin, path);
      JsonArray entries = answer.body().getJsonArray("entries");
      if (entries != null && !entries.isEmpty()) {
        return entries.getJsonObject(0);
      }
    } catch (Platform.Refused e) {
      say.accept("the audit trail does not answer: " + e.getMessage());
    }
    return JsonObject.EMPTY_JSON_OBJECT;
  }

  private void hints(String experiment) {
    String root = baseUrl.toString().replaceAll("/+$", "");
    String curl = "  curl -s -H \"Authorization: Bearer $TOKEN\" ";
    say.accept("see for yourself, with TOKEN=$(cat DATA/admin.token), DATA being the data folder:");
    say.accept(curl + "'" + root + "/api/v1/experiments/" + experiment + "/results'");
    say.accept(curl + "'" + root + "/api/v1/audit/events?experiment=" + experiment + "'");
    say.accept(
        "  ops/bin/trialog-audit export --url "
            + root
            + " --token-file DATA/admin.token --write-policy policy bundle");
    say.accept("  ops/bin/trialog-audit verify --policy policy bundle");
  }
}
