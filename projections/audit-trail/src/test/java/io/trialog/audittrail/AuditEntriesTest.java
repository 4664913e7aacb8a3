package io.trialog.audittrail;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.audittrail.AuditEntry.Change;
import io.trialog.language.Actor;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventType;
import io.trialog.snapshots.CatalogueStory;
import io.trialog.snapshots.Directory;
import io.trialog.snapshots.FakeEventLog;
import io.trialog.snapshots.Positioned;
import io.trialog.snapshots.Story;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Before, after and changes of every type of event. */
class AuditEntriesTest {
  private final FakeEventLog log = new FakeEventLog();
  private final Story story = new Story(log);

  private List<AuditEntry> entries() {
    List<AuditEntry> entries = new ArrayList<>();
    Directory state = Directory.EMPTY;
    for (Positioned event : log.positioned()) {
      Directory next = state.apply(event.recorded());
      entries.add(AuditEntries.entry(state, next, event));
      state = next;
    }
    return entries;
  }

  private AuditEntry of(EventType type) {
    return entries().stream()
        .filter(entry -> entry.type().equals(type.wireName()))
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, String> changes(AuditEntry entry) {
    Map<String, String> changes = new TreeMap<>();
    for (Change change : entry.changes()) {
      changes.put(change.field(), change.before() + " -> " + change.after());
    }
    return changes;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NAMESPACE_CREATED    | title            | null -> \"Rides of Acme\"",
        "METRIC_DEFINED       | cap              | null -> \"500\"",
        "EXPERIMENT_DRAFTED   | status           | null -> \"draft\"",
        "EXPERIMENT_REVISED   | design.title     |"
            + " \"Green checkout-button\" -> \"Greener checkout-button\"",
        "EXPERIMENT_SUBMITTED | status           | \"draft\" -> \"in_review\"",
        "EXPERIMENT_APPROVED  | status           | \"in_review\" -> \"approved\"",
        "EXPERIMENT_STARTED   | traffic_ppm      | 0 -> 50000",
        "EXPERIMENT_RAMPED    | traffic_ppm      | 50000 -> 500000",
        "EXPERIMENT_PAUSED    | status           | \"running\" -> \"paused\"",
        "EXPERIMENT_RESUMED   | status           | \"paused\" -> \"running\"",
        "EXPERIMENT_KILLED    | kill_evidence.alpha | null -> \"0.005\"",
        "EXPERIMENT_CONCLUDED | winner           | null -> \"green\"",
        "TOKEN_ISSUED         | holder           | null -> \"ben\"",
        "TOKEN_REVOKED        | revoked          | false -> true",
      })
  void an_event_tells_the_old_and_the_new_value(EventType type, String field, String change) {
    story.everything();
    assertThat(changes(of(type))).containsEntry(field, change);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "EXPERIMENT_RETARGETED    | design.targeting.attribute    | null -> \"country\"",
        "EXPERIMENT_REALLOCATED   | epoch                         | 0 -> 1",
        "EXPERIMENT_REVIVED       | status                        | \"killed\" -> \"running\"",
        "EXPERIMENT_ARCHIVED      | status                        | \"concluded\" -> \"archived\"",
        "RAMP_PLANNED             | ramp.held                     | null -> false",
        "RAMP_HELD                | ramp.held                     | false -> true",
        "RAMP_CONTINUED           | ramp.held                     | true -> false",
        "CHANGE_PROPOSED          | proposals.go.state            | null -> \"open\"",
        "CHANGE_APPROVED          | proposals.de.approvals        | 0 -> 1",
        "CHANGE_WITHDRAWN         | proposals.go.state            | \"open\" -> \"withdrawn\"",
        "REVIEW_OPENED            | reviews.r1.operation          | null -> \"start\"",
        "REVIEW_OVERDUE           | reviews.r1.overdue            | false -> true",
        "REVIEW_CLOSED            | reviews.r1.finding            | null -> \"It was right.\"",
        "GUARDRAIL_STATE_RECORDED | guardrail_states.orders/green.state | null -> \"safe\"",
      })
  void what_was_overseen_tells_the_old_and_the_new_value(
      EventType type, String field, String change) {
    story.overseen();
    assertThat(changes(of(type))).containsEntry(field, change);
  }

  @Test
  void a_ramp_changes_traffic_and_allocation_and_nothing_else() {
    story.everything();
    assertThat(changes(of(EventType.EXPERIMENT_RAMPED)))
        .containsOnlyKeys("traffic_ppm", "allocation");
  }

  @Test
  void a_revision_of_the_text_changes_the_text_and_the_editors_only() {
    story.everything();
    assertThat(changes(of(EventType.EXPERIMENT_REVISED)))
        .containsOnlyKeys("design.title", "editors");
  }

  @Test
  void what_was_created_has_no_before_and_what_touches_nothing_has_neither() {
    story.everything();
    for (AuditEntry entry : entries()) {
      switch (EventType.ofName(entry.type())) {
        case NAMESPACE_CREATED, METRIC_DEFINED, EXPERIMENT_DRAFTED, TOKEN_ISSUED -> {
          assertThat(entry.before()).as(entry.type()).isNull();
          assertThat(entry.after()).as(entry.type()).isNotNull();
        }
        case ACCESS_DENIED, AUDIT_EXPORTED -> {
          assertThat(entry.before()).as(entry.type()).isNull();
          assertThat(entry.after()).as(entry.type()).isNull();
          assertThat(entry.changes()).isEmpty();
        }
        default -> {
          assertThat(entry.before()).as(entry.type()).isNotNull().isNotEqualTo(entry.after());
          assertThat(entry.changes()).as(entry.type()).isNotEmpty();
        }
      }
    }
  }

  @Test
  void the_after_of_an_event_is_the_before_of_the_next_of_its_stream() {
    story.random(3, 500);
    Map<String, JsonObject> last = new TreeMap<>();
    for (AuditEntry entry : entries()) {
      if (entry.after() != null) {
        assertThat(entry.before()).isEqualTo(last.put(entry.stream(), entry.after()));
      }
    }
    assertThat(last).isNotEmpty();
  }

  @Test
  void who_why_and_where_stand_beside_it() {
    story.everything();
    AuditEntry killed = of(EventType.EXPERIMENT_KILLED);
    assertThat(killed.actor()).isEqualTo(Actor.automation("when-guardrail-breached-then-kill"));
    assertThat(killed.reason()).isEqualTo("orders fell");
    assertThat(killed.experiment()).isEqualTo("surge_price");
    assertThat(killed.namespace()).isEqualTo("acme/rides");
    assertThat(killed.environment()).isEqualTo("production");
    assertThat(killed.correlationId()).isEqualTo("correlation-1");
    assertThat(killed.causationId()).isEqualTo("causation-1");
    assertThat(killed.stream()).isEqualTo("experiment/surge_price");
    assertThat(of(EventType.ACCESS_DENIED).namespace()).isEqualTo("acme/rides");
  }

  @Test
  void the_data_is_the_event_as_stored() {
    StoredEvent stored = story.say(new ExperimentDrafted("x", Story.design("x")));
    AuditEntry entry = entries().getFirst();
    assertThat(entry.data()).isEqualTo(EntityJson.parse(stored.payload()));
    assertThat(entry.eventId()).isEqualTo(stored.eventId());
    assertThat(entry.time()).isEqualTo(stored.time());
  }

  @Test
  void the_state_of_a_token_does_not_hold_its_secret_hash() {
    story.everything();
    assertThat(of(EventType.TOKEN_ISSUED).after().toString()).doesNotContain("00ff");
  }

  @ParameterizedTest
  @EnumSource(EventType.class)
  void an_entry_survives_its_json(EventType type) {
    CatalogueStory.tell(story.everything().access().overseen());
    AuditEntry entry = of(type);
    try (JsonReader reader = Json.createReader(new StringReader(entry.toJson().toString()))) {
      assertThat(AuditEntry.fromJson(reader.readObject())).isEqualTo(entry);
    }
  }
}
