package io.trialog.query.catalogue;

import io.trialog.language.SlotSpan;
import io.trialog.query.EventJson;
import io.trialog.query.Members;
import io.trialog.snapshots.ExclusionSet;
import io.trialog.snapshots.ExclusionSet.Reservation;
import io.trialog.snapshots.Experiment;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.function.Function;

/** Exclusion sets as REST answers; ranges are {@code from} inclusive, {@code to} exclusive. */
final class ExclusionSetJson {
  private static final int SHARE_DIGITS = 4;

  private ExclusionSetJson() {}

  /** One line of a list. */
  static JsonObjectBuilder summary(ExclusionSet set) {
    Capacity capacity = capacity(set);
    JsonObjectBuilder json =
        Members.JSON
            .createObjectBuilder()
            .add("set", set.key())
            .add("namespace", set.created().namespace())
            .add("environment", set.created().environment())
            .add("surface", set.created().surface())
            .add("unit", set.created().unit())
            .add("title", set.created().title())
            .add("slots", Capacity.SLOTS)
            .add("owned_slots", Capacity.SLOTS - capacity.slots())
            .add("free_slots", capacity.slots())
            .add("free_share", share(capacity.slots()))
            .add("experiments", set.reservations().size());
    capacity.largest().ifPresent(span -> json.add("largest_free_range", range(span)));
    return json.add("revision", set.revision())
        .add("position", set.last().position())
        .add("created_at", set.createdBy().time().toString());
  }

  /** Who owns what, and what is free. */
  static JsonObject detail(
      ExclusionSet set, Function<String, Optional<Experiment>> visibleExperiment) {
    JsonArrayBuilder owned = Members.JSON.createArrayBuilder();
    set.reservations()
        .forEach((key, each) -> owned.add(reservation(key, each, visibleExperiment.apply(key))));
    return summary(set)
        .add("reservations", owned)
        .add("free_ranges", Members.array(capacity(set).free(), ExclusionSetJson::range))
        .build();
  }

  private static JsonObjectBuilder reservation(
      String key, Reservation reservation, Optional<Experiment> experiment) {
    JsonObjectBuilder json = Members.JSON.createObjectBuilder().add("experiment", key);
    experiment.ifPresent(each -> json.add("experiment_status", each.status().word()));
    return json.add("ranges", Members.array(reservation.ranges(), ExclusionSetJson::range))
        .add("slots", reservation.slots())
        .add("share", share(reservation.slots()))
        .add("planned", reservation.planned())
        .add("reserved", EventJson.of(reservation.event()));
  }

  private static Capacity capacity(ExclusionSet set) {
    return Capacity.leftBy(
        set.reservations().values().stream().flatMap(each -> each.ranges().stream()).toList());
  }

  private static JsonObjectBuilder range(SlotSpan span) {
    return Members.JSON
        .createObjectBuilder()
        .add("from", span.from())
        .add("to", span.to())
        .add("slots", span.length());
  }

  private static BigDecimal share(int slots) {
    return Members.plain(BigDecimal.valueOf(slots, SHARE_DIGITS));
  }
}
