package io.trialog.audit.log;

import io.trialog.audit.proof.Hash;
import io.trialog.audit.proof.Json;
import io.trialog.audit.proof.Leaf;
import io.trialog.audit.proof.MalformedException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Stored event to leaf. What a leaf has no member for but an auditor asks (why, with which key, for
 * which environment) goes into {@code data._meta}.
 */
final class LeafMaker {

  private static final List<String> META_NAMES =
      List.of("environment", "idempotency_key", "reason");

  private LeafMaker() {}

  /**
   * Where a leaf goes.
   *
   * @param index place in the log
   * @param streamPrev leaf hash of the stream's event before, if any
   * @param recordedAt the sequencer's time
   */
  record Place(long index, Optional<Hash> streamPrev, Instant recordedAt) {}

  static Leaf make(SourceEvent event, Place place) {
    try {
      return leaf(event, place);
    } catch (MalformedException e) {
      throw new AuditDefect(
          "event "
              + event.eventId()
              + " of stream "
              + event.stream()
              + " at position "
              + event.position()
              + " cannot enter the audit log: "
              + e.rule());
    }
  }

  private static Leaf leaf(SourceEvent event, Place place) {
    Json.Members metadata = object("metadata", event.metadataJson());
    Leaf leaf =
        new Leaf(
            new Leaf.Actor(
                text(metadata, "actor_auth").orElse(""),
                text(metadata, "actor_id").orElse(""),
                text(metadata, "actor_kind").orElse(""),
                text(metadata, "actor_on_behalf_of")),
            text(metadata, "causation_id").orElse(""),
            Hash.sha256(event.payloadJson()).hex(),
            text(metadata, "correlation_id").orElse(""),
            data(event, metadata),
            event.time(),
            event.eventId(),
            place.index(),
            place.recordedAt(),
            List.of(),
            event.stream(),
            place.streamPrev().map(Hash::base64Url).orElse(""),
            event.streamSeq(),
            event.type(),
            event.typeVersion());
    leaf.bytes();
    return leaf;
  }

  private static Json.Members data(SourceEvent event, Json.Members metadata) {
    Map<String, Json> data = new TreeMap<>(object("payload", event.payloadJson()).byName());
    if (data.containsKey(Leaf.META)) {
      throw new MalformedException("the payload uses the reserved name " + Leaf.META);
    }
    Map<String, Json> meta = new TreeMap<>();
    for (String name : META_NAMES) {
      text(metadata, name).ifPresent(value -> meta.put(name, new Json.Text(value)));
    }
    if (!meta.isEmpty()) {
      data.put(Leaf.META, Json.Members.of(meta));
    }
    return Json.Members.of(data);
  }

  private static Json.Members object(String what, byte[] bytes) {
    if (Json.parse(bytes) instanceof Json.Members members) {
      return members;
    }
    throw new MalformedException("the " + what + " is not a JSON object");
  }

  private static Optional<String> text(Json.Members members, String name) {
    return switch (members.byName().get(name)) {
      case Json.Text text -> Optional.of(text.value());
      case null -> Optional.empty();
      case Json.Null _ -> Optional.empty();
      case Json other -> throw new MalformedException("metadata " + name + " is not a string");
    };
  }
}
