package io.trialog.audit.log;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Where the files of a bundle go, one after the other. */
interface BundleSink {

  /** The next file; closing the stream ends the file and nothing else. */
  OutputStream open(String path) throws IOException;

  /** New files below a folder. */
  static BundleSink folder(Path folder) {
    return path -> {
      Path file = folder.resolve(path);
      Path parent = file.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      return new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW));
    };
  }

  /** Entries of a zip. */
  static BundleSink zip(ZipOutputStream zip) {
    return path -> {
      ZipEntry entry = new ZipEntry(path);
      // One fixed time, so that equal contents are equal bytes. Not January 1980: that instant is
      // written with an extra field that depends on the time zone.
      entry.setTimeLocal(LocalDateTime.of(1980, 2, 1, 0, 0));
      zip.putNextEntry(entry);
      return new EntryStream(zip);
    };
  }

  /** Ends the entry instead of the archive. */
  final class EntryStream extends FilterOutputStream {
    private final ZipOutputStream zip;

    EntryStream(ZipOutputStream zip) {
      super(zip);
      this.zip = zip;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      zip.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      zip.closeEntry();
    }
  }
}
