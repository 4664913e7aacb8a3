package io.trialog.audittrail.lucene;

import io.trialog.audittrail.AuditEntry;
import io.trialog.audittrail.AuditPage;
import io.trialog.audittrail.AuditQuery;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.Sort;
import org.apache.lucene.store.Directory;

/** A sound index, open for one writing thread and any number of searching ones. */
final class OpenIndex implements Closeable {
  private static final double BUFFER_MEGABYTES = 16;

  private final Directory directory;
  private final Analyzer analyzer = new StandardAnalyzer();
  private final IndexWriter writer;
  private final SearcherManager searchers;
  private final Commit commit;

  /** {@code commit} is what the index on disk ends with. */
  OpenIndex(Directory directory, Commit commit) throws IOException {
    this.directory = directory;
    this.commit = commit;
    IndexWriterConfig config = new IndexWriterConfig(analyzer);
    config.setRAMBufferSizeMB(BUFFER_MEGABYTES);
    config.setCommitOnClose(false);
    this.writer = new IndexWriter(directory, config);
    this.searchers = new SearcherManager(writer, new SearcherFactory());
  }

  /** What the index on disk ended with when it was opened. */
  Commit commit() {
    return commit;
  }

  boolean isOpen() {
    return writer.isOpen();
  }

  void add(AuditEntry entry) throws IOException {
    writer.addDocument(Documents.of(entry));
  }

  /** Makes what was added visible to searches. */
  void refresh() throws IOException {
    searchers.maybeRefreshBlocking();
  }

  /** Stores what was added, and where it ends, in one step. */
  void commit(Commit next) throws IOException {
    writer.setLiveCommitData(next.toMap().entrySet());
    writer.commit();
  }

  AuditPage search(AuditQuery query, long position) throws IOException {
    List<AuditEntry> found =
        find(Documents.query(query, analyzer), query.limit() + 1, Documents.NEWEST_FIRST);
    if (found.size() <= query.limit()) {
      return new AuditPage(found, null, position);
    }
    List<AuditEntry> page = found.subList(0, query.limit());
    return new AuditPage(page, AuditQuery.cursorOf(page.getLast().position()), position);
  }

  Optional<AuditEntry> byPosition(long position) throws IOException {
    return find(Documents.at(position), 1, Documents.NEWEST_FIRST).stream().findFirst();
  }

  private List<AuditEntry> find(Query query, int limit, Sort sort) throws IOException {
    IndexSearcher searcher = searchers.acquire();
    try {
      StoredFields fields = searcher.storedFields();
      List<AuditEntry> entries = new ArrayList<>();
      for (ScoreDoc hit : searcher.search(query, limit, sort).scoreDocs) {
        entries.add(Documents.entry(fields.document(hit.doc)));
      }
      return entries;
    } finally {
      searchers.release(searcher);
    }
  }

  /** What was added since the last commit is lost. */
  @Override
  public void close() throws IOException {
    try (directory;
        writer;
        searchers) {
      analyzer.close();
    }
  }
}
