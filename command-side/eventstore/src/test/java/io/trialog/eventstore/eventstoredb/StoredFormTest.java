package io.trialog.eventstore.eventstoredb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kurrent.dbclient.EventData;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.UUID;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredFormTest {
  private static final String METADATA = "{\"reason\":\"a } { \\\" ü\",\"empty\":\"\"}";

  @Test
  void bytes_come_back_as_they_were() {
    StoredForm form = form(UUID.randomUUID().toString());

    StoredForm read = read(form.toEvent().getUserMetadata());

    assertThat(read).usingRecursiveComparison().isEqualTo(form);
  }

  @Test
  void metadata_are_readable_json_with_the_message_beside() {
    EventData event = form("7ad0ee1e-53fa-4dd3-b0b7-ec2f3c0b2b25").toEvent();

    assertThat(new String(event.getUserMetadata(), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"metadata\":"
                + METADATA
                + ",\"message\":{\"id\":\"7ad0ee1e-53fa-4dd3-b0b7-ec2f3c0b2b25\","
                + "\"time\":\"2026-03-01T12:00:00Z\",\"version\":\"2\","
                + "\"aggregate_type\":\"Experiment\",\"sequence\":\"7\"}}");
    assertThat(event.getEventType()).isEqualTo("ExperimentPaused");
    assertThat(event.getEventData()).asString().isEqualTo("{}");
  }

  @Test
  void members_added_on_the_way_are_passed_over() {
    StoredForm form = form("id");
    String envelope = new String(form.toEvent().getUserMetadata(), StandardCharsets.UTF_8);
    String traced = envelope.substring(0, envelope.length() - 1) + ",\"$traceId\":\"00\"}";

    assertThat(read(traced.getBytes(StandardCharsets.UTF_8)))
        .usingRecursiveComparison()
        .isEqualTo(form);
  }

  @Test
  void an_event_id_is_the_messages_or_made_of_it_and_always_the_same() {
    String uuid = "7ad0ee1e-53fa-4dd3-b0b7-ec2f3c0b2b25";

    assertThat(form(uuid).eventId()).hasToString(uuid);
    assertThat(form("a").eventId()).isEqualTo(form("a").eventId());
    assertThat(form("a").eventId()).isNotEqualTo(form("b").eventId());
    assertThat(form("1-1-1-1-1").eventId()).isNotEqualTo(form("1-1-1-1-01").eventId());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "{\"metadata\":",
        "{\"metadata\":{\"a\":\"b}",
        "{\"metadata\":{},\"message\":{}}",
        "{\"metadata\":{},\"message\":{\"id\":\"x\",\"time\":\"t\",\"sequence\":\"one\"}}",
        "{\"message\":{},\"metadata\":{}}",
        "not json at all"
      })
  void what_something_else_wrote_is_named(String envelope) {
    assertThatThrownBy(() -> read(envelope.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(EventStoreException.class)
        .hasMessageContaining("event 7 of stream test-experiment/a was not written by this");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void damaged_bytes_are_read_or_named_and_nothing_else(long seed) {
    Random random = new Random(seed);
    byte[] good = form("id").toEvent().getUserMetadata();
    for (int i = 0; i < 500; i++) {
      byte[] damaged = good.clone();
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      try {
        read(damaged);
      } catch (EventStoreException e) {
        assertThat(e).hasMessageContaining("stream test-experiment/a");
      }
    }
  }

  private static StoredForm read(byte[] envelope) {
    return StoredForm.from(
        "event 7 of stream test-experiment/a",
        "ExperimentPaused",
        "{}".getBytes(StandardCharsets.UTF_8),
        envelope);
  }

  private static StoredForm form(String id) {
    return new StoredForm(
        id,
        "2026-03-01T12:00:00Z",
        "ExperimentPaused",
        "2",
        "Experiment",
        7,
        "{}".getBytes(StandardCharsets.UTF_8),
        METADATA.getBytes(StandardCharsets.UTF_8));
  }
}
