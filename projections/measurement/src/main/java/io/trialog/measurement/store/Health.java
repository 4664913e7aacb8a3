package io.trialog.measurement.store;

/**
 * What to know before trusting the sums of an experiment.
 *
 * @param twoArms subjects seen in two variants, left out of the sums
 * @param dupExposures repeated deliveries of exposures
 * @param dupOutcomes repeated deliveries of outcomes of its subjects
 * @param late events more than a minute of event time behind the newest; they are in the sums
 */
public record Health(long twoArms, long dupExposures, long dupOutcomes, long late) {}
