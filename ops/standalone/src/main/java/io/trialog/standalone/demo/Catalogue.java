package io.trialog.standalone.demo;

import io.trialog.standalone.demo.Session.Area;
import io.trialog.standalone.demo.Trial.Guard;
import io.trialog.standalone.demo.Trial.Measures;
import io.trialog.standalone.demo.Trial.Reach;
import io.trialog.standalone.demo.Trial.Start;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.List;

/**
 * What the demo sets up. Margins and effects are chosen so that the harmful experiment is soon
 * caught and the others are left alone; the tests of the market count how often that holds.
 */
final class Catalogue {
  static final String ENVIRONMENT = "production";

  /** The key of the experiment that does harm. */
  static final String HARMFUL = "rides-surge-banner";

  /** Namespaces and their titles. */
  static final List<JsonObject> NAMESPACES =
      List.of(namespace("acme/rides", "Acme rides"), namespace("acme/food", "Acme food"));

  static final List<JsonObject> METRICS =
      List.of(
          metric("ride_booked", "acme/rides", "Riders who booked", "proportion", true).build(),
          metric("ride_value", "acme/rides", "Value of rides per rider", "mean", true)
              .add("cap", "120")
              .add("typical_sd", "14")
              .build(),
          metric("order_placed", "acme/food", "Eaters who ordered", "proportion", true).build(),
          metric("order_value", "acme/food", "Value of orders per eater", "mean", true)
              .add("cap", "200")
              .add("typical_sd", "19")
              .build(),
          metric("delivery_minutes", "acme/food", "Minutes of delivery per eater", "mean", false)
              .add("cap", "240")
              .add("typical_sd", "20")
              .build(),
          metric("app_error", "acme/rides", "People who met an error", "proportion", false)
              .build());

  static final List<Trial> TRIALS =
      List.of(
          new Trial(
              "rides-quick-eta",
              Area.RIDES,
              "Pick-up time before the price",
              "Riders who see at once how soon they are picked up book more often.",
              Start.half(60),
              new Reach("rides-home", true, List.of(), ""),
              new Measures(
                  "ride_booked",
                  List.of("ride_value"),
                  List.of(new Guard("ride_booked", "0.1"), new Guard("app_error", "0.5")),
                  60_000),
              Effect.onBookings(1.06)),
          new Trial(
              "rides-split-fare",
              Area.RIDES,
              "Split the fare with friends",
              "Who can split the fare takes longer rides.",
              Start.full(0),
              new Reach(
                  "rides-checkout",
                  false,
                  List.of("DE", "FR", "NL"),
                  "{\"button\":\"Split fare\",\"friends\":4}"),
              new Measures(
                  "ride_value",
                  List.of("ride_booked"),
                  List.of(new Guard("ride_value", "0.1")),
                  40_000),
              Effect.onValue(1.03)),
          new Trial(
              "food-courier-match",
              Area.FOOD,
              "Match couriers before the food is ready",
              "Couriers who leave earlier shorten deliveries by a twelfth.",
              Start.half(90),
              new Reach("food-checkout", false, List.of(), ""),
              new Measures(
                  "delivery_minutes",
                  List.of("order_value"),
                  List.of(new Guard("order_placed", "0.1"), new Guard("delivery_minutes", "0.1")),
                  40_000),
              Effect.onMinutes(0.92)),
          new Trial(
              "food-aa",
              Area.FOOD,
              "Nothing against nothing",
              "Both arms get the same, so nothing differs but by chance.",
              Start.full(0),
              new Reach("food-home", false, List.of(), ""),
              new Measures(
                  "order_placed",
                  List.of("order_value"),
                  List.of(new Guard("order_placed", "0.1")),
                  40_000),
              Effect.NONE),
          new Trial(
              HARMFUL,
              Area.RIDES,
              "A banner when prices surge",
              "Riders who know that prices will fall again come back later.",
              Start.full(20),
              new Reach("rides-home", false, List.of(), "{\"text\":\"Prices are high now\"}"),
              new Measures(
                  "ride_booked",
                  List.of("ride_value"),
                  List.of(new Guard("ride_booked", "0")),
                  60_000),
              Effect.onBookings(0.5)));

  private Catalogue() {}

  private static JsonObject namespace(String key, String title) {
    return Json.createObjectBuilder().add("namespace", key).add("title", title).build();
  }

  private static JsonObjectBuilder metric(
      String key, String namespace, String title, String kind, boolean higherIsBetter) {
    return Json.createObjectBuilder()
        .add("metric", key)
        .add("namespace", namespace)
        .add("title", title)
        .add("kind", kind)
        .add("direction", higherIsBetter ? "higher_is_better" : "lower_is_better");
  }
}
