package io.trialog.audittrail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.language.InvalidValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits of a question. */
class AuditQueryTest {
  @ParameterizedTest
  @ValueSource(ints = {0, -1, 501})
  void a_limit_outside_of_1_to_500_is_refused(int limit) {
    assertThatThrownBy(() -> AuditQuery.everything().limitedTo(limit))
        .isInstanceOf(InvalidValue.class)
        .hasMessageContaining("limit");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "below-", "below-0", "below--1", "below-01", "below-+1", "x", "7"})
  void a_cursor_that_no_page_gave_is_refused(String cursor) {
    assertThatThrownBy(() -> AuditQuery.everything().after(cursor))
        .isInstanceOf(InvalidValue.class)
        .hasMessageContaining("cursor");
  }

  @Test
  void a_cursor_of_a_page_is_understood() {
    assertThat(AuditQuery.everything().after(AuditQuery.cursorOf(42)).below()).isEqualTo(42);
    assertThat(AuditQuery.everything().below()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void more_than_500_characters_of_words_are_refused() {
    assertThatThrownBy(() -> AuditQuery.everything().withWords("x".repeat(501)))
        .isInstanceOf(InvalidValue.class);
    assertThat(AuditQuery.everything().withWords("x".repeat(500)).words()).hasSize(500);
  }
}
