package io.trialog.audittrail.lucene;

import io.trialog.audittrail.AuditEntries;
import io.trialog.audittrail.AuditEntry;
import io.trialog.audittrail.AuditPage;
import io.trialog.audittrail.AuditQuery;
import io.trialog.audittrail.AuditTrail;
import io.trialog.language.log.EventLog;
import io.trialog.snapshots.Directory;
import io.trialog.snapshots.History;
import io.trialog.snapshots.Positioned;
import io.trialog.snapshots.Projection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.store.AlreadyClosedException;

/**
 * The audit trail in a folder of this process. {@link #apply} indexes events as they come; a search
 * sees them when apply returns. At most once a second, and at the end, they are committed to disk
 * together with their position; after a crash it goes on exactly above that.
 *
 * <p>Before and after of each event come from a fold of its own, which a start makes again from the
 * log. An index that is damaged, was made by another version, or does not belong to this log, is
 * set aside beside the folder and made again. Searches on any thread.
 */
public final class LuceneAuditTrail implements AuditTrail, Projection, AutoCloseable {
  /** How often what was indexed is committed at most. */
  static final Duration COMMIT_EVERY = Duration.ofSeconds(1);

  private static final Logger LOG = System.getLogger(LuceneAuditTrail.class.getName());

  private final EventLog log;
  private final IndexFolder folder;
  private final Duration commitEvery;
  private volatile OpenIndex index;
  private volatile long searchable;
  private Directory state = Directory.EMPTY;
  private Commit committed = Commit.NOTHING;
  private long committedAt = System.nanoTime();
  private String lastEventId = "";
  private boolean closed;

  private LuceneAuditTrail(EventLog log, IndexFolder folder, Duration commitEvery)
      throws IOException {
    this.log = log;
    this.folder = folder;
    this.commitEvery = commitEvery;
    this.index = folder.open(commit -> isOfLog(log, commit));
    adopt();
  }

  /**
   * Opens the index in a folder, or makes one. Reads the log up to the index's position.
   *
   * @throws UncheckedIOException when the folder cannot be used, also when another process uses it
   */
  public static LuceneAuditTrail open(Path folder, EventLog log) {
    return open(new IndexFolder(folder), log, COMMIT_EVERY);
  }

  static LuceneAuditTrail open(IndexFolder folder, EventLog log, Duration commitEvery) {
    try {
      return new LuceneAuditTrail(log, folder, commitEvery);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open the audit index in " + folder.path(), e);
    }
  }

  private static boolean isOfLog(EventLog log, Commit commit) {
    if (commit.position() == 0) {
      return true;
    }
    return log.at(commit.position())
        .filter(event -> event.eventId().equals(commit.eventId()))
        .isPresent();
  }

  /** Takes over position and state of the index that was just opened. */
  private void adopt() {
    committed = index.commit();
    lastEventId = committed.eventId();
    state = new History(log).atPosition(committed.position());
    searchable = committed.position();
    committedAt = System.nanoTime();
  }

  @Override
  public AuditPage search(AuditQuery query) {
    try {
      return index.search(query, searchable);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot search the audit index", e);
    }
  }

  @Override
  public Optional<AuditEntry> byPosition(long position) {
    try {
      return index.byPosition(position);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot search the audit index", e);
    }
  }

  @Override
  public String name() {
    return "audit-trail";
  }

  /** Up to where searches see the log. */
  @Override
  public long position() {
    return searchable;
  }

  @Override
  public synchronized void apply(List<Positioned> batch) {
    try {
      for (Positioned event : batch) {
        index(event);
      }
      index.refresh();
      searchable = state.position();
      commitWhenDue();
    } catch (IOException | AlreadyClosedException e) {
      throw failed(e);
    }
  }

  /** A batch that failed half-way comes again; what is in the index is passed over. */
  private void index(Positioned event) throws IOException {
    if (event.position() <= state.position()) {
      return;
    }
    Directory next = state.apply(event.recorded());
    index.add(AuditEntries.entry(state, next, event));
    state = next;
    lastEventId = event.recorded().eventId();
  }

  @Override
  public synchronized void idle() {
    try {
      commitWhenDue();
    } catch (IOException | AlreadyClosedException e) {
      throw failed(e);
    }
  }

  private void commitWhenDue() throws IOException {
    if (System.nanoTime() - committedAt >= commitEvery.toNanos()) {
      commit();
    }
  }

  private void commit() throws IOException {
    if (committed.position() != state.position()) {
      Commit next = new Commit(state.position(), lastEventId);
      index.commit(next);
      committed = next;
    }
    committedAt = System.nanoTime();
  }

  /**
   * Lucene closes a writer whose disk failed for good. It is opened again at its last commit, so
   * the position goes back and the follower hands over from there.
   */
  private UncheckedIOException failed(Exception failure) {
    if (!closed && !index.isOpen()) {
      try {
        index.close();
        index = folder.open(commit -> isOfLog(log, commit));
        adopt();
        LOG.log(Level.WARNING, "The audit index was opened again at position {0}", searchable);
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
    return new UncheckedIOException(
        "cannot write the audit index in " + folder.path(),
        failure instanceof IOException io ? io : new IOException(failure));
  }

  /** Commits and closes. Idempotent; close the follower first. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try (OpenIndex closing = index) {
      if (closing.isOpen()) {
        commit();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the audit index in " + folder.path(), e);
    }
  }
}
