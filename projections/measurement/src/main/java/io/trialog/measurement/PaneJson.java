package io.trialog.measurement;

import jakarta.json.JsonObject;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/** The JSON of {@code trialog.panes}. Members that are 0 are left out; decimals are strings. */
public final class PaneJson {
  private PaneJson() {}

  /** Writes one record as UTF-8. */
  public static byte[] write(PaneRecord pane) {
    var out = new JsonText();
    switch (pane) {
      case PaneRecord.Cell cell -> cell(out, cell);
      case PaneRecord.Folded folded -> folded(out, folded);
    }
    return out.end().getBytes(StandardCharsets.UTF_8);
  }

  private static void folded(JsonText out, PaneRecord.Folded folded) {
    out.text("type", "folded")
        .number("generation", folded.generation())
        .text("source", folded.source())
        .number("count", folded.count())
        .unlessZero("dropped", folded.dropped());
  }

  private static void cell(JsonText out, PaneRecord.Cell cell) {
    CellKey key = cell.key();
    CellSums sums = cell.delta();
    out.text("type", "cell")
        .number("generation", cell.generation())
        .text("experiment", key.experiment())
        .number("epoch", key.epoch())
        .text("variant", key.variant())
        .text("segment", key.segment())
        .text("metric", key.metric())
        .number("pane", key.pane())
        .unlessZero("n", sums.n())
        .unlessZero("with_outcome", sums.withOutcome())
        .unlessZero("s1", sums.s1())
        .unlessZero("s2", sums.s2())
        .unlessZero("s3", sums.s3())
        .unlessZero("u1", sums.u1())
        .unlessZero("u2", sums.u2())
        .unlessZero("two_arms", sums.twoArms())
        .unlessZero("dup_exposures", sums.dupExposures())
        .unlessZero("dup_outcomes", sums.dupOutcomes())
        .unlessZero("late", sums.late());
  }

  /**
   * Reads one record; members it does not know are ignored, so that the job may be newer.
   *
   * @throws FieldRefused if it is not one of ours
   */
  public static PaneRecord read(byte[] utf8) throws FieldRefused {
    JsonObject object = StrictJson.object(utf8);
    var in = new JsonFields(object, "");
    String type = in.text("type");
    return switch (type) {
      case "cell" -> new PaneRecord.Cell(generation(in), key(in), sums(in));
      case "folded" ->
          new PaneRecord.Folded(
              generation(in), in.text("source"), count(in, "count"), count(in, "dropped"));
      default -> throw new FieldRefused("wrong_type", "type", "cell or folded is expected");
    };
  }

  private static long generation(JsonFields in) throws FieldRefused {
    return in.integer("generation", 0, Long.MAX_VALUE);
  }

  private static CellKey key(JsonFields in) throws FieldRefused {
    return new CellKey(
        in.text("experiment"),
        (int) in.integer("epoch", 0, Limits.EPOCH),
        in.text("variant"),
        in.text("segment"),
        in.text("metric"),
        in.integer("pane", 0, Integer.MAX_VALUE * 10L));
  }

  private static CellSums sums(JsonFields in) throws FieldRefused {
    return new CellSums(
        count(in, "n"),
        count(in, "with_outcome"),
        sum(in, "s1"),
        sum(in, "s2"),
        sum(in, "s3"),
        sum(in, "u1"),
        sum(in, "u2"),
        count(in, "two_arms"),
        count(in, "dup_exposures"),
        count(in, "dup_outcomes"),
        count(in, "late"));
  }

  private static long count(JsonFields in, String name) throws FieldRefused {
    return in.optionalInteger(name, Long.MIN_VALUE, Long.MAX_VALUE).orElse(0);
  }

  private static BigDecimal sum(JsonFields in, String name) throws FieldRefused {
    try {
      return in.optionalText(name).map(BigDecimal::new).orElse(BigDecimal.ZERO);
    } catch (NumberFormatException e) {
      throw new FieldRefused("wrong_type", name, "a decimal string is expected");
    }
  }
}
