package io.trialog.measurement;

import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * The JSON of {@code trialog.dead-letters}: what was refused and why, at most {@link #EVENT}
 * characters of it. The sender can be told, and the event be sent again once it is repaired.
 */
public final class DeadLetter {
  /** Characters of the refused event that are kept. */
  public static final int EVENT = 4_096;

  private DeadLetter() {}

  /** A record of a topic that is no event of ours. */
  public static byte[] ofRecord(String source, byte[] value, FieldRefused refusal) {
    int length = Math.min(value.length, 4 * EVENT);
    String event = new String(value, 0, length, StandardCharsets.UTF_8);
    return new JsonText()
        .text("from", "stream")
        .text("source", source)
        .text("code", refusal.code())
        .text("field", refusal.field())
        .text("detail", refusal.detail())
        .text("event", shortened(event))
        .end()
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * An item of a batch that the collector refused.
   *
   * @param kind exposure or outcome
   * @param event its JSON; it must not hold a subject that is not hashed
   */
  public static byte[] ofItem(String kind, Instant at, String code, String detail, String event) {
    return new JsonText()
        .text("from", "collector")
        .text("kind", kind)
        .text("at", at.toString())
        .text("code", code)
        .text("detail", detail)
        .text("event", shortened(event))
        .end()
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String shortened(String event) {
    return event.length() <= EVENT ? event : event.substring(0, EVENT);
  }
}
