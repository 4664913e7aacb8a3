package io.trialog.snapshots.delta;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.sdk.core.Allocation;
import io.trialog.sdk.core.Experiment;
import io.trialog.sdk.core.Flag;
import io.trialog.sdk.core.SlotRange;
import io.trialog.sdk.core.SlotTable;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotDelta;
import io.trialog.sdk.core.SnapshotDelta.Part;
import io.trialog.sdk.core.SnapshotHolder;
import io.trialog.sdk.core.SnapshotWriter;
import io.trialog.sdk.core.Variant;
import io.trialog.sdk.core.note.NoteSigner;
import io.trialog.sdk.core.targeting.Condition;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Protocol clause 10.3, from the writer's side. */
class TextDeltaTest {
  private static final SlotTable HALVES =
      SlotTable.fromShares(
          new String[] {"control", "treatment"}, new double[] {0.5, 0.5}, "control");

  static List<Long> seeds() {
    return java.util.stream.LongStream.range(0, 200).boxed().toList();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void makes(String base, String target) throws Exception {
    List<Part> parts = TextDelta.parts(utf8(base), utf8(target));
    assertThat(new String(SnapshotDelta.apply(utf8(base), parts), StandardCharsets.UTF_8))
        .isEqualTo(target);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void the_parts_make_the_target_whatever_the_texts_are(long seed) throws Exception {
    Random random = new Random(seed);
    String[] pieces = {"{", "}", "[", "]", ",", ":", "\"", "\\", "a", "ø", "漢", "😀", "é", "1"};
    StringBuilder base = new StringBuilder();
    StringBuilder target = new StringBuilder("x");
    for (int i = 0; i < 400; i++) {
      String piece = pieces[random.nextInt(pieces.length)].repeat(1 + random.nextInt(30));
      base.append(random.nextInt(10) == 0 ? "" : piece);
      target.append(random.nextInt(10) == 0 ? "" : piece);
    }
    makes(base.toString(), target.toString());
    makes("", target.toString());
    makes(target.toString(), target.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"漢", "汉", "😀", "😁", "x", "漢汉", "汉漢", "é", "ê"})
  void characters_that_share_bytes_are_not_cut(String other) throws Exception {
    String around =
        "{\"experiments\":[{\"key\":\"" + "a".repeat(50) + "%s" + "b".repeat(50) + "\"}]}\n";
    for (String one : List.of("漢", "😀", "é", "", "漢漢")) {
      makes(around.formatted(one), around.formatted(other));
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void the_notes_of_random_catalogues_follow_each_other(long seed) throws Exception {
    Random random = new Random(seed);
    NoteSigner signer = NoteSigner.generate("trialog/production");
    SnapshotHolder holder = new SnapshotHolder("production", signer.verifierKey());
    byte[] base = new byte[0];
    for (int position = 1; position <= 5; position++) {
      byte[] note = utf8(SnapshotWriter.note(random(random, position), signer));
      byte[] data =
          base.length == 0 ? note : TextDelta.between(position - 1, base, note).orElse(note);
      byte[] whole = data == note ? note : holder.whole(data);
      assertThat(whole).isEqualTo(note);
      assertThat(holder.offer(whole)).isEqualTo(SnapshotHolder.Offer.ACCEPTED);
      base = note;
    }
  }

  private static Snapshot random(Random random, long position) {
    List<Experiment> experiments = new ArrayList<>();
    List<Flag> flags = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      if (random.nextInt(4) > 0) {
        experiments.add(experiment("e" + i, random.nextInt(4) == 0 ? 10_000 : 1_000_000));
      }
      if (random.nextInt(4) == 0) {
        flags.add(flag("f" + i, "\"" + "å漢😀".repeat(random.nextInt(20)) + "\""));
      }
    }
    experiments.sort(Comparator.comparing(Experiment::key));
    flags.sort(Comparator.comparing(Flag::key));
    return Snapshot.builder("production", position, Instant.EPOCH.plusSeconds(position))
        .killSwitch(random.nextBoolean())
        .experiments(experiments)
        .flags(flags)
        .build();
  }

  private static Flag flag(String key, String value) {
    return Flag.builder(key)
        .type(Flag.Type.TEXT)
        .enabled(true)
        .off("quiet")
        .variants(List.of(Flag.Value.of("loud", value), Flag.Value.of("quiet", "\"\"")))
        .rollout(List.of(SlotRange.of(0, 10_000, "loud")))
        .build();
  }

  private static Experiment experiment(String key, int ppm) {
    return Experiment.builder(key)
        .namespace("food/growth")
        .surface("checkout")
        .unit("user_id")
        .fallbackUnit("device_id")
        .targeting(Condition.onText("country", Condition.Operator.IN, List.of("at", "ch", "de")))
        .control("control")
        .variants(
            List.of(
                Variant.of("control"),
                Variant.of("treatment", "{\"colour\":\"blue\",\"title\":\"Order now\"}")))
        .allocation(Allocation.enrol(HALVES, ppm))
        .build();
  }

  private static String note(NoteSigner signer, long position, int ramped) {
    List<Experiment> experiments = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      experiments.add(experiment("experiment-%03d".formatted(i), i == ramped ? 500_000 : 100_000));
    }
    return SnapshotWriter.note(
        Snapshot.builder("production", position, Instant.EPOCH.plusSeconds(position))
            .experiments(experiments)
            .build(),
        signer);
  }

  @Test
  void one_ramp_among_200_experiments_costs_a_hundredth_of_them() throws Exception {
    NoteSigner signer = NoteSigner.generate("trialog/production");
    byte[] base = utf8(note(signer, 1_000, -1));
    byte[] next = utf8(note(signer, 1_001, 77));
    byte[] data = TextDelta.between(1_000, base, next).orElseThrow();
    System.out.printf("one ramp among 200: whole %d bytes, delta %d%n", next.length, data.length);
    assertThat(data.length).isLessThan(400).isLessThan(next.length / 100);
  }

  @Test
  void a_delta_that_is_not_shorter_is_none() throws Exception {
    NoteSigner signer = NoteSigner.generate("trialog/production");
    Snapshot nothing = Snapshot.of("production", 1, Instant.EPOCH, List.of());
    byte[] base = utf8(SnapshotWriter.note(nothing, signer));
    assertThat(TextDelta.between(1, base, utf8(note(signer, 2, 3)))).isEmpty();
  }
}
