package io.trialog.standalone.demo;

import io.trialog.sdk.core.Context;
import io.trialog.standalone.demo.Session.Area;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * People who visit a marketplace, from a seed: the same seed gives the same visits and, under the
 * same effects, the same outcomes. Another seed gives other people. Not safe for threads.
 *
 * <p>Who a person is follows from the seed and their number, so nobody is kept in memory. At most
 * {@value #PEOPLE} people exist: the stream job remembers each of them, and a demo may be left
 * running over night.
 */
final class Market {
  static final int PEOPLE = 40_000;
  static final double NEW_VISITORS = 0.7;
  static final double RIDES = 0.75;
  static final double LOGGED_OUT = 0.15;
  static final double BOOKS_A_RIDE = 0.5;
  static final double ORDERS_FOOD = 0.4;
  static final double MEETS_AN_ERROR = 0.02;

  private static final String[] COUNTRIES = {"DE", "FR", "NL", "ES", "PL", "US"};
  private static final String[] PLATFORMS = {"ios", "android", "android", "web"};
  private static final double CENTS = 100;

  private final long seed;
  private final SplittableRandom random;
  private int known;

  Market(long seed) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
  }

  /** The next visit: by somebody new, or by one of those who were here before. */
  Session next() {
    boolean fresh = known == 0 || (known < PEOPLE && random.nextDouble() < NEW_VISITORS);
    int person = fresh ? known++ : random.nextInt(known);
    Area area = random.nextDouble() < RIDES ? Area.RIDES : Area.FOOD;
    return new Session(area, person(person), random.nextLong());
  }

  private Context person(int number) {
    SplittableRandom self = new SplittableRandom(seed + 0x9E3779B97F4A7C15L * (number + 1L));
    String id = Long.toHexString(self.nextLong());
    String country = COUNTRIES[self.nextInt(COUNTRIES.length)];
    String platform = PLATFORMS[self.nextInt(PLATFORMS.length)];
    String unit = self.nextDouble() < LOGGED_OUT ? "device_id" : "user_id";
    return Context.empty()
        .with(unit, unit.charAt(0) + "-" + id)
        .with("country", country)
        .with("platform", platform);
  }

  /** What a visit leads to under the effects of the variants it was shown. Pure. */
  static List<Happening> outcomes(Session session, Effect effect) {
    SplittableRandom luck = new SplittableRandom(session.luck());
    List<Happening> happenings = new ArrayList<>();
    if (luck.nextDouble() < MEETS_AN_ERROR * effect.errors()) {
      happenings.add(new Happening("app_error", 1, luck.nextLong(100, 500)));
    }
    switch (session.area()) {
      case RIDES -> ride(luck, effect, happenings);
      case FOOD -> order(luck, effect, happenings);
    }
    return happenings;
  }

  private static void ride(SplittableRandom luck, Effect effect, List<Happening> to) {
    if (luck.nextDouble() < BOOKS_A_RIDE * effect.bookings()) {
      long delay = luck.nextLong(500, 3_000);
      to.add(new Happening("ride_booked", 1, delay));
      to.add(new Happening("ride_value", logNormal(luck, 14, 0.6) * effect.value(), delay));
    }
  }

  private static void order(SplittableRandom luck, Effect effect, List<Happening> to) {
    if (luck.nextDouble() < ORDERS_FOOD * effect.bookings()) {
      long delay = luck.nextLong(500, 3_000);
      to.add(new Happening("order_placed", 1, delay));
      to.add(new Happening("order_value", logNormal(luck, 26, 0.5) * effect.value(), delay));
      // Nobody watches a demo for half an hour to see one delivery: minutes pass like seconds.
      double minutes = logNormal(luck, 32, 0.25) * effect.minutes();
      to.add(new Happening("delivery_minutes", minutes, delay + luck.nextLong(1_000, 4_000)));
    }
  }

  /** Two decimals, as amounts have. */
  private static double logNormal(SplittableRandom luck, double median, double sigma) {
    double value = median * Math.exp(sigma * luck.nextGaussian());
    return Math.round(value * CENTS) / CENTS;
  }
}
