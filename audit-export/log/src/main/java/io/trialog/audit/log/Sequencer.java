package io.trialog.audit.log;

import io.trialog.audit.proof.Checkpoint;
import io.trialog.audit.proof.Frontier;
import io.trialog.audit.proof.Hash;
import io.trialog.audit.proof.Leaf;
import io.trialog.audit.proof.Note;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Gives stored events their place in the audit log and signs the tree that has grown.
 *
 * <p>One batch is one transaction: its leaves and the checkpoint over them are there together or
 * not at all. In memory stands only the frontier of the tree, and it moves after the commit. A
 * second sequencer on the same tables fails on the primary key and never signs another root for a
 * size.
 *
 * <p>Thread-safe; one caller appends at a time.
 */
public final class Sequencer {

  /** Most events of one batch. */
  public static final int MAX_BATCH = 10_000;

  private final LeafStore store;
  private final TransactionTemplate transaction;
  private final AuditKeys keys;
  private final Clock clock;
  private State state;

  /**
   * Where the log stands.
   *
   * @param size leaves
   * @param position event store position of the last leaf's event; 0 when there is none
   * @param checkpoint the signed head of this size, as a file
   */
  public record Head(long size, long position, Note checkpoint) {}

  private record State(Frontier tree, long lastPosition, long lastRecordedMillis, Note checkpoint) {
    Head head() {
      return new Head(tree.size(), lastPosition, checkpoint);
    }
  }

  /** The last event of a stream within a batch. */
  private record StreamEnd(long sequence, Hash hash) {}

  private Sequencer(DataSource database, AuditKeys keys, Clock clock) {
    this.store = new LeafStore(database);
    this.transaction = new TransactionTemplate(new JdbcTransactionManager(database));
    this.keys = keys;
    this.clock = clock;
    this.state = start();
    keys.writeHead(state.checkpoint().bytes());
  }

  /**
   * Opens the log: recomputes the tree from the stored leaf hashes, which reads every row, and
   * compares it with every head it knows to have been signed, in the database and beside the keys.
   * An empty log gets a checkpoint of size 0.
   *
   * @param database with the tables of {@code db/audit}
   * @throws AuditDefect if the log is smaller than, or other than, a tree that was signed
   */
  public static Sequencer open(DataSource database, AuditKeys keys, Clock clock) {
    return new Sequencer(database, keys, clock);
  }

  private State start() {
    LeafStore.LogEnd end = store.end();
    Optional<Note> inDatabase = store.largestCheckpoint();
    Optional<Note> besideKeys = keys.readHead().map(LeafStore::note);
    Frontier tree = recompute(end.size(), inDatabase, besideKeys);
    if (inDatabase.isPresent()) {
      requireWhole(end.size(), LeafStore.head(inDatabase.get()));
    }
    Note checkpoint = inDatabase.orElseGet(() -> signFirst(tree));
    return new State(tree, end.position(), end.recordedAtMillis(), checkpoint);
  }

  private Frontier recompute(long size, Optional<Note> inDatabase, Optional<Note> besideKeys) {
    SignedHeads heads = new SignedHeads(keys, size);
    inDatabase.ifPresent(note -> heads.add("in the database", note));
    besideKeys.ifPresent(note -> heads.add("beside the keys", note));
    Frontier tree = new Frontier();
    try {
      heads.compare(tree);
      store.forEachHash(
          size,
          hash -> {
            tree.append(hash);
            heads.compare(tree);
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return tree;
  }

  private static void requireWhole(long size, Checkpoint largest) {
    if (size != largest.size()) {
      throw new AuditDefect(
          "the audit log has "
              + size
              + " leaves, but its last checkpoint is of "
              + largest.size()
              + ": leaves were put in behind the sequencer's back");
    }
  }

  private Note signFirst(Frontier tree) {
    if (tree.size() > 0) {
      throw new AuditDefect(
          "the audit log has " + tree.size() + " leaves, but all its checkpoints are gone");
    }
    Note checkpoint = sign(tree);
    store.insertCheckpoint(0, checkpoint);
    return checkpoint;
  }

  private Note sign(Frontier tree) {
    return keys.logSigner().sign(new Checkpoint(keys.origin(), tree.size(), tree.root()).text());
  }

  /** Where the log stands. */
  public synchronized Head head() {
    return state.head();
  }

  /** The checkpoint of exactly this size, if one was signed. */
  public Optional<Note> checkpoint(long size) {
    return store.checkpoint(size);
  }

  /**
   * Takes events in the order of their positions. Events it already has are skipped, so the same
   * batch may come again after a crash; if nothing is new, no checkpoint is signed.
   *
   * @return where the log stands now, durably
   * @throws AuditDefect if an event cannot be a leaf (a float, too long, no actor), if positions or
   *     stream sequences are not in order, or if another sequencer writes; then nothing was taken
   */
  public synchronized Head append(List<SourceEvent> batch) {
    requireOrder(batch);
    List<SourceEvent> fresh = batch.stream().filter(event -> !isTaken(event)).toList();
    if (!fresh.isEmpty()) {
      state = appendInTransaction(fresh);
    }
    // Also when nothing is new: the batch before may have stopped between commit and this line.
    keys.writeHead(state.checkpoint().bytes());
    return state.head();
  }

  private static void requireOrder(List<SourceEvent> batch) {
    if (batch.size() > MAX_BATCH) {
      throw new IllegalArgumentException(
          "a batch has at most " + MAX_BATCH + " events, not " + batch.size());
    }
    for (int i = 1; i < batch.size(); i++) {
      if (batch.get(i).position() <= batch.get(i - 1).position()) {
        throw new AuditDefect(
            "position "
                + batch.get(i).position()
                + " comes after "
                + batch.get(i - 1).position()
                + " in one batch");
      }
    }
  }

  private boolean isTaken(SourceEvent event) {
    if (event.position() > state.lastPosition()) {
      return false;
    }
    Optional<String> taken = store.eventIdAt(event.position());
    if (!taken.equals(Optional.of(event.eventId()))) {
      throw new AuditDefect(
          "the log has gone past position "
              + event.position()
              + ", where it holds "
              + taken.map(id -> "event " + id).orElse("no event")
              + " and now finds event "
              + event.eventId());
    }
    return true;
  }

  private State appendInTransaction(List<SourceEvent> fresh) {
    try {
      State next = transaction.execute(status -> appendNow(fresh));
      if (next == null) {
        throw new IllegalStateException("appendNow returns the next state");
      }
      return next;
    } catch (DuplicateKeyException e) {
      throw new AuditDefect(
          "place "
              + state.tree().size()
              + " of the log or an event of the batch is already taken, perhaps by another"
              + " sequencer: "
              + e.getMostSpecificCause().getMessage());
    }
  }

  private State appendNow(List<SourceEvent> fresh) {
    Frontier tree = new Frontier(state.tree());
    long next = store.nextIndex();
    if (next != tree.size()) {
      throw new AuditDefect(
          "expected " + tree.size() + " leaves, found " + next + ": another sequencer is at work");
    }
    long recordedMillis = Math.max(state.lastRecordedMillis(), clock.millis());
    Map<String, StreamEnd> ends = new HashMap<>();
    List<LeafStore.PlacedLeaf> leaves = new ArrayList<>();
    for (SourceEvent event : fresh) {
      LeafStore.PlacedLeaf placed =
          place(event, tree.size(), Instant.ofEpochMilli(recordedMillis), ends);
      leaves.add(placed);
      tree.append(placed.hash());
    }
    store.insert(leaves);
    Note checkpoint = sign(tree);
    store.insertCheckpoint(tree.size(), checkpoint);
    return new State(tree, fresh.getLast().position(), recordedMillis, checkpoint);
  }

  private LeafStore.PlacedLeaf place(
      SourceEvent event, long index, Instant recordedAt, Map<String, StreamEnd> ends) {
    Optional<Hash> previous = previousOf(event, Optional.ofNullable(ends.get(event.stream())));
    Leaf leaf = LeafMaker.make(event, new LeafMaker.Place(index, previous, recordedAt));
    LeafStore.PlacedLeaf placed = LeafStore.PlacedLeaf.of(leaf, event.position());
    ends.put(event.stream(), new StreamEnd(event.streamSeq(), placed.hash()));
    return placed;
  }

  /** The leaf that stands before this event in its stream: in this batch or in the log. */
  private Optional<Hash> previousOf(SourceEvent event, Optional<StreamEnd> inBatch) {
    long sequence = event.streamSeq() - 1;
    Optional<Hash> previous =
        inBatch.isPresent()
            ? inBatch.filter(end -> end.sequence() == sequence).map(StreamEnd::hash)
            : store.hashAt(event.stream(), sequence);
    boolean first = event.streamSeq() == 0 && inBatch.isEmpty();
    if (previous.isEmpty() && !first) {
      throw new AuditDefect(
          "stream "
              + event.stream()
              + " at position "
              + event.position()
              + ": found sequence "
              + event.streamSeq()
              + ", but the log does not end its stream at "
              + sequence);
    }
    return previous;
  }
}
