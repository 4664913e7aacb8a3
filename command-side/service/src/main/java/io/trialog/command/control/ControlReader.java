package io.trialog.command.control;

import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.Streams;
import io.trialog.language.log.EventLog;
import io.trialog.language.wire.ControlMessage;
import io.trialog.language.wire.EventCodec;
import io.trialog.sdk.core.note.NoteException;
import io.trialog.sdk.core.note.SignedNote;
import io.trialog.sdk.core.note.VerifierKey;
import jakarta.json.bind.JsonbException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets through only those control messages that may be followed. The others are counted by reason
 * and logged without their content, and never tried again.
 *
 * <p>What was seen last is kept in memory, of the {@value #MAX_SEEN} guardrails heard of last; over
 * a restart it is the aggregates that know. Thread-safe.
 */
public final class ControlReader {
  private static final Logger LOG = LoggerFactory.getLogger(ControlReader.class);
  private static final int MAX_BYTES = 65_536;
  private static final int MAX_SEEN = 100_000;
  private static final String COUNTER = "control_messages_refused_";

  private final TrustedKeys keys;
  private final EventLog log;
  private final Map<ControlRefusal, Long> refused = new ConcurrentHashMap<>();
  private final Map<String, Instant> seen = new LastUsed();

  /** What a message is about. */
  public record Subject(String experiment, String metric, String variant, Instant at) {
    String key(ControlMessage.Kind kind) {
      return String.join(" ", kind.word(), experiment, metric, variant);
    }
  }

  private static final class LastUsed extends LinkedHashMap<String, Instant> {
    private static final long serialVersionUID = 1L;

    LastUsed() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
      return size() > MAX_SEEN;
    }
  }

  /** Internal: carries a reason to the one place that counts. */
  private static final class NotFollowed extends Exception {
    private static final long serialVersionUID = 1L;

    private final ControlRefusal reason;

    NotFollowed(ControlRefusal reason) {
      super(reason.word(), null, false, false);
      this.reason = reason;
    }
  }

  /**
   * A reader.
   *
   * @param log knows the environment of each experiment
   */
  public ControlReader(TrustedKeys keys, EventLog log) {
    this.keys = keys;
    this.log = log;
  }

  /**
   * The content of a message that may be followed; empty when it was refused. The same message may
   * be read again.
   *
   * @param note as it came
   * @param subject of a content
   */
  public <T> Optional<T> read(
      byte[] note, ControlMessage.Kind kind, Class<T> type, Function<T, Subject> subject) {
    try {
      ControlMessage message = trusted(text(note));
      T content = content(message, kind, type);
      Subject about = subject.apply(content);
      mustBeOf(message.environment(), about.experiment());
      mustNotGoBack(about.key(kind), about.at());
      return Optional.of(content);
    } catch (NotFollowed e) {
      refuse(e.reason, kind);
      return Optional.empty();
    }
  }

  /** Counts a message that was let through and then found, by who remembers more, wanting. */
  public void refuse(ControlRefusal reason, ControlMessage.Kind kind) {
    refused.merge(reason, 1L, Long::sum);
    LOG.warn("control message refused kind={} reason={}", kind.word(), reason.word());
  }

  /** How many were refused since the start, by {@code control_messages_refused_<reason>}. */
  public SortedMap<String, Long> counters() {
    SortedMap<String, Long> counts = new TreeMap<>();
    for (ControlRefusal reason : ControlRefusal.values()) {
      counts.put(COUNTER + reason.word(), refused.getOrDefault(reason, 0L));
    }
    return counts;
  }

  private static String text(byte[] note) throws NotFollowed {
    if (note.length > MAX_BYTES) {
      throw new NotFollowed(ControlRefusal.UNREADABLE);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(note)).toString();
    } catch (CharacterCodingException e) {
      throw new NotFollowed(ControlRefusal.UNSIGNED);
    }
  }

  /** The environment that a note claims chooses the key; only the signature makes it true. */
  private ControlMessage trusted(String note) throws NotFollowed {
    int end = note.lastIndexOf("\n\n");
    if (end < 0) {
      throw new NotFollowed(ControlRefusal.UNSIGNED);
    }
    ControlMessage claimed = parse(note.substring(0, end + 1));
    VerifierKey key =
        keys.of(claimed.environment()).orElseThrow(() -> new NotFollowed(ControlRefusal.WRONG_KEY));
    try {
      return parse(SignedNote.open(note, key));
    } catch (NoteException e) {
      throw new NotFollowed(reason(e));
    }
  }

  private static ControlMessage parse(String text) throws NotFollowed {
    try {
      return ControlMessage.parse(text);
    } catch (IllegalArgumentException e) {
      throw new NotFollowed(ControlRefusal.UNREADABLE);
    }
  }

  private static ControlRefusal reason(NoteException e) {
    return switch (e.reason()) {
      case MALFORMED -> ControlRefusal.UNSIGNED;
      // The last three are said of chains of keys only.
      case NOT_SIGNED_BY_KEY, REVOKED, RETIRED, FORKED -> ControlRefusal.WRONG_KEY;
      case BAD_SIGNATURE -> ControlRefusal.BAD_SIGNATURE;
      case ED25519_UNAVAILABLE -> throw new IllegalStateException("this Java cannot verify", e);
    };
  }

  private static <T> T content(ControlMessage message, ControlMessage.Kind kind, Class<T> type)
      throws NotFollowed {
    if (message.kind() != kind) {
      throw new NotFollowed(ControlRefusal.UNREADABLE);
    }
    try {
      return message.content(type);
    } catch (JsonbException | IllegalArgumentException e) {
      throw new NotFollowed(ControlRefusal.UNREADABLE);
    }
  }

  private void mustBeOf(String environment, String experiment) throws NotFollowed {
    Optional<String> known =
        log.eventAt(Streams.experiment(experiment), 0)
            .map(stored -> EventCodec.decode(stored).event())
            .map(first ->
                first instanceof ExperimentDrafted drafted ? drafted.design().environment() : "");
    if (known.isPresent() && !known.get().equals(environment)) {
      throw new NotFollowed(ControlRefusal.OTHER_ENVIRONMENT);
    }
  }

  private synchronized void mustNotGoBack(String key, Instant at) throws NotFollowed {
    Instant last = seen.get(key);
    if (last != null && at.isBefore(last)) {
      throw new NotFollowed(ControlRefusal.REPLAYED);
    }
    seen.put(key, at);
  }
}
