package io.trialog.measurement.store;

/** The totals of a variant among the subjects whose first exposure had that value of a segment. */
public record SegmentTotals(String name, String value, VariantTotals totals) {}
