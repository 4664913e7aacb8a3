package io.trialog.standalone;

import io.trialog.command.VerdictConsumer;
import io.trialog.measurement.kafka.EmbeddedKafka;
import io.trialog.projections.PartSource;
import io.trialog.projections.PartStatus;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How the parts are doing that only this program has. */
final class OwnParts implements PartSource {
  private final EmbeddedKafka kafka;
  private volatile @Nullable VerdictConsumer verdicts;

  OwnParts(EmbeddedKafka kafka) {
    this.kafka = kafka;
  }

  void verdicts(VerdictConsumer consumer) {
    verdicts = consumer;
  }

  @Override
  public Map<String, PartStatus> parts() {
    Map<String, PartStatus> parts = new TreeMap<>();
    parts.put("kafka", kafkaStatus());
    parts.put("verdicts", verdictStatus());
    return parts;
  }

  private PartStatus kafkaStatus() {
    if (kafka.isReady()) {
      return PartStatus.UP;
    }
    return kafka
        .fault()
        .map(PartStatus::down)
        .orElseGet(() -> PartStatus.starting("the broker is starting"));
  }

  private PartStatus verdictStatus() {
    VerdictConsumer consumer = verdicts;
    if (consumer == null) {
      return PartStatus.starting("waiting for the stream");
    }
    return consumer.isAlive() ? PartStatus.UP : PartStatus.down("its thread ended");
  }
}
