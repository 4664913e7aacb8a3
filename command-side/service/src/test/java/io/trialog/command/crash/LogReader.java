package io.trialog.command.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.eventstore.EventStore;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the log has for each idempotency key, read from the log alone. */
final class LogReader {
  private static final int PAGE = 1_000;

  private final Map<String, List<StoredEvent>> byKey = new HashMap<>();
  private final Map<String, Set<String>> attempts = new HashMap<>();
  private long position;

  /** Reads on from where it was; an event that was there before must still be. */
  void readOn(EventStore store) {
    if (position > 0) {
      assertThat(store.log().at(position)).as("the newest event before the kill").isPresent();
    }
    List<StoredEvent> page = store.log().read(position, PAGE);
    while (!page.isEmpty()) {
      page.forEach(this::add);
      position = page.getLast().position();
      page = store.log().read(position, PAGE);
    }
  }

  private void add(StoredEvent event) {
    Map<String, String> metadata = EventCodec.decodeMetadata(event.metadata());
    String key = metadata.get("idempotency_key");
    if (key != null) {
      byKey.computeIfAbsent(key, unseen -> new ArrayList<>()).add(event);
      attempts
          .computeIfAbsent(key, unseen -> new HashSet<>())
          .add(String.valueOf(metadata.get("correlation_id")));
    }
  }

  Set<String> keys() {
    return byKey.keySet();
  }

  /** The events of an order that was acknowledged are there, as it said, of one attempt. */
  void requireOnce(Client.Acknowledged order) {
    String key = order.order().key();
    assertThat(byKey).as("acknowledged, so in the log").containsKey(key);
    StoredEvent last = byKey.get(key).getLast();
    assertThat(last.position()).as(key).isEqualTo(order.position());
    assertThat(last.sequence()).as(key).isEqualTo(order.revision());
    assertThat(last.stream()).as(key).endsWith(order.answer().getString("id"));
  }

  /** Each attempt has a correlation id of its own: what took effect twice shows two. */
  void requireNoKeyTwice() {
    assertThat(attempts.entrySet()).filteredOn(entry -> entry.getValue().size() > 1).isEmpty();
  }
}
