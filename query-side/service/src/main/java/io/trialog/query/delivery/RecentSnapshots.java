package io.trialog.query.delivery;

import io.trialog.snapshots.PublishedSnapshot;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots that somebody took lately, by environment: what readers have, and so what a delta
 * to them may start from. A node that was not asked for a position before does not know it, and
 * sends its readers a whole snapshot. Any thread.
 */
public final class RecentSnapshots {
  /** Most snapshots of an environment. */
  public static final int LIMIT = 128;

  /** Most bytes of the notes of an environment; the newest stays, however long it is. */
  public static final int BYTES_LIMIT = 32 << 20;

  private final Map<String, Recent> recents = new ConcurrentHashMap<>();

  /** The forms of a snapshot, which is remembered. */
  public Rendering of(PublishedSnapshot snapshot) {
    return recent(snapshot).of(snapshot);
  }

  /** The event of a stream that has all of a snapshot, which is remembered. */
  public byte[] whole(PublishedSnapshot snapshot) {
    return of(snapshot).whole();
  }

  /**
   * The event of a stream for a reader that has an older snapshot: a delta if that one is still
   * known and the delta is the shorter one, otherwise the whole snapshot, which is remembered.
   *
   * @param from position of the one that the reader has; any number
   */
  public byte[] from(long from, PublishedSnapshot snapshot) {
    Rendering rendering = of(snapshot);
    Rendering base = from < snapshot.position() ? recent(snapshot).find(from) : null;
    return base == null ? rendering.whole() : rendering.from(base);
  }

  private Recent recent(PublishedSnapshot snapshot) {
    return recents.computeIfAbsent(snapshot.environment(), name -> new Recent());
  }

  /** Those of one environment. */
  private static final class Recent {
    private final NavigableMap<Long, Rendering> byPosition = new TreeMap<>();
    private long bytes;

    synchronized @Nullable Rendering find(long position) {
      return byPosition.get(position);
    }

    synchronized Rendering of(PublishedSnapshot snapshot) {
      Rendering known = byPosition.get(snapshot.position());
      if (known != null) {
        return known;
      }
      Rendering rendering = new Rendering(snapshot);
      remember(rendering);
      return rendering;
    }

    private void remember(Rendering rendering) {
      // Only the newest goes out to many; what was made of those before has done its work.
      byPosition.headMap(rendering.position()).values().forEach(Rendering::slim);
      byPosition.put(rendering.position(), rendering);
      bytes += rendering.note().length;
      while (byPosition.size() > 1 && (byPosition.size() > LIMIT || bytes > BYTES_LIMIT)) {
        bytes -= byPosition.pollFirstEntry().getValue().note().length;
      }
    }
  }
}
