package io.trialog.sdk.openfeature;

import io.trialog.sdk.core.Experiment;
import io.trialog.sdk.core.Flag;
import io.trialog.sdk.core.SlotRange;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.Variant;
import io.trialog.sdk.core.targeting.Condition;
import io.trialog.sdk.core.targeting.Targeting;
import java.time.Instant;
import java.util.List;

/** The flags of the OpenFeature specification's scenarios, and an experiment. */
final class Flags {
  private static final int ALL = 10_000;

  private Flags() {}

  static Snapshot snapshot(long position) {
    return snapshot(position, Experiment.Status.RUNNING);
  }

  static Snapshot snapshot(long position, Experiment.Status status) {
    return Snapshot.builder("production", position, Instant.EPOCH)
        .flags(
            List.of(
                flag("boolean-flag", Flag.Type.BOOLEAN, "on", "true", "false"),
                contextAware(),
                flag("float-flag", Flag.Type.NUMBER, "half", "0.5", "0"),
                flag("integer-flag", Flag.Type.NUMBER, "ten", "10", "0"),
                flag(
                    "object-flag",
                    Flag.Type.JSON,
                    "template",
                    "{\"showImages\":true,\"title\":\"Check out these pics!\","
                        + "\"imagesPerPage\":100}",
                    "{}"),
                split(),
                flag("string-flag", Flag.Type.TEXT, "greeting", "\"hi\"", "\"\""),
                flag("unsaid-flag", Flag.Type.JSON, "unsaid", "null", "{}"),
                flag("wrong-flag", Flag.Type.TEXT, "one", "\"uno\"", "\"\"")))
        .experiments(List.of(checkout(status), plain()))
        .build();
  }

  private static Flag flag(
      String key, Flag.Type type, String variant, String value, String otherwise) {
    return Flag.builder(key)
        .type(type)
        .unit("user_id")
        .enabled(true)
        .off("other")
        .variants(List.of(Flag.Value.of(variant, value), Flag.Value.of("other", otherwise)))
        .rollout(List.of(SlotRange.of(0, ALL, variant)))
        .build();
  }

  private static Flag contextAware() {
    Targeting internal =
        Targeting.all(
            List.of(
                is("fn", "text", "Sulisław"),
                is("ln", "text", "Świętopełk"),
                is("age", "number", "29"),
                is("customer", "boolean", "false")));
    return Flag.builder("context-aware")
        .type(Flag.Type.TEXT)
        .unit("user_id")
        .enabled(true)
        .off("external")
        .variants(
            List.of(
                Flag.Value.of("internal", "\"INTERNAL\""),
                Flag.Value.of("external", "\"EXTERNAL\"")))
        .rules(List.of(Flag.Rule.of(internal, List.of(SlotRange.of(0, ALL, "internal")))))
        .rollout(List.of(SlotRange.of(0, ALL, "external")))
        .build();
  }

  private static Targeting is(String attribute, String type, String value) {
    return Condition.of(
        attribute, Condition.Type.of(type), Condition.Operator.EQUALS, List.of(value));
  }

  private static Flag split() {
    return Flag.builder("split-flag")
        .type(Flag.Type.BOOLEAN)
        .unit("user_id")
        .enabled(true)
        .off("off")
        .variants(List.of(Flag.Value.of("on", "true"), Flag.Value.of("off", "false")))
        .rollout(List.of(SlotRange.of(0, ALL / 2, "on"), SlotRange.of(ALL / 2, ALL, "off")))
        .build();
  }

  /** Everybody sees treatment, whose payload is an object. */
  private static Experiment checkout(Experiment.Status status) {
    return Experiment.builder("checkout")
        .namespace("acme/rides")
        .surface("web")
        .unit("user_id")
        .status(status)
        .epoch(3)
        .control("control")
        .variants(
            List.of(
                Variant.of("control", "{\"colour\":\"grey\"}"),
                Variant.of("treatment", "{\"colour\":\"green\"}")))
        .allocation(List.of(SlotRange.of(0, ALL, "treatment")))
        .build();
  }

  /** Everybody sees b, which has no payload; of devices. */
  private static Experiment plain() {
    return Experiment.builder("plain")
        .namespace("acme/rides")
        .surface("web")
        .unit("device_id")
        .status(Experiment.Status.RUNNING)
        .control("a")
        .variants(List.of(Variant.of("a"), Variant.of("b")))
        .allocation(List.of(SlotRange.of(0, ALL, "b")))
        .build();
  }
}
