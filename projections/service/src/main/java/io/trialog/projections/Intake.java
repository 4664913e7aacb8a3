package io.trialog.projections;

import io.trialog.measurement.collector.BatchRefused;
import io.trialog.measurement.collector.Collector;
import io.trialog.measurement.collector.Receipt;
import io.trialog.measurement.collector.StreamUnavailable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The way in for exposures and outcomes: there while the collector is. Any thread. */
public final class Intake {
  private volatile @Nullable Collector collector;

  Intake() {}

  void open(Collector next) {
    collector = next;
  }

  void shut() {
    collector = null;
  }

  /**
   * Hands a batch to the collector; see {@link Collector#accept}.
   *
   * @return empty while there is no collector, because Kafka is not up
   */
  public Optional<Receipt> accept(byte[] body) throws BatchRefused, StreamUnavailable {
    Collector open = collector;
    return open == null ? Optional.empty() : Optional.of(open.accept(body));
  }
}
