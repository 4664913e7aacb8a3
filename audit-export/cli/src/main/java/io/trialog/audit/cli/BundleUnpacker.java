package io.trialog.audit.cli;

import io.trialog.audit.proof.BundleVerifier;
import io.trialog.audit.proof.MalformedException;
import io.trialog.audit.proof.Manifest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Unpacks a zip that may be hostile. Every entry becomes a plain file below the folder or the whole
 * thing stops: no absolute path, no {@code ..}, no folder that is a link, no name twice. Links and
 * devices cannot arise, since only contents are read.
 */
final class BundleUnpacker {

  static final int MAX_FILES = 200_000;
  static final long MAX_BYTES = 64L << 30;

  /** Deflate cannot exceed 1:1032; events reach perhaps 1:30. */
  static final long MAX_RATIO = 200;

  private static final long RATIO_FREE_BYTES = 16 << 20;
  private static final long PROGRESS_BYTES = 64 << 20;

  private final Path folder;
  private final boolean replace;
  private final PrintWriter progress;
  private final Set<String> names = new HashSet<>();
  private long written;
  private long nextProgress = PROGRESS_BYTES;

  BundleUnpacker(Path folder, boolean replace, PrintWriter progress) {
    this.folder = folder;
    this.replace = replace;
    this.progress = progress;
  }

  /** Counts what comes over the wire. */
  private static final class CountedStream extends FilterInputStream {
    long count;

    CountedStream(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int next = super.read();
      count += next < 0 ? 0 : 1;
      return next;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = super.read(bytes, offset, length);
      count += Math.max(0, read);
      return read;
    }
  }

  /** Throws {@link MalformedException} on a hostile or incomplete archive. */
  void unpack(InputStream archive) throws IOException {
    CountedStream counted = new CountedStream(archive);
    ZipInputStream zip = new ZipInputStream(counted);
    for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
      write(entry.getName(), zip, counted);
    }
    for (String name : List.of(Manifest.FILE, BundleVerifier.CHECKPOINT, BundleVerifier.EVENTS)) {
      if (!names.contains(name)) {
        throw new MalformedException("the archive has no " + name);
      }
    }
  }

  private void write(String name, ZipInputStream zip, CountedStream counted) throws IOException {
    if (!Manifest.isSafePath(name)) {
      throw new MalformedException(
          "the archive names a file that is not allowed: " + name.replaceAll("[^ -~]", "?"));
    }
    if (!names.add(name)) {
      throw new MalformedException("the archive has " + name + " twice");
    }
    if (names.size() > MAX_FILES) {
      throw new MalformedException("the archive has more than " + MAX_FILES + " files");
    }
    try (OutputStream out = Files.newOutputStream(newFile(name), StandardOpenOption.CREATE_NEW)) {
      byte[] buffer = new byte[1 << 16];
      for (int n = zip.read(buffer); n >= 0; n = zip.read(buffer)) {
        written += n;
        requireModest(counted.count);
        out.write(buffer, 0, n);
        reportProgress();
      }
    }
  }

  private void requireModest(long received) {
    if (written > MAX_BYTES || written > RATIO_FREE_BYTES + MAX_RATIO * received) {
      throw new MalformedException("the archive unpacks to far more than it should");
    }
  }

  private void reportProgress() {
    if (written >= nextProgress) {
      progress.println("unpacked " + (written >> 20) + " MiB, " + names.size() + " files");
      nextProgress += PROGRESS_BYTES;
    }
  }

  /** A path at which nothing stands, below folders that are no links. */
  private Path newFile(String name) throws IOException {
    Path file = folder;
    String[] parts = name.split("/", -1);
    for (int i = 0; i < parts.length - 1; i++) {
      file = file.resolve(parts[i]);
      if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(file);
      } else if (!Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new MalformedException(file + " is in the way");
      }
    }
    file = file.resolve(parts[parts.length - 1]);
    if (replace && !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
      // Removes a link itself, never what it points to.
      Files.deleteIfExists(file);
    }
    return file;
  }

  String summary() {
    return "unpacked " + names.size() + " files, " + written + " bytes";
  }
}
