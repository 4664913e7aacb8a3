package io.trialog.standalone;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The one folder that has everything, held by one process at a time.
 *
 * @param path absolute
 */
record DataFolder(Path path, FileChannel channel, FileLock lock) implements AutoCloseable {
  /** Makes the folder (mode 700) when it is missing and locks it. */
  static DataFolder open(Path path) {
    try {
      if (!Files.exists(path)) {
        Files.createDirectories(
            path,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      FileChannel channel =
          FileChannel.open(
              path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = tryLock(channel);
      if (lock == null) {
        channel.close();
        throw new StartRefused(
            "The data folder "
                + path
                + " is in use by another Trialog; end it first, or choose another with --data.");
      }
      return new DataFolder(path, channel, lock);
    } catch (IOException e) {
      throw new StartRefused("The data folder " + path + " cannot be used: " + e, e);
    }
  }

  Path file(String name) {
    return path.resolve(name);
  }

  @Override
  public void close() {
    try {
      lock.release();
      channel.close();
    } catch (IOException e) {
      throw new IllegalStateException("The lock of " + path + " could not be released", e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }
}
