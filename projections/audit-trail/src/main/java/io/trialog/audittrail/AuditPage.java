package io.trialog.audittrail;

import static io.trialog.audittrail.EntityJson.JSON;

import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Entries, newest first.
 *
 * @param nextCursor where the next page begins; absent on the last one. It stays right when new
 *     events come in, which only ever appear before the first page
 * @param position up to where the trail knew the log
 */
public record AuditPage(List<AuditEntry> entries, @Nullable String nextCursor, long position) {
  public AuditPage {
    entries = List.copyOf(entries);
  }

  /** {@code {"entries":[..],"next_cursor":"..","position":n}}. */
  public JsonObject toJson() {
    JsonArrayBuilder array = JSON.createArrayBuilder();
    entries.forEach(entry -> array.add(entry.toJson()));
    JsonObjectBuilder json = JSON.createObjectBuilder().add("entries", array);
    if (nextCursor != null) {
      json.add("next_cursor", nextCursor);
    }
    return json.add("position", position).build();
  }
}
