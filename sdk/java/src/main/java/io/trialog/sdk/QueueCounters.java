package io.trialog.sdk;

/**
 * What became of the queue's folder; all nothing in a client without one.
 *
 * @param keeping whether the folder has what is unsettled, but for the last 100 ms
 * @param eventsWritten events written into the folder; after a failure those that are left count
 *     again
 * @param eventsFound events of earlier processes that are delivered by this one
 * @param segmentsTorn files whose end an earlier process left unreadable, mostly one record
 * @param failures times the folder could not be used; events were in memory only, until it could be
 */
public record QueueCounters(
    boolean keeping, long eventsWritten, long eventsFound, long segmentsTorn, long failures) {
  static final QueueCounters NONE = new QueueCounters(false, 0, 0, 0, 0);
}
