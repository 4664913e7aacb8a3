package io.trialog.eventstore;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The embedded database, with the settings of production. */
public final class H2Databases {
  private H2Databases() {}

  /** The URL of a database in the folder. */
  public static String in(Path folder, String name) {
    return "jdbc:h2:file:" + folder.resolve(name) + ";WRITE_DELAY=0;LOCK_TIMEOUT=10000";
  }

  /** Connections to the database at the URL, at most 20; to be closed by the caller. */
  public static HikariDataSource connect(String url) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(20);
    config.setMinimumIdle(1);
    return new HikariDataSource(config);
  }

  /**
   * Waits until this process has let go of the database at the URL. A pool may still be opening a
   * connection while it is closed, and that one closes the file later.
   */
  public static void awaitClosed(String url) {
    Path file = Path.of(url.substring("jdbc:h2:file:".length(), url.indexOf(';')) + ".mv.db");
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (isOpen(file)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("still open after 30 s: " + file);
      }
      LockSupport.parkNanos(10_000_000);
    }
  }

  private static boolean isOpen(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      return lock == null;
    } catch (OverlappingFileLockException open) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
