package io.trialog.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.trialog.command.exclusion.WhenExperimentEndsThenRelease;
import io.trialog.language.Design;
import io.trialog.language.ExclusionRefusal.ExclusionSetFull;
import io.trialog.language.ExclusionRefusal.NothingReserved;
import io.trialog.language.ExclusionRefusal.ReservationDiffers;
import io.trialog.language.ExclusionRefusal.ReservationRenewed;
import io.trialog.language.ExclusionSetCommand.CreateExclusionSet;
import io.trialog.language.ExclusionSetCommand.ReleaseSlots;
import io.trialog.language.ExclusionSetCommand.ReserveSlots;
import io.trialog.language.ExclusionSetEvent.SlotsReleased;
import io.trialog.language.ExclusionSetEvent.SlotsReserved;
import io.trialog.language.ExperimentCommand.ConcludeExperiment;
import io.trialog.language.ExperimentCommand.DraftExperiment;
import io.trialog.language.ExperimentCommand.KillExperiment;
import io.trialog.language.ExperimentCommand.StartExperiment;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.SlotSpan;
import io.trialog.language.Streams;
import io.trialog.language.TrialogEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExclusionSetTest extends DeskTest {
  private static final String STREAM = Streams.exclusionSet("page");
  private static final CreateExclusionSet PAGE =
      new CreateExclusionSet("page", "acme/rides", "production", "checkout", "user_id", "Page");
  private static final CreateExclusionSet CART =
      new CreateExclusionSet("cart", "acme/rides", "production", "checkout", "user_id", "Cart");

  @Test
  void the_first_gets_the_lowest_slots_and_the_next_those_after_them() {
    given(PAGE, byHand("a", 300), byHand("b", 200));

    assertThat(ranges()).containsEntry("a", List.of(new SlotSpan(0, 300)));
    assertThat(ranges()).containsEntry("b", List.of(new SlotSpan(300, 500)));
  }

  @Test
  void what_was_given_back_is_given_out_again_in_pieces() {
    given(PAGE, byHand("a", 300), byHand("b", 200), byHand("c", 100));
    given(new ReleaseSlots("page", "a", 1), new ReleaseSlots("page", "c", 3));

    given(byHand("d", 500));

    assertThat(ranges()).containsEntry("d", List.of(new SlotSpan(0, 300), new SlotSpan(500, 700)));
  }

  @Test
  void a_set_gives_out_no_more_than_it_has() {
    given(PAGE, byHand("a", 9_800));

    assertThat(refused(ADA, byHand("b", 300)))
        .isEqualTo(new ExclusionSetFull("page", "b", 300, 200));
    given(byHand("b", 200));
  }

  @Test
  void a_full_set_says_what_was_wanted_and_what_is_free() {
    given(PAGE, byHand("a", 10_000));

    Refusal full = refused(ADA, byHand("b", 1));

    assertThat(full.code()).isEqualTo("exclusion_set_full");
    assertThat(full.facts())
        .isEqualTo(Map.of("set", "page", "experiment", "b", "wanted", "1", "free", "0"));
  }

  @Test
  void asked_again_for_as_many_an_experiment_keeps_its_slots_and_nothing_is_said_twice() {
    given(PAGE, byHand("a", 300));
    int before = events().size();

    given(byHand("a", 300));

    assertThat(events()).hasSize(before);
  }

  @Test
  void a_reservation_is_not_resized() {
    given(PAGE, byHand("a", 300));

    assertThat(refused(ADA, byHand("a", 400)))
        .isEqualTo(new ReservationDiffers("page", "a", 300, 400));
  }

  @Test
  void only_the_reservation_that_is_meant_is_given_back() {
    given(PAGE, new ReserveSlots("page", "a", 300, false, now.get()), byHand("a", 300));

    assertThat(refused(ADA, new ReleaseSlots("page", "a", 1)))
        .isEqualTo(new ReservationRenewed("page", "a", 1, 2));
    given(new ReleaseSlots("page", "a", 2));
    assertThat(refused(ADA, new ReleaseSlots("page", "a", 2)))
        .isEqualTo(new NothingReserved("page", "a"));
  }

  @Test
  void a_start_reserves_before_it_and_keeps_the_slots_after_it() {
    given(PAGE, CART, draft("a", "0.03"));

    given(new StartExperiment("a", 1_000_000));

    List<TrialogEvent> events = events();
    assertThat(events.subList(3, 8))
        .satisfiesExactly(
            event -> assertThat(((SlotsReserved) event).startBy()).isNotNull(),
            event -> assertThat(((SlotsReserved) event).set()).isEqualTo("cart"),
            event -> assertThat(event).isInstanceOf(ExperimentStarted.class),
            event ->
                assertThat(event)
                    .isEqualTo(
                        new SlotsReserved("page", "a", List.of(new SlotSpan(0, 300)), false, null)),
            event -> assertThat(((SlotsReserved) event).startBy()).isNull());
    assertThat(events).hasSize(8);
  }

  @Test
  void a_start_takes_the_slots_that_were_reserved_by_hand() {
    given(PAGE, CART, draft("a", "0.03"), byHand("z", 50), byHand("a", 300));

    given(new StartExperiment("a", 1_000_000));

    assertThat(ranges()).containsEntry("a", List.of(new SlotSpan(50, 350)));
  }

  @Test
  void a_start_that_one_set_refuses_leaves_nothing_in_the_other() {
    given(PAGE, CART, draft("a", "0.03"));
    given(new ReserveSlots("cart", "z", 9_999, true, null));

    Refused refused =
        catchThrowableOfType(Refused.class, () -> given(new StartExperiment("a", 1_000_000)));

    assertThat(refused.refusal()).isEqualTo(new ExclusionSetFull("cart", "a", 300, 1));
    assertThat(ranges()).doesNotContainKey("a");
    assertThat(events()).noneMatch(ExperimentStarted.class::isInstance);
  }

  @Test
  void a_refused_start_gives_back_what_it_reserved_but_not_what_somebody_reserved_by_hand() {
    Design design = approvable(design("a", share("page", "0.03"), share("cart", "0.03")));
    given(PAGE, CART, new DraftExperiment(design), byHand("a", 300));

    Refused refused =
        catchThrowableOfType(Refused.class, () -> given(new StartExperiment("a", 1_000_000)));

    assertThat(refused.refusal().code()).isEqualTo("status_forbids");
    assertThat(ranges()).containsOnlyKeys("a");
    assertThat(events(Streams.exclusionSet("cart")).getLast()).isInstanceOf(SlotsReleased.class);
  }

  @Test
  void a_second_start_of_a_running_experiment_leaves_it_its_slots() {
    given(PAGE, CART, draft("a", "0.03"), new StartExperiment("a", 1_000_000));

    Refused refused =
        catchThrowableOfType(Refused.class, () -> given(new StartExperiment("a", 1_000_000)));

    assertThat(refused.refusal().code()).isEqualTo("status_forbids");
    assertThat(ranges()).containsEntry("a", List.of(new SlotSpan(0, 300)));
    now.updateAndGet(time -> time.plus(Duration.ofMinutes(3)));
    run(new WhenExperimentEndsThenRelease());
    assertThat(ranges()).containsEntry("a", List.of(new SlotSpan(0, 300)));
    assertThat(run(new WhenExperimentEndsThenRelease())).isZero();
  }

  @Test
  void an_experiment_that_has_ended_gives_its_slots_back() {
    given(PAGE, CART, draft("a", "0.03"), new StartExperiment("a", 1_000_000));
    assertThat(run(new WhenExperimentEndsThenRelease())).isZero();

    given(new ConcludeExperiment("a", "green"));

    assertThat(run(new WhenExperimentEndsThenRelease())).isEqualTo(2);
    assertThat(ranges()).isEmpty();
    assertThat(run(new WhenExperimentEndsThenRelease())).isZero();
  }

  @Test
  void a_killed_experiment_keeps_its_slots_because_it_may_be_revived() {
    given(PAGE, CART, draft("a", "0.03"), new StartExperiment("a", 1_000_000));
    given(new KillExperiment("a", null));
    now.updateAndGet(time -> time.plus(Duration.ofDays(30)));

    assertThat(run(new WhenExperimentEndsThenRelease())).isZero();
    assertThat(ranges()).containsKey("a");
  }

  @Test
  void slots_of_a_start_that_died_before_the_experiment_started_come_back_after_a_restart() {
    given(PAGE, CART, draft("a", "0.03"));
    given(new ReserveSlots("page", "a", 300, false, now.get().plus(Duration.ofMinutes(2))));
    reopen();

    now.updateAndGet(time -> time.plus(Duration.ofSeconds(119)));
    assertThat(run(new WhenExperimentEndsThenRelease())).isZero();
    now.updateAndGet(time -> time.plus(Duration.ofSeconds(1)));
    assertThat(run(new WhenExperimentEndsThenRelease())).isEqualTo(1);

    assertThat(ranges()).isEmpty();
  }

  @Test
  void slots_of_a_start_that_died_after_the_experiment_started_are_kept_for_good() {
    given(PAGE, CART, draft("a", "0.03"), new StartExperiment("a", 1_000_000));
    given(new ReserveSlots("page", "a", 300, false, now.get().plus(Duration.ofMinutes(2))));
    reopen();
    now.updateAndGet(time -> time.plus(Duration.ofMinutes(2)));

    assertThat(run(new WhenExperimentEndsThenRelease())).isEqualTo(1);

    assertThat(events(STREAM).getLast())
        .isEqualTo(new SlotsReserved("page", "a", List.of(new SlotSpan(0, 300)), false, null));
    assertThat(run(new WhenExperimentEndsThenRelease())).isZero();
  }

  @Test
  void a_retry_of_a_start_after_a_crash_goes_on_with_the_slots_it_had() {
    given(PAGE, CART, draft("a", "0.03"), byHand("z", 50));
    given(new ReserveSlots("page", "a", 300, false, now.get().plus(Duration.ofMinutes(2))));
    given(new ReleaseSlots("page", "z", 1));
    reopen();

    given(new StartExperiment("a", 1_000_000));

    assertThat(ranges()).containsEntry("a", List.of(new SlotSpan(50, 350)));
  }

  @Test
  void of_fifty_starts_at_once_thirty_three_win_three_percent_each() throws Exception {
    given(PAGE);
    List<CommandDesk> desks = List.of(side.desk());

    race(desks);
  }

  @Test
  void of_fifty_starts_at_once_on_two_nodes_thirty_three_win_three_percent_each() throws Exception {
    given(PAGE);
    try (CommandSide second = CommandSide.open(folder, new HandClock(now))) {
      race(List.of(side.desk(), second.desk()));
    }
  }

  /** Of those that are refused nothing stays; those that win own what nobody else owns. */
  private void race(List<CommandDesk> desks) throws Exception {
    for (int i = 0; i < 50; i++) {
      given(new DraftExperiment(design("x" + i, share("page", "0.03"))));
    }
    CyclicBarrier start = new CyclicBarrier(50);
    int won = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(50)) {
      List<Future<Boolean>> racing = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        String experiment = "x" + i;
        CommandDesk desk = desks.get(i % desks.size());
        racing.add(threads.submit(() -> starts(start, desk, experiment)));
      }
      for (Future<Boolean> racer : racing) {
        won += racer.get(60, TimeUnit.SECONDS) ? 1 : 0;
      }
    }
    assertThat(won).isEqualTo(33);
    assertThat(events().stream().filter(ExperimentStarted.class::isInstance)).hasSize(33);
    assertThat(ranges()).hasSize(33);
    assertThat(owned()).isEqualTo(9_900);
  }

  private static boolean starts(CyclicBarrier start, CommandDesk desk, String experiment)
      throws Exception {
    start.await(30, TimeUnit.SECONDS);
    try {
      desk.execute(new StartExperiment(experiment, 1_000_000), order(ADA, "race"));
      return true;
    } catch (Refused e) {
      assertThat(e.refusal().code()).isEqualTo("exclusion_set_full");
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whatever_is_reserved_and_released_no_slot_is_owned_twice(long seed) {
    given(PAGE);
    Random random = new Random(seed);
    for (int i = 0; i < 120; i++) {
      String experiment = "x" + random.nextInt(12);
      Map<String, List<SlotSpan>> before = ranges();
      if (before.containsKey(experiment)) {
        given(new ReleaseSlots("page", experiment, sequenceOf(experiment)));
      } else if (owned() <= 8_000) {
        given(byHand(experiment, 1 + random.nextInt(2_000)));
      }
      assertThat(owned()).as("seed %d, step %d", seed, i).isGreaterThanOrEqualTo(0);
      before.keySet().stream()
          .filter(key -> ranges().containsKey(key))
          .forEach(key -> assertThat(ranges()).containsEntry(key, before.get(key)));
    }
  }

  private long sequenceOf(String experiment) {
    List<TrialogEvent> events = events(STREAM);
    for (int i = events.size() - 1; i >= 0; i--) {
      if (events.get(i) instanceof SlotsReserved fact && fact.experiment().equals(experiment)) {
        return i;
      }
    }
    throw new IllegalStateException(experiment);
  }

  /** How many slots are owned; fails when one is owned twice. */
  private int owned() {
    BitSet owned = new BitSet();
    int sum = 0;
    for (List<SlotSpan> spans : ranges().values()) {
      for (SlotSpan span : spans) {
        assertThat(owned.get(span.from(), span.to()).isEmpty()).isTrue();
        owned.set(span.from(), span.to());
        sum += span.length();
      }
    }
    assertThat(sum).isEqualTo(owned.cardinality());
    return sum;
  }

  private Map<String, List<SlotSpan>> ranges() {
    Map<String, List<SlotSpan>> ranges = new HashMap<>();
    for (TrialogEvent event : events(STREAM)) {
      if (event instanceof SlotsReserved fact) {
        ranges.put(fact.experiment(), fact.ranges());
      } else if (event instanceof SlotsReleased fact) {
        ranges.remove(fact.experiment());
      }
    }
    return ranges;
  }

  private static ReserveSlots byHand(String experiment, int slots) {
    return new ReserveSlots("page", experiment, slots, true, null);
  }

  private static DraftExperiment draft(String key, String share) {
    Design design = design(key, share("page", share), share("cart", share));
    return new DraftExperiment(design);
  }
}
