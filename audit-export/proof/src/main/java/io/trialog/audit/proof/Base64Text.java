package io.trialog.audit.proof;

import java.util.Base64;

/** Standard base64 of which every byte string has exactly one accepted spelling. */
final class Base64Text {

  private Base64Text() {}

  /**
   * The JDK's decoder accepts missing padding and stray low bits, so one value would have several
   * spellings; encoding it again and comparing leaves one.
   */
  static byte[] decode(String text) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new MalformedException("not base64: " + e.getMessage());
    }
    if (!Base64.getEncoder().encodeToString(bytes).equals(text)) {
      throw new MalformedException("base64 that is not in its one canonical form");
    }
    return bytes;
  }
}
