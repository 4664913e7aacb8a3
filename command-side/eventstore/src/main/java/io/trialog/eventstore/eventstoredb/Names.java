package io.trialog.eventstore.eventstoredb;

import io.kurrent.dbclient.RecordedEvent;

/**
 * Names of streams. A prefix has no hyphen, so the streams of one prefix never begin like those of
 * another.
 */
record Names(String prefix) {
  /** What is in the log is in streams that begin so. */
  private String log() {
    return prefix + "-";
  }

  String stream(String aggregate) {
    return log() + aggregate;
  }

  String snapshots(String aggregate) {
    return prefix + "_snapshot-" + aggregate;
  }

  /** Holds the name of the log. */
  String identity() {
    return prefix + "_identity-of-the-log";
  }

  String aggregate(RecordedEvent event) {
    return event.getStreamId().substring(log().length());
  }

  boolean isOfLog(RecordedEvent event) {
    return event.getStreamId().startsWith(log());
  }
}
