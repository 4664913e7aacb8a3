package io.trialog.audittrail.lucene;

import java.util.Map;

/** Which event an index on disk ends with; stored with the commit itself. */
record Commit(long position, String eventId) {
  /** An index without events. */
  static final Commit NOTHING = new Commit(0, "");

  /** Raised when documents or entries change, so that older indexes are made again. */
  private static final String FORMAT = "1";

  Map<String, String> toMap() {
    return Map.of("format", FORMAT, "position", Long.toString(position), "event_id", eventId);
  }

  /**
   * The reverse of {@link #toMap()}.
   *
   * @throws DamagedIndexException for another format, or none
   */
  static Commit fromMap(Map<String, String> map) throws DamagedIndexException {
    String position = map.get("position");
    String eventId = map.get("event_id");
    if (!FORMAT.equals(map.get("format")) || position == null || eventId == null) {
      throw new DamagedIndexException("it has another format, " + map.get("format"), null);
    }
    try {
      return new Commit(Long.parseLong(position), eventId);
    } catch (NumberFormatException e) {
      throw new DamagedIndexException("its position is no number, " + position, e);
    }
  }
}
