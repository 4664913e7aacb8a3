package io.trialog.snapshots;

import java.util.List;

/**
 * Something made from the log, event by event. {@link LogFollower} calls {@link #apply} and {@link
 * #idle} from one thread; any thread asks for the position.
 */
public interface Projection {
  /** A short stable name for status and logs. */
  String name();

  /**
   * The position of the last event that readers of this projection see; 0 before any. The next
   * batch begins above it, also after a failure, so it is the projection's own truth.
   */
  long position();

  /**
   * Takes events above {@link #position()}, in order, at least one. On return the position is that
   * of the last of them. When it throws, the position tells how far it came, and the rest is handed
   * over again later. A slow call delays the other projections of the same follower.
   */
  void apply(List<Positioned> batch);

  /** The log has no more events for now; called a few times a second then. */
  default void idle() {}
}
