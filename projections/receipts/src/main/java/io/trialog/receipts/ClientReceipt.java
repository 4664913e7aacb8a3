package io.trialog.receipts;

import java.time.Instant;
import java.util.List;

/**
 * What one client acknowledged with one message.
 *
 * @param client a random UUID of the client, lower case
 * @param sdk name and version, {@code java/0.1.0}
 * @param enforced at least one; positions ascend and times do not fall
 * @param closing whether the client says that it stops
 * @param arrived when the message came
 */
public record ClientReceipt(
    String client,
    String environment,
    String sdk,
    List<Enforced> enforced,
    boolean closing,
    Instant arrived) {

  /**
   * That a snapshot is evaluated.
   *
   * @param since by the server's clock: when the message came, less what the client says has passed
   */
  public record Enforced(long position, Instant since) {}

  public ClientReceipt {
    enforced = List.copyOf(enforced);
    if (enforced.isEmpty()) {
      throw new IllegalArgumentException("a receipt names at least one position");
    }
  }
}
