package io.trialog.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.trialog.standalone.demo.Session.Area;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MarketTest {
  private static final int VISITS = 20_000;

  private static List<Session> visits(long seed) {
    return Stream.generate(new Market(seed)::next).limit(VISITS).toList();
  }

  private static String id(Session session) {
    String user = session.context().get("user_id");
    return user == null ? Objects.requireNonNull(session.context().get("device_id")) : user;
  }

  private static double part(long count, long of) {
    return (double) count / of;
  }

  @Test
  void the_same_seed_gives_the_same_visits_and_outcomes() {
    assertThat(visits(7)).isEqualTo(visits(7));
    for (Session session : visits(7).subList(0, 500)) {
      assertThat(Market.outcomes(session, Effect.NONE))
          .isEqualTo(Market.outcomes(session, Effect.NONE));
    }
  }

  @Test
  void another_seed_gives_other_people() {
    Set<String> people = new HashSet<>(visits(7).stream().map(MarketTest::id).toList());

    assertThat(visits(8)).noneMatch(session -> people.contains(id(session)));
  }

  @Test
  void shares_of_visits_are_as_stated() {
    List<Session> visits = visits(7);

    long rides = visits.stream().filter(s -> s.area() == Area.RIDES).count();
    long devices = visits.stream().filter(s -> s.context().get("device_id") != null).count();
    long people = visits.stream().map(MarketTest::id).distinct().count();

    assertThat(part(rides, VISITS)).isCloseTo(Market.RIDES, within(0.02));
    assertThat(part(devices, VISITS)).isCloseTo(Market.LOGGED_OUT, within(0.02));
    assertThat(part(people, VISITS)).isCloseTo(Market.NEW_VISITORS, within(0.02));
  }

  @Test
  void a_visit_is_by_a_user_or_by_a_device() {
    assertThat(visits(7))
        .allMatch(
            s -> (s.context().get("user_id") == null) != (s.context().get("device_id") == null))
        .allMatch(s -> s.context().get("country") != null && s.context().get("platform") != null);
  }

  @Test
  void rates_of_outcomes_follow_the_effect() {
    List<Session> rides = visits(7).stream().filter(s -> s.area() == Area.RIDES).toList();

    assertThat(rate(rides, "ride_booked", Effect.NONE)).isCloseTo(0.5, within(0.02));
    assertThat(rate(rides, "ride_booked", Effect.onBookings(0.5))).isCloseTo(0.25, within(0.02));
    assertThat(rate(rides, "app_error", Effect.NONE)).isCloseTo(0.02, within(0.005));
    assertThat(mean(rides, "ride_value", Effect.onValue(1.1)))
        .isCloseTo(1.1 * mean(rides, "ride_value", Effect.NONE), within(0.01));
  }

  @Test
  void a_value_has_two_decimals_before_the_effect_and_is_never_negative() {
    for (Session session : visits(7)) {
      for (Happening happening : Market.outcomes(session, Effect.NONE)) {
        assertThat(happening.value()).isPositive().isLessThan(10_000);
        assertThat(happening.value() * 100)
            .isCloseTo(Math.rint(happening.value() * 100), within(1e-6));
        assertThat(happening.delayMillis()).isBetween(100L, 7_000L);
      }
    }
  }

  @Test
  void the_number_of_people_is_bounded() {
    Market market = new Market(7);
    Set<String> people = new HashSet<>();
    for (int i = 0; i < 4 * Market.PEOPLE; i++) {
      people.add(id(market.next()));
    }

    assertThat(people).hasSize(Market.PEOPLE);
  }

  private static double rate(List<Session> sessions, String metric, Effect effect) {
    return part(values(sessions, metric, effect).size(), sessions.size());
  }

  private static double mean(List<Session> sessions, String metric, Effect effect) {
    return values(sessions, metric, effect).stream()
        .mapToDouble(Happening::value)
        .average()
        .orElseThrow();
  }

  private static List<Happening> values(List<Session> sessions, String metric, Effect effect) {
    return sessions.stream()
        .flatMap(session -> Market.outcomes(session, effect).stream())
        .filter(happening -> happening.metric().equals(metric))
        .toList();
  }
}
