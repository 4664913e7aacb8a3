package io.trialog.language;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Who did it; never blank. {@code auth} says how the actor was recognised ({@code token}, {@code
 * internal}); {@code onBehalfOf} names whom an automation served.
 */
public record Actor(Kind kind, String id, String auth, @Nullable String onBehalfOf) {
  /** What sort of actor: a person, a program with a token, or a rule of the platform itself. */
  public enum Kind {
    HUMAN,
    TOKEN,
    AUTOMATION;

    /** The lower-case word used in JSON. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The reverse of {@link #word()}. */
    public static Kind ofWord(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }
  }

  public Actor {
    Keys.require("actor.kind", kind);
    Keys.text("actor.id", id);
    Keys.text("actor.auth", auth);
  }

  /** A rule of the platform, such as {@code when-guardrail-breached-then-kill}. */
  public static Actor automation(String rule) {
    return new Actor(Kind.AUTOMATION, rule, "internal", null);
  }

  /** A person known by an access token. */
  public static Actor human(String id) {
    return new Actor(Kind.HUMAN, id, "token", null);
  }
}
