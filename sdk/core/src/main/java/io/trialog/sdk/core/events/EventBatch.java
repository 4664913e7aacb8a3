package io.trialog.sdk.core.events;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Events of one request to the collector; sent again it is the same bytes. Immutable. */
public final class EventBatch {
  private final int size;
  private final byte[] body;

  private EventBatch(int size, byte[] body) {
    this.size = size;
    this.body = body;
  }

  /** Number of events, 1 to 1,000. */
  public int size() {
    return size;
  }

  /** The request's body, UTF-8 JSON; a copy. */
  public byte[] body() {
    return body.clone();
  }

  static final class Builder {
    private final List<String> exposures = new ArrayList<>();
    private final List<String> outcomes = new ArrayList<>();

    void add(boolean exposure, String json) {
      (exposure ? exposures : outcomes).add(json);
    }

    int size() {
      return exposures.size() + outcomes.size();
    }

    EventBatch build() {
      String body =
          "{\"exposures\":["
              + String.join(",", exposures)
              + "],\"outcomes\":["
              + String.join(",", outcomes)
              + "]}";
      return new EventBatch(size(), body.getBytes(StandardCharsets.UTF_8));
    }
  }
}
