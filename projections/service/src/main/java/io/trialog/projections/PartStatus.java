package io.trialog.projections;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How one part of the platform is doing; {@code reason} says why it is not up, for people. */
public record PartStatus(State state, @Nullable String reason) {
  /** Ordered from good to bad. */
  public enum State {
    UP,
    STARTING,
    DOWN;

    /** The lower-case word used in JSON. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** It works. */
  public static final PartStatus UP = new PartStatus(State.UP, null);

  /** It does not work yet. */
  public static PartStatus starting(String reason) {
    return new PartStatus(State.STARTING, reason);
  }

  /** It does not work, and tries to again. */
  public static PartStatus down(String reason) {
    return new PartStatus(State.DOWN, reason);
  }
}
