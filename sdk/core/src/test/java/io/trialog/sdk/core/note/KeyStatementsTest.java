package io.trialog.sdk.core.note;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Protocol clause 12.8. */
class KeyStatementsTest {
  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void what_was_written_is_read_again_in_its_order() throws Exception {
    List<String> notes = List.of("one\n\n\u2014 \"a\" b\n", "two", "one");
    assertThat(KeyStatements.read(KeyStatements.write(notes))).isEqualTo(notes);
    assertThat(KeyStatements.write(List.of())).isEqualTo(utf8("{\"statements\":[]}"));
    assertThat(KeyStatements.read(utf8("{\"statements\":[]}"))).isEmpty();
  }

  @Test
  void other_members_mean_nothing_and_what_is_no_text_is_left_for_the_ring_to_refuse()
      throws Exception {
    assertThat(KeyStatements.read(utf8(" {\"keys\":[],\"statements\":[null,7,{},\"a\"]}\n")))
        .hasSize(4)
        .endsWith("a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no JSON",
        "null",
        "[]",
        "{}",
        "{\"statements\":null}",
        "{\"statements\":{}}",
        "{\"statements\":\"a\"}",
        "{\"statements\":[]",
        "{\"statements\":[]} {}",
        "{\"snapshot_keys\":{}}"
      })
  void another_form_is_refused(String list) {
    assertThatThrownBy(() -> KeyStatements.read(utf8(list)))
        .isInstanceOfSatisfying(
            NoteException.class,
            e -> assertThat(e.reason()).isEqualTo(NoteException.Reason.MALFORMED));
  }

  @Test
  void more_than_a_mebibyte_is_refused() throws Exception {
    String list = "{\"statements\":[\"\"]}";
    String most = " ".repeat(KeyStatements.MAX_BYTES - list.length()) + list;
    assertThat(KeyStatements.read(utf8(most))).containsExactly("");
    assertThatThrownBy(() -> KeyStatements.read(utf8(" " + most)))
        .isInstanceOf(NoteException.class)
        .hasMessageContaining("1048576");
  }
}
