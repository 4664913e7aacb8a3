package io.trialog.query.receipts;

import io.trialog.query.EventJson;
import io.trialog.query.Members;
import io.trialog.receipts.ClientGroup;
import io.trialog.receipts.Enforcement;
import io.trialog.receipts.Enforcement.Missing;
import io.trialog.receipts.Fleet;
import io.trialog.receipts.Kill;
import io.trialog.receipts.ReceiptStore;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import java.util.List;
import java.util.function.Function;

/** Kills and clients as REST answers. */
final class ReceiptJson {
  private ReceiptJson() {}

  /** The begin of an answer about something: what, and how clients are found to be there. */
  static JsonObjectBuilder of(String what, String key) {
    return Members.JSON
        .createObjectBuilder()
        .add(what, key)
        .add("window_s", ReceiptStore.WINDOW.toSeconds());
  }

  static JsonArrayBuilder kills(List<Kill> kills, Function<Kill, Enforcement> enforcement) {
    return Members.array(kills, kill -> kill(kill, enforcement.apply(kill)));
  }

  private static JsonObjectBuilder kill(Kill kill, Enforcement enforcement) {
    JsonObjectBuilder json =
        Members.JSON
            .createObjectBuilder()
            .add("position", kill.position())
            .add("killed_at", kill.event().time().toString())
            .add("event", EventJson.of(kill.event()));
    EventJson.put(json, "ended", kill.ended());
    json.add("clients_expected", enforcement.expected())
        .add("clients_enforcing", enforcement.enforcing())
        .add("clients_missing", enforcement.missingCount())
        .add("clients_since", enforcement.since());
    enforcement
        .delays()
        .ifPresent(delays ->
            json.add("p50_ms", delays.p50().toMillis())
                .add("p99_ms", delays.p99().toMillis())
                .add("max_ms", delays.longest().toMillis()));
    return json.add("missing", Members.array(enforcement.missing(), ReceiptJson::missing));
  }

  private static JsonObjectBuilder missing(Missing missing) {
    JsonObjectBuilder json =
        Members.JSON
            .createObjectBuilder()
            .add("client", missing.client())
            .add("sdk", missing.sdk())
            .add("last_seen", missing.lastSeen().toString());
    missing.position().ifPresent(position -> json.add("position", position));
    return json;
  }

  static void fleet(JsonObjectBuilder json, Fleet fleet) {
    json.add("clients", fleet.clients())
        .add("clients_behind", fleet.behind())
        .add("groups", Members.array(fleet.groups(), ReceiptJson::group));
  }

  private static JsonObjectBuilder group(ClientGroup group) {
    return Members.JSON
        .createObjectBuilder()
        .add("sdk", group.sdk())
        .add("position", group.position())
        .add("clients", group.clients())
        .add("last_seen", group.lastSeen().toString());
  }
}
