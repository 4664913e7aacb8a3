package io.trialog.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {
  @Test
  void an_object_is_read() {
    assertThat(StrictJson.parse(bytes("{\"a\":1}")).getInt("a")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "\"text\"",
        "{",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1} x",
        "{\"a\":1}{}",
        "{'a':1}",
        "{\"a\":01}",
        "{\"a\":NaN}",
        "{\"a\":\"\u0001\"}",
        "{\"a\":1,}"
      })
  void what_is_not_one_object_is_refused(String body) {
    assertThatThrownBy(() -> StrictJson.parse(bytes(body)))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> assertThat(e.problem().code()).isEqualTo("malformed_body"));
  }

  @Test
  void bytes_that_are_not_utf_8_are_refused() {
    assertThatThrownBy(() -> StrictJson.parse(new byte[] {'{', '"', (byte) 0xc3, '"', '}'}))
        .hasMessageContaining("UTF-8");
  }

  @Test
  void a_nest_of_a_million_levels_is_refused_without_falling_into_it() {
    byte[] deep = bytes("{\"a\":" + "[".repeat(1_000_000));
    assertThatThrownBy(() -> StrictJson.parse(deep)).hasMessageContaining("nested");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void random_bytes_give_an_answer_and_never_a_defect(long seed) {
    Random random = new Random(seed);
    byte[] valid = bytes("{\"experiment\":\"a\",\"variants\":[{\"key\":\"c\",\"share\":0.5}]}");
    for (int i = 0; i < 2_000; i++) {
      byte[] hostile = valid.clone();
      for (int flips = random.nextInt(1, 6); flips > 0; flips--) {
        hostile[random.nextInt(hostile.length)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(StrictJson.parse(hostile)).isNotNull();
      } catch (ProblemException e) {
        assertThat(e.problem().status()).as("seed %d", seed).isEqualTo(400);
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
