package io.trialog.audit.proof;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The regular files below a folder, links never followed. Everything else is a finding. */
final class BundleFiles {

  private static final int MAX_DEPTH = 16;
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path folder;
  private final Findings findings;
  private final SortedMap<String, Long> sizes = new TreeMap<>();

  BundleFiles(Path folder, Findings findings) {
    this.folder = folder;
    this.findings = findings;
    try {
      Files.walkFileTree(folder, Set.of(), MAX_DEPTH, new Collector());
    } catch (IOException e) {
      findings.add(unreadable(".", e));
    }
  }

  private final class Collector extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      String path = relative(file);
      if (path.isEmpty() || !attributes.isRegularFile()) {
        findings.add(
            Finding.of(
                Finding.Code.FILE_NOT_REGULAR,
                path.isEmpty() ? "." : path,
                "plain files and folders only",
                attributes.isSymbolicLink() ? "a symbolic link" : "something else"));
      } else {
        sizes.put(path, attributes.size());
      }
      return sizes.size() > Manifest.MAX_FILES + 1
          ? FileVisitResult.TERMINATE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      findings.add(unreadable(relative(file), e));
      return FileVisitResult.CONTINUE;
    }
  }

  private String relative(Path file) {
    return folder.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
  }

  private static Finding unreadable(String path, IOException e) {
    return Finding.of(Finding.Code.UNREADABLE, path, "a readable file", e.toString());
  }

  SortedMap<String, Long> sizes() {
    return sizes;
  }

  boolean has(String path) {
    return sizes.containsKey(path);
  }

  /**
   * The file's bytes; a finding and empty when it is absent, longer than the limit or unreadable.
   */
  Optional<byte[]> read(String path, int maxBytes) {
    Long size = sizes.get(path);
    if (size == null) {
      findings.add(Finding.of(Finding.Code.FILE_MISSING, path, "the file", "none"));
      return Optional.empty();
    }
    if (size > maxBytes) {
      findings.add(
          Finding.of(
              Finding.Code.UNREADABLE, path, "at most " + maxBytes + " bytes", size + " bytes"));
      return Optional.empty();
    }
    try (InputStream in = open(path)) {
      return Optional.of(in.readNBytes(maxBytes));
    } catch (IOException e) {
      findings.add(unreadable(path, e));
      return Optional.empty();
    }
  }

  /** A tile's bytes, or empty without a finding when the file is absent or of another length. */
  Optional<byte[]> readTile(TilePath tile) {
    Long size = sizes.get(tile.path());
    return size == null || size != tile.bytes()
        ? Optional.empty()
        : read(tile.path(), tile.bytes());
  }

  Optional<Hash> sha256(String path) {
    MessageDigest digest = Hash.newSha256();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = open(path)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
      return Optional.of(Hash.finish(digest));
    } catch (IOException e) {
      findings.add(unreadable(path, e));
      return Optional.empty();
    }
  }

  InputStream open(String path) throws IOException {
    return new BufferedInputStream(
        Files.newInputStream(folder.resolve(path), LinkOption.NOFOLLOW_LINKS), BUFFER_BYTES);
  }
}
