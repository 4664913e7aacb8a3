package io.trialog.projections;

import io.trialog.receipts.Receipts;
import java.util.Map;

/** How the receipts of SDKs are doing. */
record ReceiptStatus(Receipts receipts) implements PartSource {
  @Override
  public Map<String, PartStatus> parts() {
    return Map.of("receipts", receipts.trouble().map(PartStatus::down).orElse(PartStatus.UP));
  }

  @Override
  public Map<String, Long> counters() {
    return Map.of("receipts_written", receipts.written(), "receipts_dropped", receipts.dropped());
  }
}
