package io.trialog.audittrail.lucene;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/** Where the index lies; opens it, checks it, and sets a damaged one aside. */
final class IndexFolder {
  private static final Logger LOG = System.getLogger(IndexFolder.class.getName());
  private static final int ASIDE_LIMIT = 1_000;

  /** How a folder becomes a directory of Lucene. */
  interface Opener {
    Directory open(Path folder) throws IOException;
  }

  private final Path path;
  private final Opener opener;

  IndexFolder(Path path) {
    this(path, FSDirectory::open);
  }

  IndexFolder(Path path, Opener opener) {
    this.path = path.toAbsolutePath();
    this.opener = opener;
  }

  Path path() {
    return path;
  }

  /** The index that is there when it is sound and fits, otherwise a new one. */
  OpenIndex open(Predicate<Commit> fits) throws IOException {
    Files.createDirectories(path);
    try {
      return openSound(fits);
    } catch (DamagedIndexException e) {
      Path aside = setAside();
      LOG.log(
          Level.WARNING,
          "The audit index in %s is set aside as %s and made again from the log, because %s"
              .formatted(path, aside.getFileName(), e.getMessage()),
          e);
      Files.createDirectories(path);
      return openSound(fits);
    }
  }

  private OpenIndex openSound(Predicate<Commit> fits) throws IOException {
    Directory directory = opener.open(path);
    boolean open = false;
    try {
      Commit commit = DirectoryReader.indexExists(directory) ? check(directory) : Commit.NOTHING;
      if (!fits.test(commit)) {
        throw new DamagedIndexException(
            "the log has no event %s at position %d".formatted(commit.eventId(), commit.position()),
            null);
      }
      OpenIndex index = new OpenIndex(directory, commit);
      open = true;
      return index;
    } finally {
      if (!open) {
        directory.close();
      }
    }
  }

  /**
   * Reads every file of the index against its checksum, because Lucene itself notices damage only
   * when a search or a merge comes across it.
   */
  private static Commit check(Directory directory) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      for (LeafReaderContext leaf : reader.leaves()) {
        if (leaf.reader() instanceof CodecReader codec) {
          codec.checkIntegrity();
        }
      }
      return Commit.fromMap(reader.getIndexCommit().getUserData());
    } catch (CorruptIndexException
        | IndexFormatTooOldException
        | IndexFormatTooNewException
        | EOFException
        | FileNotFoundException
        | NoSuchFileException
        // What damaged bytes make of a parser that trusts them.
        | RuntimeException e) {
      throw new DamagedIndexException("it cannot be read: " + e.getMessage(), e);
    }
  }

  private Path setAside() throws IOException {
    for (int i = 1; i <= ASIDE_LIMIT; i++) {
      Path aside = path.resolveSibling(path.getFileName() + ".damaged-" + i);
      if (Files.notExists(aside)) {
        return Files.move(path, aside);
      }
    }
    throw new IOException("there are too many damaged indexes beside " + path + "; remove some");
  }
}
