package io.trialog.http;

import io.trialog.language.AccessEvent;
import io.trialog.language.Grant;
import io.trialog.language.PlatformPolicy;
import io.trialog.language.Role;
import io.trialog.language.Streams;
import io.trialog.language.log.EventLog;
import io.trialog.language.log.RecordedEvent;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who has which access by what the log says at this moment, whichever process wrote it.
 * Thread-safe; blocking.
 *
 * <p>Streams that were asked for are kept. Each question looks at the head of the log first, which
 * is cheap; when the log went on, the streams that it went on in are forgotten, and read again when
 * asked for. So an answer is never older than its question, and most questions read one number.
 */
public final class AccessRegister {
  private static final int STREAMS_LIMIT = 10_000;
  private static final int PAGE = 500;

  /** Behind by more than this, forgetting everything is cheaper than reading what happened. */
  private static final int CATCH_UP_LIMIT = 5_000;

  private final EventLog log;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, List<RecordedEvent>> streams = new Recent();
  private long known;

  public AccessRegister(EventLog log) {
    this.log = log;
  }

  /** A token as it was issued. */
  record Issued(
      String token,
      String holder,
      List<Grant> grants,
      String secretHash,
      Instant issuedAt,
      @Nullable Instant expiresAt) {
    boolean isExpired(Instant now) {
      return expiresAt != null && !now.isBefore(expiresAt);
    }
  }

  /** The token, when it was issued (a proposed one is not) and not revoked; expired or not. */
  Optional<Issued> token(String token) {
    Issued issued = null;
    for (RecordedEvent recorded : stream(Streams.token(token))) {
      if (recorded.event() instanceof AccessEvent.TokenIssued fact) {
        issued =
            new Issued(
                fact.token(),
                fact.holder(),
                fact.grants(),
                fact.secretHash(),
                recorded.time(),
                fact.expiresAt());
      } else if (recorded.event() instanceof AccessEvent.TokenRevoked) {
        return Optional.empty();
      }
    }
    return Optional.ofNullable(issued);
  }

  /** What a member was given and not taken; empty when there is no such member. */
  public List<Grant> member(String holder) {
    List<Grant> grants = new ArrayList<>();
    for (RecordedEvent recorded : stream(Streams.member(holder))) {
      if (recorded.event() instanceof AccessEvent.RoleGranted fact) {
        grants.add(fact.grant());
      } else if (recorded.event() instanceof AccessEvent.RoleWithdrawn fact) {
        grants.remove(fact.grant());
      }
    }
    return List.copyOf(grants);
  }

  /** Whether the member has the role, or admin, in the namespace. */
  public boolean gives(String holder, Role role, String namespace) {
    return Caller.covers(member(holder), Set.of(role), namespace);
  }

  /** What the platform asks of people with power. */
  public PlatformPolicy policy() {
    PlatformPolicy policy = PlatformPolicy.FIRST;
    for (RecordedEvent recorded : stream(Streams.configuration(Streams.PLATFORM))) {
      if (recorded.event() instanceof AccessEvent.PlatformPolicyChanged fact) {
        policy = fact.policy();
      }
    }
    return policy;
  }

  /** Reads nothing under the lock: a reader may hold the last connection that another waits for. */
  private List<RecordedEvent> stream(String stream) {
    catchUp(log.head());
    long readAt;
    lock.lock();
    try {
      List<RecordedEvent> kept = streams.get(stream);
      if (kept != null) {
        return kept;
      }
      readAt = known;
    } finally {
      lock.unlock();
    }
    List<RecordedEvent> events = log.stream(stream).stream().map(EventCodec::decode).toList();
    keep(stream, events, readAt);
    return events;
  }

  private void keep(String stream, List<RecordedEvent> events, long readAt) {
    lock.lock();
    try {
      if (known == readAt) {
        streams.put(stream, events);
      }
    } finally {
      lock.unlock();
    }
  }

  private void catchUp(long head) {
    long from = from(head);
    while (from < head) {
      List<StoredEvent> events = log.read(from, PAGE);
      if (events.isEmpty()) {
        return;
      }
      from = forget(events, from);
    }
  }

  private long from(long head) {
    lock.lock();
    try {
      if (streams.isEmpty() || head - known > CATCH_UP_LIMIT) {
        streams.clear();
        known = Math.max(known, head);
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  /** Answers with how far the log is known; another reader may have been faster. */
  private long forget(List<StoredEvent> events, long after) {
    lock.lock();
    try {
      if (known <= after) {
        events.forEach(event -> streams.remove(event.stream()));
        known = events.getLast().position();
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  /** The streams asked for last. */
  private static final class Recent extends LinkedHashMap<String, List<RecordedEvent>> {
    private static final long serialVersionUID = 1L;

    Recent() {
      super(64, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, List<RecordedEvent>> eldest) {
      return size() > STREAMS_LIMIT;
    }
  }
}
