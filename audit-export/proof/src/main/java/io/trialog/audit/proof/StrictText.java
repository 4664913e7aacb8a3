package io.trialog.audit.proof;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Bytes to text without the JDK's habit of turning bad UTF-8 into U+FFFD. */
final class StrictText {

  private StrictText() {}

  static String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
    } catch (CharacterCodingException e) {
      throw new MalformedException("not valid UTF-8");
    }
  }

  /** Whether every surrogate has its partner; text with a lone one has no UTF-8 form. */
  static boolean hasUtf8Form(String text) {
    int i = 0;
    while (i < text.length()) {
      int codePoint = text.codePointAt(i);
      if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
        return false;
      }
      i += Character.charCount(codePoint);
    }
    return true;
  }

  /** A decimal number from 0 to 2^53-1 in its one spelling: no sign, no leading zero. */
  static long count(String text, String what) {
    if (!text.matches("0|[1-9][0-9]{0,15}") || Long.parseLong(text) > Json.MAX_INTEGER) {
      throw new MalformedException(
          what + " is a decimal number without leading zeros, found " + quote(text));
    }
    return Long.parseLong(text);
  }

  /** At most 80 characters, control characters blanked: fit for a terminal. */
  static String quote(String text) {
    String start = text.length() > 80 ? text.substring(0, 80) + "…" : text;
    return "\"" + start.replaceAll("\\p{Cntrl}", "?") + "\"";
  }
}
