package io.trialog.audit.log;

import io.trialog.audit.proof.Checkpoint;
import io.trialog.audit.proof.Hash;
import io.trialog.audit.proof.Leaf;
import io.trialog.audit.proof.MalformedException;
import io.trialog.audit.proof.Merkle;
import io.trialog.audit.proof.Note;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;

/** The two tables. Long reads go by pages of the primary key, so no driver has to stream. */
final class LeafStore {

  /** Leaves read at once: at most 16 MiB. */
  static final int PAGE = 256;

  private final JdbcTemplate jdbc;

  LeafStore(DataSource database) {
    this.jdbc = new JdbcTemplate(database);
  }

  /** A leaf with its hash and where its event stands in the event store. */
  @SuppressWarnings("ArrayRecordComponent") // a row on its way; never compared
  record PlacedLeaf(Leaf leaf, byte[] bytes, Hash hash, long position) {
    static PlacedLeaf of(Leaf leaf, long position) {
      byte[] bytes = leaf.bytes();
      return new PlacedLeaf(leaf, bytes, Merkle.leafHash(bytes), position);
    }
  }

  /** One stored leaf: its bytes, and the hash that was computed when it was taken. */
  @SuppressWarnings("ArrayRecordComponent") // a row on its way; never compared
  record StoredLeaf(long index, byte[] bytes, Hash hash) {}

  /** The end of the log. */
  record LogEnd(long size, long position, long recordedAtMillis) {}

  private <T> Optional<T> first(String sql, RowMapper<T> mapper, Object... arguments) {
    return jdbc.query(sql, mapper, arguments).stream().findFirst();
  }

  /** Size counts rows, so that a hole in the middle shows as a smaller tree. */
  LogEnd end() {
    long rows =
        first("SELECT COUNT(*) FROM audit_leaf", (row, number) -> row.getLong(1)).orElse(0L);
    return first(
            "SELECT event_position, recorded_at_millis FROM audit_leaf WHERE leaf_index = ?",
            (row, number) -> new LogEnd(rows, row.getLong(1), row.getLong(2)),
            nextIndex() - 1)
        .orElse(new LogEnd(0, 0, Long.MIN_VALUE));
  }

  /** One more than the largest index: cheap, for every batch. */
  long nextIndex() {
    // H2 finds a bare MAX by the index, but walks the table for ORDER BY ... DESC LIMIT 1.
    return first(
            "SELECT MAX(leaf_index) FROM audit_leaf",
            (row, number) -> {
              long largest = row.getLong(1);
              return row.wasNull() ? 0L : largest + 1;
            })
        .orElse(0L);
  }

  Optional<String> eventIdAt(long position) {
    return first(
        "SELECT event_id FROM audit_leaf WHERE event_position = ?",
        (row, number) -> row.getString(1),
        position);
  }

  /** The leaf hash at one place of a stream: an index lookup, however long the stream is. */
  Optional<Hash> hashAt(String stream, long sequence) {
    return first(
        "SELECT leaf_hash FROM audit_leaf WHERE stream = ? AND stream_seq = ?",
        (row, number) -> Hash.of(row.getBytes(1)),
        stream,
        sequence);
  }

  void insert(List<PlacedLeaf> leaves) {
    jdbc.batchUpdate(
        "INSERT INTO audit_leaf (leaf_index, event_position, event_id, stream, stream_seq, leaf,"
            + " leaf_hash, recorded_at_millis) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        leaves,
        PAGE,
        (statement, placed) -> {
          Leaf leaf = placed.leaf();
          statement.setLong(1, leaf.index());
          statement.setLong(2, placed.position());
          statement.setString(3, leaf.eventId());
          statement.setString(4, leaf.stream());
          statement.setLong(5, leaf.streamSeq());
          statement.setBytes(6, placed.bytes());
          statement.setBytes(7, placed.hash().bytes());
          statement.setLong(8, leaf.recordedAt().toEpochMilli());
        });
  }

  void insertCheckpoint(long size, Note note) {
    jdbc.update(
        "INSERT INTO audit_checkpoint (tree_size, note) VALUES (?, ?)",
        size,
        new String(note.bytes(), StandardCharsets.UTF_8));
  }

  Optional<Note> largestCheckpoint() {
    return first(
        "SELECT note FROM audit_checkpoint"
            + " WHERE tree_size = (SELECT MAX(tree_size) FROM audit_checkpoint)",
        (row, number) -> note(row.getString(1)));
  }

  Optional<Note> checkpoint(long size) {
    return first(
        "SELECT note FROM audit_checkpoint WHERE tree_size = ?",
        (row, number) -> note(row.getString(1)),
        size);
  }

  static Note note(String text) {
    return note(text.getBytes(StandardCharsets.UTF_8));
  }

  static Note note(byte[] bytes) {
    try {
      return Note.parse(bytes);
    } catch (MalformedException e) {
      throw new AuditDefect("a stored checkpoint is damaged: " + e.rule());
    }
  }

  static Checkpoint head(Note note) {
    try {
      return Checkpoint.parse(note);
    } catch (MalformedException e) {
      throw new AuditDefect("a stored checkpoint is damaged: " + e.rule());
    }
  }

  /** What to do with each element of a long read. */
  @FunctionalInterface
  interface Visitor<T> {
    void visit(T element) throws IOException;
  }

  /** Leaves 0 to {@code size}, in order. A missing one is a defect that names its index. */
  void forEachLeaf(long size, Visitor<StoredLeaf> visitor) throws IOException {
    forEachPage(
        size,
        PAGE,
        from ->
            jdbc.query(
                "SELECT leaf_index, leaf, leaf_hash FROM audit_leaf"
                    + " WHERE leaf_index >= ? AND leaf_index < ? ORDER BY leaf_index",
                (row, number) ->
                    new StoredLeaf(row.getLong(1), row.getBytes(2), Hash.of(row.getBytes(3))),
                from,
                Math.min(size, from + PAGE)),
        visitor);
  }

  /** Leaf hashes 0 to {@code size} as they were stored, in order. */
  void forEachHash(long size, Visitor<Hash> visitor) throws IOException {
    int page = PAGE * 32;
    forEachPage(
        size,
        page,
        from ->
            jdbc.query(
                "SELECT leaf_hash FROM audit_leaf"
                    + " WHERE leaf_index >= ? AND leaf_index < ? ORDER BY leaf_index",
                (row, number) -> Hash.of(row.getBytes(1)),
                from,
                Math.min(size, from + page)),
        visitor);
  }

  private static <T> void forEachPage(
      long size, int page, LongFunction<List<T>> read, Visitor<T> visitor) throws IOException {
    for (long from = 0; from < size; from += page) {
      List<T> elements = read.apply(from);
      long expected = Math.min(page, size - from);
      if (elements.size() != expected) {
        throw new AuditDefect(
            "leaves "
                + from
                + " to "
                + (from + expected - 1)
                + " of the audit log: expected "
                + expected
                + ", found "
                + elements.size());
      }
      for (T element : elements) {
        visitor.visit(element);
      }
    }
  }
}
