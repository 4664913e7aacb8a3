package io.trialog.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands in a queue's folder (protocol clauses 6.6 and 6.7). */
class QueueFolderTest {
  private static final int SMALL = 1_000;

  @TempDir Path folder;

  private static String event(int i) {
    return "{\"id\":\"" + i + "\",\"padding\":\"" + "x".repeat(50) + "å😀\"}";
  }

  private static List<String> events(int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(QueueFolderTest::event).toList();
  }

  private QueueFolder opened() throws IOException {
    QueueFolder opened = QueueFolder.open(folder, SMALL);
    assertThat(opened.read().events()).isEmpty();
    return opened;
  }

  private static void append(QueueFolder to, int from, int until) throws IOException {
    for (int i = from; i <= until; i++) {
      to.append(i, i % 2 == 0, event(i));
    }
    to.write();
  }

  private QueueFolder.Found found() throws IOException {
    QueueFolder again = QueueFolder.open(folder, SMALL);
    try {
      return again.read();
    } finally {
      again.abandon();
    }
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".events")).sorted().toList();
    }
  }

  @Test
  void what_was_appended_is_found_in_order_but_for_what_was_settled() throws Exception {
    QueueFolder first = opened();
    append(first, 1, 100);
    first.settle(37);
    first.write();
    first.abandon();
    assertThat(found().events().keySet()).containsExactlyElementsOf(events(38, 100));
    assertThat(found().events().get(event(38))).isTrue();
    assertThat(found().events().get(event(39))).isFalse();
    assertThat(found().torn()).isZero();
  }

  @Test
  void segments_that_are_settled_are_deleted_and_at_the_end_all() throws Exception {
    QueueFolder open = opened();
    append(open, 1, 100);
    int before = segments().size();
    assertThat(before).isGreaterThan(5);
    open.settle(90);
    open.write();
    assertThat(segments()).hasSizeLessThanOrEqualTo(before / 5 + 1);
    open.settle(100);
    open.close();
    assertThat(segments()).isEmpty();
  }

  @Test
  void settlements_outlive_the_segment_in_which_they_began() throws Exception {
    QueueFolder open = opened();
    for (int i = 1; i <= 300; i++) {
      append(open, i, i);
      open.settle(i - 5);
      open.write();
    }
    open.abandon();
    assertThat(found().events().keySet()).containsExactlyElementsOf(events(296, 300));
    assertThat(segments()).hasSizeLessThan(4);
  }

  @Test
  void numbers_go_on_after_what_was_found() throws Exception {
    QueueFolder first = opened();
    append(first, 1, 10);
    first.settle(4);
    first.write();
    first.abandon();
    QueueFolder second = QueueFolder.open(folder, SMALL);
    assertThat(second.read().events()).hasSize(6);
    append(second, 1, 3);
    second.forgetFound();
    second.settle(1);
    second.write();
    second.abandon();
    assertThat(found().events().keySet()).containsExactlyElementsOf(events(2, 3));
  }

  @Test
  void a_process_that_ends_while_it_copies_leaves_each_event_once() throws Exception {
    QueueFolder first = opened();
    append(first, 1, 10);
    first.abandon();
    byte[] old = Files.readAllBytes(segments().get(0));
    QueueFolder second = QueueFolder.open(folder, SMALL);
    second.read();
    append(second, 1, 10);
    List<Path> both = segments();
    assertThat(both).hasSizeGreaterThan(1);
    byte[] copy = Files.readAllBytes(both.get(both.size() - 1));
    second.abandon();
    assertThat(segments()).as("a copy that was not finished is deleted").hasSize(1);
    Files.write(both.get(both.size() - 1), copy);
    assertThat(Files.readAllBytes(segments().get(0))).isEqualTo(old);
    assertThat(found().events().keySet()).containsExactlyInAnyOrderElementsOf(events(1, 10));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 8, 9, 30, 70})
  void a_torn_last_record_is_left_out_and_counted(int missing) throws Exception {
    QueueFolder open = opened();
    append(open, 1, 8);
    open.abandon();
    Path last = segments().get(0);
    byte[] bytes = Files.readAllBytes(last);
    Files.write(last, java.util.Arrays.copyOf(bytes, bytes.length - missing));
    assertThat(found().events().keySet()).containsExactlyElementsOf(events(1, 7));
    assertThat(found().torn()).isEqualTo(1);
  }

  @Test
  void a_changed_byte_leaves_out_its_record_and_what_follows() throws Exception {
    Random random = new Random(20261122);
    QueueFolder open = opened();
    append(open, 1, 8);
    open.abandon();
    Path file = segments().get(0);
    byte[] sound = Files.readAllBytes(file);
    for (int i = 0; i < 200; i++) {
      byte[] bytes = sound.clone();
      int at = 8 + random.nextInt(bytes.length - 8);
      bytes[at] ^= (byte) (1 + random.nextInt(255));
      Files.write(file, bytes);
      QueueFolder.Found found = found();
      assertThat(found.torn()).as("byte %d", at).isEqualTo(1);
      assertThat(found.events().keySet())
          .containsExactlyElementsOf(events(1, found.events().size()));
      assertThat(found.events()).hasSizeLessThan(8);
    }
  }

  @Test
  void a_segment_of_another_format_is_not_touched() throws Exception {
    Path later = folder.resolve("0000000000000007.events");
    Files.writeString(later, "TRLGQ002 what a later version wrote");
    QueueFolder open = QueueFolder.open(folder, SMALL);
    assertThatThrownBy(open::read).isInstanceOf(IOException.class).hasMessageContaining("format");
    open.abandon();
    assertThat(later).exists();
  }

  @Test
  void an_empty_segment_is_what_a_crash_leaves_that_wrote_nothing() throws Exception {
    Files.write(folder.resolve("0000000000000000.events"), new byte[0]);
    assertThat(found()).isEqualTo(new QueueFolder.Found(java.util.Map.of(), 0));
    Files.writeString(
        folder.resolve("0000000000000000.events"), "TRL", StandardOpenOption.TRUNCATE_EXISTING);
    assertThat(found().torn()).isEqualTo(1);
  }

  @Test
  void a_folder_has_one_client() throws Exception {
    QueueFolder open = opened();
    assertThatThrownBy(() -> QueueFolder.open(folder, SMALL))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("another client");
    open.close();
    QueueFolder.open(folder, SMALL).close();
  }
}
