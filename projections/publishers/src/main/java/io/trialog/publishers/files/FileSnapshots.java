package io.trialog.publishers.files;

import io.trialog.publishers.OutletException;
import io.trialog.publishers.SnapshotOutlet;
import io.trialog.sdk.core.SnapshotPointer;
import io.trialog.sdk.core.SnapshotRefusedException;
import io.trialog.sdk.core.note.KeyStatements;
import io.trialog.sdk.core.note.NoteSigner;
import io.trialog.snapshots.PublishedSnapshot;
import io.trialog.snapshots.SnapshotKeys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots as files: {@code <environment>/<position>-<16 hex digits of its SHA-256>.note} never
 * changes, {@code <environment>/latest} is a signed pointer to the newest. Both appear whole or not
 * at all, and are on disk before the pointer names them. So does {@code <environment>/keys}, from
 * which readers learn what keys follow. Several processes may write the same folder: a lock keeps
 * the pointer from going backwards.
 *
 * <p>Each put issues the pointer anew, which tells readers that it is still the newest. Files that
 * readers may still be fetching stay: the newest {@link #KEEP_NEWEST}, and all younger than {@link
 * #KEEP_FOR} up to {@link #MOST_FILES}.
 */
public final class FileSnapshots implements SnapshotOutlet {
  /** The file that names the newest. */
  public static final String POINTER = "latest";

  /** The file with the statements about the environment's keys (protocol clause 12.8). */
  public static final String KEYS = "keys";

  /** So many files stay whatever their age. */
  public static final int KEEP_NEWEST = 10;

  /** So long every file stays after it was written. */
  public static final Duration KEEP_FOR = Duration.ofHours(1);

  /** More files than these do not stay, however young. */
  public static final int MOST_FILES = 500;

  private static final Pattern NAME = Pattern.compile("([0-9]{1,16})-[0-9a-f]{16}\\.note");
  private static final String UNFINISHED = ".part";
  private static final String LOCK = ".lock";

  private final Path folder;
  private final SnapshotKeys keys;
  private final Clock clock;

  /** Touches nothing yet. */
  public FileSnapshots(Path folder, SnapshotKeys keys, Clock clock) {
    this.folder = folder;
    this.keys = keys;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "snapshot_files";
  }

  @Override
  public void put(PublishedSnapshot newest) {
    Path room = folder.resolve(newest.environment());
    try {
      Files.createDirectories(room);
      try (FileChannel channel =
              FileChannel.open(
                  room.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.tryLock()) {
        if (lock == null) {
          throw new IOException("another process is writing there");
        }
        write(room, newest);
      }
    } catch (IOException | java.nio.channels.OverlappingFileLockException e) {
      throw new OutletException(
          "the snapshot of %s at %d cannot be written to %s: %s"
              .formatted(newest.environment(), newest.position(), room, e),
          e);
    }
  }

  private void write(Path room, PublishedSnapshot newest) throws IOException {
    NoteSigner signer = keys.signer(newest.environment());
    // After the signer, so that its keys are among them, and before what it signs.
    byte[] statements = KeyStatements.write(keys.statements(newest.environment()));
    writeUnlessThere(room.resolve(KEYS), statements);
    byte[] note = newest.note().getBytes(StandardCharsets.UTF_8);
    Instant now = clock.instant();
    SnapshotPointer before = pointer(room, signer, newest.environment());
    if (before != null && before.position() > newest.position()) {
      return;
    }
    SnapshotPointer pointer =
        SnapshotPointer.to(newest.environment(), newest.position(), note, later(now, before));
    writeUnlessThere(room.resolve(pointer.file()), note);
    writeWhole(room.resolve(POINTER), pointer.signed(signer).getBytes(StandardCharsets.UTF_8));
    sweep(room, pointer.file(), now);
  }

  /** A clock that was set back must not make the pointer look like a replayed one. */
  private static Instant later(Instant now, @Nullable SnapshotPointer before) {
    return before == null || now.isAfter(before.issued()) ? now : before.issued().plusMillis(1);
  }

  /** The pointer that is there; null when there is none that we signed. */
  private static @Nullable SnapshotPointer pointer(Path room, NoteSigner signer, String environment)
      throws IOException {
    Path file = room.resolve(POINTER);
    try {
      if (Files.size(file) > SnapshotPointer.MAX_BYTES) {
        return null;
      }
      return SnapshotPointer.open(Files.readAllBytes(file), signer.verifierKey(), environment);
    } catch (NoSuchFileException | SnapshotRefusedException e) {
      return null;
    }
  }

  private static void writeUnlessThere(Path file, byte[] bytes) throws IOException {
    if (!holds(file, bytes)) {
      writeWhole(file, bytes);
    }
  }

  private static boolean holds(Path file, byte[] bytes) throws IOException {
    try {
      return Files.size(file) == bytes.length
          && ByteBuffer.wrap(Files.readAllBytes(file)).equals(ByteBuffer.wrap(bytes));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static void writeWhole(Path file, byte[] bytes) throws IOException {
    Path room = file.toAbsolutePath().getParent();
    if (room == null) {
      throw new IOException("a file needs a folder, found " + file);
    }
    Path fresh = Files.createTempFile(room, "", UNFINISHED);
    try {
      try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
          channel.write(rest);
        }
        channel.force(true);
      }
      readableByAll(fresh);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  /** A static server usually runs as somebody else; what it may hand out is its business. */
  private static void readableByAll(Path file) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view != null) {
      view.setPermissions(PosixFilePermissions.fromString("rw-r--r--"));
    }
  }

  /** A file of ours, and what decides whether it stays. */
  private record Kept(Path path, long position, Instant written) {}

  private static void sweep(Path room, String pointedTo, Instant now) throws IOException {
    Instant old = now.minus(KEEP_FOR);
    List<Kept> notes = new ArrayList<>();
    try (Stream<Path> files = Files.list(room)) {
      for (Path file : files.toList()) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        Optional<Instant> written = written(file);
        if (name.matches() && written.isPresent()) {
          notes.add(new Kept(file, Long.parseLong(name.group(1)), written.get()));
        } else if (file.toString().endsWith(UNFINISHED) && written.orElse(now).isBefore(old)) {
          Files.deleteIfExists(file);
        }
      }
    }
    notes.sort(Comparator.comparingLong(Kept::position).reversed());
    for (int i = KEEP_NEWEST; i < notes.size(); i++) {
      Kept note = notes.get(i);
      boolean mayGo = note.written().isBefore(old) || i >= MOST_FILES;
      if (mayGo && !note.path().endsWith(pointedTo)) {
        Files.deleteIfExists(note.path());
      }
    }
  }

  private static Optional<Instant> written(Path file) throws IOException {
    try {
      return Optional.of(Files.getLastModifiedTime(file).toInstant());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    // Nothing is held between two calls.
  }
}
