package io.trialog.projections;

import io.trialog.publishers.Courier;
import io.trialog.publishers.Courier.Pace;
import io.trialog.publishers.files.FileSnapshots;
import io.trialog.publishers.redis.RedisSnapshots;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The couriers that the operator wished for; each follows the snapshots by itself. */
public final class Publishers implements PartSource, AutoCloseable {
  private static final Duration FILES_REFRESH = Duration.ofSeconds(30);

  private final List<Courier> couriers = new ArrayList<>();

  private Publishers() {}

  /** Begins to publish. What does not answer shows in the parts and is tried again. */
  static Publishers start(Projections projections, PublisherSettings settings, Clock clock) {
    Publishers publishers = new Publishers();
    if (settings.redis() != null) {
      RedisSnapshots redis = new RedisSnapshots(settings.redis(), projections.snapshotKeys());
      publishers.couriers.add(Courier.start(projections.snapshots(), redis, Pace.DEFAULT));
    }
    if (settings.files() != null) {
      FileSnapshots files = new FileSnapshots(settings.files(), projections.snapshotKeys(), clock);
      Pace pace = Pace.DEFAULT.refreshing(FILES_REFRESH);
      publishers.couriers.add(Courier.start(projections.snapshots(), files, pace));
    }
    return publishers;
  }

  @Override
  public Map<String, PartStatus> parts() {
    Map<String, PartStatus> parts = new TreeMap<>();
    for (Courier courier : couriers) {
      Courier.Status status = courier.status();
      parts.put(status.outlet(), part(status));
    }
    return parts;
  }

  static PartStatus part(Courier.Status status) {
    if (status.trouble().isPresent()) {
      return PartStatus.down(status.trouble().get());
    }
    return status.put() > 0 ? PartStatus.UP : PartStatus.starting("nothing was published yet");
  }

  @Override
  public Map<String, Long> counters() {
    Map<String, Long> counters = new TreeMap<>();
    couriers.forEach(courier -> count(courier.status(), counters));
    return counters;
  }

  static void count(Courier.Status status, Map<String, Long> counters) {
    counters.put(status.outlet() + "_puts", status.put());
    counters.put(status.outlet() + "_failures", status.failures());
  }

  /** Ends them one after the other, each within 20 s. */
  @Override
  public void close() {
    couriers.forEach(Courier::close);
  }
}
