package io.trialog.eventstore.eventstoredb;

import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.EventDataBuilder;
import io.kurrent.dbclient.RecordedEvent;
import io.trialog.language.wire.EventCodec;
import io.trialog.language.wire.JsonCodec;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.axonframework.common.DateTimeUtils;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * One message as EventStoreDB has it. The event's data are the payload's bytes. Its metadata are
 * {@code {"metadata":M,"message":H}}: M the bytes of the message's metadata, untouched, so that an
 * event has the same bytes on every engine; H what the server has no place for: the message's id,
 * time and version, for a domain event the aggregate's type, for a snapshot its sequence. Members
 * that something on the way adds behind these two are passed over.
 *
 * @param id of the message; the id of the event is the same, or made of it when it is no UUID, so
 *     that a retry carries the ids of the first attempt
 * @param version of the payload's type; null when the serializer gave none
 * @param aggregateType null when it is not known
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are handed over, not compared
record StoredForm(
    String id,
    String time,
    String type,
    @Nullable String version,
    @Nullable String aggregateType,
    long sequence,
    byte[] payload,
    byte[] metadata) {
  private static final byte[] OPENING = utf8("{\"metadata\":");
  private static final byte[] MIDDLE = utf8(",\"message\":");

  static StoredForm of(EventMessage<?> message, Serializer serializer) {
    SerializedObject<byte[]> payload = message.serializePayload(serializer, byte[].class);
    byte[] metadata = message.serializeMetaData(serializer, byte[].class).getData();
    DomainEventMessage<?> domain =
        message instanceof DomainEventMessage<?> published ? published : null;
    return new StoredForm(
        message.getIdentifier(),
        DateTimeUtils.formatInstant(message.getTimestamp()),
        payload.getType().getName(),
        payload.getType().getRevision(),
        domain == null ? null : domain.getType(),
        domain == null ? 0 : domain.getSequenceNumber(),
        payload.getData(),
        metadata);
  }

  EventData toEvent() {
    return EventDataBuilder.json(eventId(), type, payload).metadataAsBytes(envelope()).build();
  }

  UUID eventId() {
    try {
      UUID uuid = UUID.fromString(id);
      // The parser takes shorter spellings too; only the full one comes back as it was.
      return uuid.toString().equals(id) ? uuid : UUID.nameUUIDFromBytes(utf8(id));
    } catch (IllegalArgumentException e) {
      return UUID.nameUUIDFromBytes(utf8(id));
    }
  }

  /** The reverse of {@link #toEvent()}; names the event when something else wrote it. */
  static StoredForm from(RecordedEvent event) {
    return from(
        "event %d of stream %s".formatted(event.getRevision(), event.getStreamId()),
        event.getEventType(),
        event.getEventData(),
        event.getUserMetadata());
  }

  static StoredForm from(String event, String type, byte[] payload, byte[] envelope) {
    try {
      int end = endOfObject(envelope, skip(OPENING, envelope, 0));
      int start = skip(MIDDLE, envelope, end);
      byte[] message = Arrays.copyOfRange(envelope, start, endOfObject(envelope, start));
      byte[] metadata = Arrays.copyOfRange(envelope, OPENING.length, end);
      return read(EventCodec.decodeMetadata(message), type, payload, metadata);
    } catch (RuntimeException e) {
      throw new EventStoreException(
          "%s was not written by this platform: %s".formatted(event, e.getMessage()), e);
    }
  }

  private static StoredForm read(
      Map<String, String> message, String type, byte[] payload, byte[] metadata) {
    return new StoredForm(
        required(message, "id"),
        required(message, "time"),
        type,
        message.get("version"),
        message.get("aggregate_type"),
        Long.parseLong(required(message, "sequence")),
        payload,
        metadata);
  }

  private byte[] envelope() {
    Map<String, String> message = new LinkedHashMap<>();
    message.put("id", id);
    message.put("time", time);
    put(message, "version", version);
    put(message, "aggregate_type", aggregateType);
    message.put("sequence", Long.toString(sequence));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(OPENING);
    bytes.writeBytes(metadata);
    bytes.writeBytes(MIDDLE);
    bytes.writeBytes(JsonCodec.encode(message));
    bytes.write('}');
    return bytes.toByteArray();
  }

  private static void put(Map<String, String> message, String name, @Nullable String value) {
    if (value != null) {
      message.put(name, value);
    }
  }

  private static String required(Map<String, String> message, String name) {
    String value = message.get(name);
    if (value == null) {
      throw new IllegalArgumentException("its metadata have no message." + name);
    }
    return value;
  }

  private static int skip(byte[] expected, byte[] json, int at) {
    if (!Arrays.equals(
        expected, 0, expected.length, json, at, Math.min(json.length, at + expected.length))) {
      throw new IllegalArgumentException(
          "expected %s at byte %d of its metadata"
              .formatted(new String(expected, StandardCharsets.UTF_8), at));
    }
    return at + expected.length;
  }

  /** The index behind the object that begins at {@code start}; braces in texts do not count. */
  private static int endOfObject(byte[] json, int start) {
    boolean text = false;
    int depth = 0;
    for (int i = start; i < json.length; i++) {
      if (text) {
        text = json[i] != '"';
        i += json[i] == '\\' ? 1 : 0;
        continue;
      }
      text = json[i] == '"';
      depth += json[i] == '{' ? 1 : json[i] == '}' ? -1 : 0;
      if (depth == 0) {
        return i + 1;
      }
    }
    throw new IllegalArgumentException("an object in its metadata does not end");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
