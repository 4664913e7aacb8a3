package io.trialog.language.wire;

import io.trialog.language.InvalidValue;
import io.trialog.language.Keys;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The text of a control message: what one part of the platform may make another do. It travels in a
 * signed note whose signer is {@link #signerName}; the text says what it is and for which
 * environment, so that a signature holds for nothing else.
 *
 * <pre>
 * trialog-control/1
 * guardrail-report production
 * {"report":...}
 * </pre>
 *
 * @param content one JSON object without a line break
 */
public record ControlMessage(Kind kind, String environment, String content) {
  private static final String FORMAT = "trialog-control/1";
  private static final String SIGNER = "trialog/guardrails/";

  /** What the content is. */
  public enum Kind {
    /** A {@link io.trialog.language.Verdict}. */
    VERDICT,
    /** A {@link io.trialog.language.GuardrailReport}. */
    GUARDRAIL_REPORT;

    /** The word in the text. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  public ControlMessage {
    Keys.require("kind", kind);
    Keys.environment("environment", environment);
    Keys.require("content", content);
    if (content.chars().anyMatch(c -> c < 0x20)) {
      throw new InvalidValue("content", "must have no control characters");
    }
  }

  /** A message whose content is this value. */
  public static ControlMessage of(Kind kind, String environment, Object value) {
    return new ControlMessage(
        kind, environment, new String(JsonCodec.encode(value), StandardCharsets.UTF_8));
  }

  /** Whose signature counts in an environment. */
  public static String signerName(String environment) {
    return SIGNER + Keys.environment("environment", environment);
  }

  /** Three lines, each with its line break: what is signed. */
  public String text() {
    return FORMAT + "\n" + kind.word() + " " + environment + "\n" + content + "\n";
  }

  /**
   * The reverse of {@link #text()}.
   *
   * @throws IllegalArgumentException for any other text; the message holds no part of it
   */
  public static ControlMessage parse(String text) {
    String[] lines = text.split("\n", -1);
    if (lines.length != 4 || !lines[0].equals(FORMAT) || !lines[3].isEmpty()) {
      throw new IllegalArgumentException("expected three lines of " + FORMAT);
    }
    for (Kind kind : Kind.values()) {
      String prefix = kind.word() + " ";
      if (lines[1].startsWith(prefix)) {
        return new ControlMessage(kind, lines[1].substring(prefix.length()), lines[2]);
      }
    }
    throw new IllegalArgumentException("expected a kind of control message");
  }

  /** The content, understood. */
  public <T> T content(Class<T> type) {
    return JsonCodec.decode(content.getBytes(StandardCharsets.UTF_8), type);
  }
}
