package io.trialog.measurement.store;

/**
 * Input records of one source that are in the sums.
 *
 * @param records all, whatever became of them
 * @param dropped of them, past the bound of events of one subject
 */
public record FoldedCount(long records, long dropped) {}
