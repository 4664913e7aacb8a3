package io.trialog.language.wire;

import io.trialog.language.EventMetadata;
import io.trialog.language.TrialogEvent;
import io.trialog.language.log.RecordedEvent;
import io.trialog.language.log.StoredEvent;
import java.util.Map;
import java.util.TreeMap;

/** Between stored bytes and events understood. Stateless. */
public final class EventCodec {
  private EventCodec() {}

  /** Understands a stored event; throws {@link IllegalArgumentException} for an unknown type. */
  public static RecordedEvent decode(StoredEvent stored) {
    EventType type = EventType.ofName(stored.type());
    TrialogEvent event = decode(type, stored.version(), stored.payload());
    return new RecordedEvent(
        stored.position(),
        stored.eventId(),
        stored.stream(),
        stored.sequence(),
        stored.time(),
        EventMetadata.fromMap(decodeMetadata(stored.metadata())),
        event);
  }

  /**
   * Understands the payload of an event of any version ever written; throws {@link
   * IllegalArgumentException} for a version of the future.
   */
  public static TrialogEvent decode(EventType type, int version, byte[] payload) {
    return JsonCodec.decode(Upcasters.upcast(type, version, payload), type.type());
  }

  /** Flat metadata from its JSON. */
  public static Map<String, String> decodeMetadata(byte[] json) {
    Map<String, String> map = new TreeMap<>();
    Map<?, ?> raw = JsonCodec.decode(json, Map.class);
    raw.forEach((name, value) -> map.put(String.valueOf(name), String.valueOf(value)));
    return map;
  }
}
