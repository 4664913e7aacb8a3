package io.trialog.query.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.sdk.core.Experiment;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotHolder;
import io.trialog.sdk.core.SnapshotWriter;
import io.trialog.sdk.core.Variant;
import io.trialog.sdk.core.note.NoteException;
import io.trialog.sdk.core.note.NoteSigner;
import io.trialog.snapshots.PublishedSnapshot;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Protocol clauses 10.2 and 10.5. */
class RecentSnapshotsTest {
  private final NoteSigner signer = signer();
  private final RecentSnapshots recent = new RecentSnapshots();

  private static NoteSigner signer() {
    try {
      return NoteSigner.generate("trialog/production");
    } catch (NoteException e) {
      throw new IllegalStateException(e);
    }
  }

  private PublishedSnapshot snapshot(long position, int payload) {
    List<Experiment> experiments = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      experiments.add(
          Experiment.builder("e%03d".formatted(i))
              .control("control")
              .variants(List.of(Variant.of("control", "x".repeat(payload))))
              .allocation(List.of())
              .build());
    }
    Instant time = Instant.EPOCH.plusSeconds(position);
    Snapshot snapshot =
        Snapshot.builder("production", position, time).experiments(experiments).build();
    return new PublishedSnapshot(
        "production", position, time, SnapshotWriter.note(snapshot, signer));
  }

  private static String type(byte[] event) {
    String text = new String(event, StandardCharsets.UTF_8);
    return text.substring("event: ".length(), text.indexOf('\n'));
  }

  @Test
  void a_thousand_readers_cost_one_delta() throws Exception {
    PublishedSnapshot first = snapshot(1, 10);
    PublishedSnapshot second = snapshot(2, 10);
    recent.of(first);
    Set<byte[]> events = ConcurrentHashMap.newKeySet();
    List<Callable<Boolean>> readers = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      // Arrays are equal only to themselves: a set of them counts how many were made.
      readers.add(() -> events.add(recent.from(1, second)));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Boolean> reader : threads.invokeAll(readers)) {
        reader.get();
      }
    }
    assertThat(events).hasSize(1);
    assertThat(type(events.iterator().next())).isEqualTo("delta");
    assertThat(recent.whole(second)).isSameAs(recent.whole(second));
    assertThat(recent.of(second).gzip()).isSameAs(recent.of(second).gzip());
  }

  @Test
  void a_reader_gets_a_delta_from_any_snapshot_that_is_remembered() throws Exception {
    for (int position = 1; position <= 20; position++) {
      recent.of(snapshot(position, position));
    }
    PublishedSnapshot newest = snapshot(21, 3);
    for (int from = 1; from <= 20; from++) {
      SnapshotHolder holder = new SnapshotHolder("production", signer.verifierKey());
      holder.offer(snapshot(from, from).note().getBytes(StandardCharsets.UTF_8));
      String event = new String(recent.from(from, newest), StandardCharsets.UTF_8);
      assertThat(event).startsWith("event: delta\nid: 21\ndata: {\"from\":" + from + ",");
      String data = event.substring(event.indexOf("data: ") + 6).replace("\ndata: ", "\n").strip();
      byte[] note = holder.whole(data.getBytes(StandardCharsets.UTF_8));
      assertThat(new String(note, StandardCharsets.UTF_8)).isEqualTo(newest.note());
    }
  }

  @Test
  void what_is_not_known_or_not_older_is_answered_with_all_of_it() {
    PublishedSnapshot newest = snapshot(9, 1);
    recent.of(newest);
    recent.of(snapshot(11, 1));
    for (long from : new long[] {Long.MIN_VALUE, -1, 0, 8, 9, 10, 11, Long.MAX_VALUE}) {
      assertThat(type(recent.from(from, newest))).isEqualTo("snapshot");
    }
    String event = new String(recent.whole(newest), StandardCharsets.UTF_8);
    String note =
        event
            .lines()
            .skip(2)
            .map(line -> line.replaceFirst("data: ?", "") + "\n")
            .reduce("", String::concat);
    assertThat(note).isEqualTo(newest.note() + "\n");
  }

  @Test
  void only_so_many_are_remembered() {
    int most = RecentSnapshots.LIMIT;
    for (int position = 1; position <= most + 1; position++) {
      recent.of(snapshot(position, 1));
    }
    PublishedSnapshot newest = snapshot(most + 1, 1);
    assertThat(type(recent.from(1, newest))).isEqualTo("snapshot");
    assertThat(type(recent.from(2, newest))).isEqualTo("delta");
  }

  @Test
  void only_so_many_bytes_are_remembered() {
    // 3 MB each.
    for (int position = 1; position <= 13; position++) {
      recent.of(snapshot(position, 60_000));
    }
    PublishedSnapshot newest = snapshot(14, 60_000);
    assertThat(type(recent.from(13, newest))).isEqualTo("delta");
    assertThat(type(recent.from(3, newest))).isEqualTo("snapshot");
  }
}
