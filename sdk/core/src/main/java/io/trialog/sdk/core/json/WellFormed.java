package io.trialog.sdk.core.json;

/** Texts that have a UTF-8 form, so that they can be written and hashed. */
public final class WellFormed {
  private WellFormed() {}

  /**
   * The text, when it has no lone surrogate and is not longer than the limit, in UTF-16 code units.
   *
   * @throws IllegalArgumentException naming what the text is
   */
  public static String text(String what, String text, int limit) {
    if (text.length() > limit) {
      throw new IllegalArgumentException(
          what + " may have " + limit + " characters, found " + text.length());
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          throw new IllegalArgumentException(what + " holds a lone surrogate");
        }
        i++;
      }
    }
    return text;
  }
}
