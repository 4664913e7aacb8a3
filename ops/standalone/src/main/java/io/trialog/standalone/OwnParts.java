package io.trialog.standalone;

import io.trialog.command.control.ControlConsumer;
import io.trialog.command.control.ControlReader;
import io.trialog.measurement.kafka.EmbeddedKafka;
import io.trialog.projections.PartSource;
import io.trialog.projections.PartStatus;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How the parts are doing that only this program has. */
final class OwnParts implements PartSource {
  private final EmbeddedKafka kafka;
  private volatile @Nullable ControlConsumer verdicts;
  private volatile @Nullable ControlConsumer guardrailReports;
  private volatile @Nullable ControlReader reader;

  OwnParts(EmbeddedKafka kafka) {
    this.kafka = kafka;
  }

  void guardrails(ControlConsumer kills, ControlConsumer reports, ControlReader of) {
    verdicts = kills;
    guardrailReports = reports;
    reader = of;
  }

  @Override
  public Map<String, Long> counters() {
    ControlReader now = reader;
    return now == null ? Map.of() : now.counters();
  }

  @Override
  public Map<String, PartStatus> parts() {
    Map<String, PartStatus> parts = new TreeMap<>();
    parts.put("kafka", kafkaStatus());
    parts.put("verdicts", status(verdicts));
    parts.put("guardrail_reports", status(guardrailReports));
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

  private static PartStatus status(@Nullable ControlConsumer consumer) {
    if (consumer == null) {
      return PartStatus.starting("waiting for the stream");
    }
    return consumer.isAlive() ? PartStatus.UP : PartStatus.down("its thread ended");
  }
}
