package io.trialog.audit.proof;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * One event as the log holds it: a JSON object in RFC 8785 form, 1 to 65,535 bytes, no line feed.
 *
 * <p>Every member is always there; a text that has nothing to say is empty. Only {@code onBehalfOf}
 * is left out when nobody is meant. What a caller said besides the event (reason, idempotency key,
 * environment) is the member {@link #META} inside {@code data}, a name no event may use itself.
 *
 * @param actor who did it
 * @param causationId id of what led to it, or empty
 * @param contentSha256 lower-case hex SHA-256 of the event's payload bytes as the event store holds
 *     them
 * @param correlationId id shared by everything one request caused, or empty
 * @param data the payload, names in snake_case, decimals as strings
 * @param effectiveAt when it happened by the clock of the server that decided it, in milliseconds
 * @param eventId id in the event store
 * @param index place in the log, dense from 0
 * @param recordedAt when the sequencer took it, in milliseconds, never below the leaf before
 * @param sd digests of salted disclosures (RFC 9901), base64url
 * @param stream for example {@code experiment/checkout}
 * @param streamPrev base64url leaf hash of the stream's event before this one; empty for its first
 * @param streamSeq place in the stream, dense from 0
 * @param type event type
 * @param typeVersion revision of the event type, from 1
 */
public record Leaf(
    Actor actor,
    String causationId,
    String contentSha256,
    String correlationId,
    Json.Members data,
    Instant effectiveAt,
    String eventId,
    long index,
    Instant recordedAt,
    List<String> sd,
    String stream,
    String streamPrev,
    long streamSeq,
    String type,
    int typeVersion) {

  /** Longest leaf: what a uint16 length in a C2SP entry bundle can say. */
  public static final int MAX_BYTES = 65_535;

  /** Reserved name inside {@code data}. */
  public static final String META = "_meta";

  private static final int VERSION = 1;
  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final Pattern HEX_SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern BASE64URL_SHA256 = Pattern.compile("[A-Za-z0-9_-]{43}");
  private static final Set<String> NAMES =
      Set.of(
          "actor",
          "causationId",
          "contentSha256",
          "correlationId",
          "data",
          "effectiveAt",
          "eventId",
          "index",
          "recordedAt",
          "sd",
          "stream",
          "streamPrev",
          "streamSeq",
          "type",
          "typeVersion",
          "v");

  /**
   * Who acted.
   *
   * @param auth how the actor proved who it is, or empty when that was not recorded
   * @param id never blank
   * @param kind human, token, automation; never blank
   * @param onBehalfOf for whom, if not for itself
   */
  public record Actor(String auth, String id, String kind, Optional<String> onBehalfOf) {
    public Actor {
      requireText("actor.id", id);
      requireText("actor.kind", kind);
      onBehalfOf.ifPresent(person -> requireText("actor.onBehalfOf", person));
    }

    private Json.Members json() {
      TreeMap<String, Json> byName = new TreeMap<>();
      byName.put("auth", new Json.Text(auth));
      byName.put("id", new Json.Text(id));
      byName.put("kind", new Json.Text(kind));
      onBehalfOf.ifPresent(person -> byName.put("onBehalfOf", new Json.Text(person)));
      return new Json.Members(byName);
    }

    private static Actor of(Json json) {
      Json.Members members = cast("actor", Json.Members.class, json);
      Set<String> names = new TreeSet<>(members.byName().keySet());
      boolean forAnother = names.remove("onBehalfOf");
      require(
          names.equals(Set.of("auth", "id", "kind")),
          "actor has auth, id and kind, found " + names);
      return new Actor(
          text(members, "auth"),
          text(members, "id"),
          text(members, "kind"),
          forAnother ? Optional.of(text(members, "onBehalfOf")) : Optional.empty());
    }
  }

  public Leaf {
    effectiveAt = effectiveAt.truncatedTo(ChronoUnit.MILLIS);
    recordedAt = recordedAt.truncatedTo(ChronoUnit.MILLIS);
    sd = List.copyOf(sd);
    requireMatch("contentSha256", contentSha256, HEX_SHA256);
    sd.forEach(digest -> requireMatch("sd", digest, BASE64URL_SHA256));
    requireText("eventId", eventId);
    requireText("stream", stream);
    requireText("type", type);
    requireYear("effectiveAt", effectiveAt);
    requireYear("recordedAt", recordedAt);
    require(index >= 0 && index <= Json.MAX_INTEGER, "index is 0 to 2^53-1, found " + index);
    require(
        streamSeq >= 0 && streamSeq <= Json.MAX_INTEGER,
        "streamSeq is 0 to 2^53-1, found " + streamSeq);
    require(typeVersion >= 1, "typeVersion is at least 1, found " + typeVersion);
    if (streamSeq == 0) {
      require(streamPrev.isEmpty(), "streamPrev of a stream's first event is empty");
    } else {
      requireMatch("streamPrev", streamPrev, BASE64URL_SHA256);
    }
  }

  private static void require(boolean fact, String rule) {
    if (!fact) {
      throw new MalformedException("leaf: " + rule);
    }
  }

  private static void requireText(String name, String value) {
    require(!value.isBlank(), name + " is not blank");
  }

  private static void requireMatch(String name, String value, Pattern pattern) {
    require(
        pattern.matcher(value).matches(),
        name + " matches " + pattern + ", found " + StrictText.quote(value));
  }

  private static void requireYear(String name, Instant time) {
    int year = time.atOffset(ZoneOffset.UTC).getYear();
    require(year >= 0 && year <= 9999, name + " has a year of four digits");
  }

  private static <T extends Json> T cast(String name, Class<T> kind, Json json) {
    require(kind.isInstance(json), name + " is not of kind " + kind.getSimpleName());
    return kind.cast(json);
  }

  private static Json member(Json.Members members, String name) {
    Json value = members.byName().get(name);
    if (value == null) {
      throw new MalformedException("leaf: " + name + " is missing");
    }
    return value;
  }

  private static String text(Json.Members members, String name) {
    return cast(name, Json.Text.class, member(members, name)).value();
  }

  private static long integer(Json.Members members, String name) {
    return cast(name, Json.Int.class, member(members, name)).value();
  }

  private static Instant time(Json.Members members, String name) {
    String text = text(members, name);
    try {
      Instant time = Instant.from(MILLIS.parse(text));
      require(MILLIS.format(time).equals(text), name + " does not exist: " + text);
      return time;
    } catch (DateTimeParseException e) {
      throw new MalformedException(
          "leaf: " + name + " is like 2026-11-22T07:00:00.000Z, found " + StrictText.quote(text));
    }
  }

  /** The JSON form, members as in {@code AUDIT}: see the type's description. */
  public Json.Members json() {
    return Json.Members.of(
        Map.ofEntries(
            Map.entry("actor", actor.json()),
            Map.entry("causationId", new Json.Text(causationId)),
            Map.entry("contentSha256", new Json.Text(contentSha256)),
            Map.entry("correlationId", new Json.Text(correlationId)),
            Map.entry("data", data),
            Map.entry("effectiveAt", new Json.Text(MILLIS.format(effectiveAt))),
            Map.entry("eventId", new Json.Text(eventId)),
            Map.entry("index", new Json.Int(index)),
            Map.entry("recordedAt", new Json.Text(MILLIS.format(recordedAt))),
            Map.entry("sd", new Json.Items(sd.stream().<Json>map(Json.Text::new).toList())),
            Map.entry("stream", new Json.Text(stream)),
            Map.entry("streamPrev", new Json.Text(streamPrev)),
            Map.entry("streamSeq", new Json.Int(streamSeq)),
            Map.entry("type", new Json.Text(type)),
            Map.entry("typeVersion", new Json.Int(typeVersion)),
            Map.entry("v", new Json.Int(VERSION))));
  }

  /** The bytes to hash and keep. Throws {@link MalformedException} beyond {@link #MAX_BYTES}. */
  public byte[] bytes() {
    byte[] bytes = json().canonical();
    require(bytes.length <= MAX_BYTES, "at most " + MAX_BYTES + " bytes, found " + bytes.length);
    return bytes;
  }

  /**
   * Reads a leaf and insists that the bytes are its canonical form, so that no two texts mean the
   * same event. Throws {@link MalformedException}.
   */
  public static Leaf parse(byte[] bytes) {
    require(
        bytes.length >= 1 && bytes.length <= MAX_BYTES,
        "1 to " + MAX_BYTES + " bytes, found " + bytes.length);
    Json json = Json.parse(bytes);
    require(Arrays.equals(json.canonical(), bytes), "not in canonical form (RFC 8785)");
    return of(cast("leaf", Json.Members.class, json));
  }

  private static Leaf of(Json.Members members) {
    Set<String> names = members.byName().keySet();
    require(names.equals(NAMES), "other members than version 1 has: " + difference(names));
    long version = integer(members, "v");
    require(version == VERSION, "v is 1, found " + version);
    long typeVersion = integer(members, "typeVersion");
    require(typeVersion <= Integer.MAX_VALUE, "typeVersion is too large");
    return new Leaf(
        Actor.of(member(members, "actor")),
        text(members, "causationId"),
        text(members, "contentSha256"),
        text(members, "correlationId"),
        cast("data", Json.Members.class, member(members, "data")),
        time(members, "effectiveAt"),
        text(members, "eventId"),
        integer(members, "index"),
        time(members, "recordedAt"),
        digests(members),
        text(members, "stream"),
        text(members, "streamPrev"),
        integer(members, "streamSeq"),
        text(members, "type"),
        (int) typeVersion);
  }

  private static List<String> digests(Json.Members members) {
    List<String> digests = new ArrayList<>();
    for (Json digest : cast("sd", Json.Items.class, member(members, "sd")).list()) {
      digests.add(cast("sd", Json.Text.class, digest).value());
    }
    return digests;
  }

  private static String difference(Set<String> found) {
    Set<String> missing = new TreeSet<>(NAMES);
    missing.removeAll(found);
    Set<String> extra = new TreeSet<>(found);
    extra.removeAll(NAMES);
    return "missing " + missing + ", unknown " + StrictText.quote(extra.toString());
  }
}
