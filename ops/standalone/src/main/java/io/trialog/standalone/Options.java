package io.trialog.standalone;

import io.trialog.projections.PublisherSettings;
import java.nio.file.Path;

/**
 * What a person chose at start: the data folder, where to listen, whether to play the demo, where
 * the log is kept, how the platform protects itself, and where snapshots go. {@code port} 0 takes a
 * free one.
 */
record Options(
    Path data,
    String host,
    int port,
    boolean demo,
    EventStoreChoice eventStore,
    Safety safety,
    PublisherSettings publishing) {
  Options {
    data = data.toAbsolutePath().normalize();
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("--port must be within 0 and 65535; found " + port);
    }
  }

  /** With the embedded event store. */
  Options(Path data, String host, int port, boolean demo) {
    this(data, host, port, demo, EventStoreChoice.EMBEDDED, Safety.DEFAULT, PublisherSettings.NONE);
  }

  /** With default protection. */
  Options(Path data, String host, int port, boolean demo, EventStoreChoice eventStore) {
    this(data, host, port, demo, eventStore, Safety.DEFAULT, PublisherSettings.NONE);
  }

  /** With the embedded event store. */
  Options(Path data, String host, int port, boolean demo, Safety safety) {
    this(data, host, port, demo, EventStoreChoice.EMBEDDED, safety, PublisherSettings.NONE);
  }
}
