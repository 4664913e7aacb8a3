package io.trialog.language.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class Sha256Test {
  /** From FIPS 180-4's example of "abc". */
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @Test
  void the_published_example_has_its_digest() {
    assertThat(Sha256.hex(bytes("abc"))).isEqualTo(ABC);
  }

  @Test
  void parts_count_as_one_text() {
    assertThat(Sha256.hex(bytes("a"), bytes(""), bytes("bc"))).isEqualTo(ABC);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
