package io.trialog.sdk;

import io.trialog.sdk.core.SnapshotRefusedException;
import java.util.Map;

/**
 * What a client has counted since it was built.
 *
 * @param snapshotsAccepted snapshots that were served
 * @param snapshotsRefused snapshots that were not, by reason
 * @param requestFailures requests for snapshots, streams or keys that failed
 * @param streamsOpened streams that delivered at least one byte
 * @param eventsRecorded exposures and outcomes taken into the queue
 * @param eventsAccepted events that the collector has acknowledged
 * @param eventsRejected events that the collector will never take, single or by the batch
 * @param eventsDropped events that were not taken into the queue: it was full, or they could not be
 *     encoded
 * @param eventsPending events waiting or in flight; after closing, those that were lost, unless the
 *     queue folder has them
 * @param batchesSent batches that were answered, whatever the answer
 * @param batchesRetried times a batch had to be sent again
 * @param queueFolder what became of the queue's folder
 */
public record ClientCounters(
    long snapshotsAccepted,
    Map<SnapshotRefusedException.Reason, Long> snapshotsRefused,
    long requestFailures,
    long streamsOpened,
    long eventsRecorded,
    long eventsAccepted,
    long eventsRejected,
    long eventsDropped,
    long eventsPending,
    long batchesSent,
    long batchesRetried,
    QueueCounters queueFolder) {

  public ClientCounters {
    snapshotsRefused = Map.copyOf(snapshotsRefused);
  }
}
