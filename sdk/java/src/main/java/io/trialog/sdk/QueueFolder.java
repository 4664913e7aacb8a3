package io.trialog.sdk;

import io.trialog.sdk.core.events.EventQueue;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Unsettled events in a folder, for one process at a time and one thread.
 *
 * <p>A segment is a file {@code <16 hex digits>.events}: eight bytes that name the format, then
 * records of length, CRC-32C and content. The content is a kind ({@code E} an exposure, {@code O}
 * an outcome, {@code S} a settlement), an eight-byte number and, but for settlements, the event's
 * JSON. Numbers ascend; a settlement says that everything up to its number is settled. A segment
 * whose events are all settled is deleted, so the folder holds the queue's unsettled events, and of
 * settled ones at most what stands in one segment with the oldest unsettled.
 *
 * <p>A record that a crash cut short fails its checksum; it and what follows it in its segment is
 * left out when the folder is read.
 */
final class QueueFolder implements Closeable {
  /** A segment that is so long is followed by a new one. */
  static final int SEGMENT_BYTES = 1 << 20;

  private static final byte[] FORMAT = "TRLGQ001".getBytes(StandardCharsets.US_ASCII);
  private static final int HEAD_BYTES = 8;
  private static final int KIND_AND_NUMBER = 9;
  private static final int MOST_RECORD_BYTES = EventQueue.MAX_BATCH_BYTES;
  private static final int BUFFER_BYTES = 1 << 16;
  private static final String SUFFIX = ".events";

  private final Path folder;
  private final int segmentBytes;
  private final FileChannel lockChannel;
  private final Deque<Segment> full = new ArrayDeque<>();
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private @Nullable FileChannel channel;
  private @Nullable Path path;
  private long nextSegment;
  private long segmentLength;
  private long base;
  private long last;
  private long settled;

  private record Segment(Path path, long last) {}

  /** What an earlier process left: an event, or a settlement (without JSON). */
  private record Stored(char kind, long number, String json) {}

  /**
   * What was found in a folder.
   *
   * @param events the JSON of each event that was not settled, oldest first, and whether it is an
   *     exposure
   * @param torn segments whose end could not be read
   */
  record Found(Map<String, Boolean> events, int torn) {}

  private QueueFolder(Path folder, int segmentBytes, FileChannel lockChannel) {
    this.folder = folder;
    this.segmentBytes = segmentBytes;
    this.lockChannel = lockChannel;
  }

  /**
   * Makes the folder if it is missing, and locks it.
   *
   * @throws IOException also when another client has it
   */
  static QueueFolder open(Path folder, int segmentBytes) throws IOException {
    Files.createDirectories(folder, owners(folder, "rwx------"));
    Path lock = folder.resolve("lock");
    FileChannel channel =
        FileChannel.open(
            lock,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            owners(folder, "rw-------"));
    try {
      FileLock held = channel.tryLock();
      if (held == null) {
        throw new IOException("another process uses the folder");
      }
      return new QueueFolder(folder, segmentBytes, channel);
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw new IOException("another client of this process uses the folder", e);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static FileAttribute<?>[] owners(Path folder, String permissions) {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
            && folder.getFileSystem().equals(FileSystems.getDefault())
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  /** Reads what is there; what is appended from now on is numbered after it. Once, at first. */
  Found read() throws IOException {
    List<Stored> stored = new ArrayList<>();
    int torn = 0;
    for (Path segment : segments()) {
      torn += read(segment, stored) ? 0 : 1;
      full.addLast(new Segment(segment, Long.MAX_VALUE));
      nextSegment = Math.max(nextSegment, numberOf(segment) + 1);
    }
    long over = 0;
    for (Stored each : stored) {
      base = Math.max(base, each.number());
      over = each.kind() == 'S' ? Math.max(over, each.number()) : over;
    }
    last = base;
    settled = over;
    return new Found(unsettled(stored, over), torn);
  }

  /** By JSON, because a process that ended while it was writing all anew left an event twice. */
  private static Map<String, Boolean> unsettled(List<Stored> stored, long over) {
    Map<String, Boolean> events = new LinkedHashMap<>();
    for (Stored each : stored) {
      if (each.kind() != 'S' && each.number() > over) {
        events.put(each.json(), each.kind() == 'E');
      }
    }
    return events;
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches("[0-9a-f]{16}\\.events"))
          .sorted()
          .toList();
    }
  }

  private static long numberOf(Path segment) {
    String name = segment.getFileName().toString();
    return Long.parseLong(name, 0, name.length() - SUFFIX.length(), 16);
  }

  /** False when the segment does not end with a whole record. */
  private static boolean read(Path segment, List<Stored> into) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment));
    if (bytes.remaining() < FORMAT.length) {
      return bytes.remaining() == 0;
    }
    byte[] format = new byte[FORMAT.length];
    bytes.get(format);
    if (!Arrays.equals(format, FORMAT)) {
      throw new IOException("a segment is of another format");
    }
    while (bytes.hasRemaining()) {
      Stored stored = record(bytes);
      if (stored == null) {
        return false;
      }
      into.add(stored);
    }
    return true;
  }

  /** Null when there is no whole and sound record. */
  private static @Nullable Stored record(ByteBuffer bytes) {
    if (bytes.remaining() < HEAD_BYTES) {
      return null;
    }
    int length = bytes.getInt();
    int checksum = bytes.getInt();
    if (length < KIND_AND_NUMBER || length > MOST_RECORD_BYTES || length > bytes.remaining()) {
      return null;
    }
    byte[] content = new byte[length];
    bytes.get(content);
    ByteBuffer parts = ByteBuffer.wrap(content);
    char kind = (char) parts.get();
    if (checksum(content, length) != checksum || "EOS".indexOf(kind) < 0) {
      return null;
    }
    long number = parts.getLong();
    return new Stored(
        kind,
        number,
        new String(content, KIND_AND_NUMBER, length - KIND_AND_NUMBER, StandardCharsets.UTF_8));
  }

  private static int checksum(byte[] content, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(content, 0, length);
    return (int) checksum.getValue();
  }

  /** Forgets the segments that {@link #read} found: what was in them is written again, or over. */
  void forgetFound() throws IOException {
    while (!full.isEmpty() && full.getFirst().last() == Long.MAX_VALUE) {
      Files.deleteIfExists(full.removeFirst().path());
    }
  }

  /** Adds an event; {@link #write} brings it to the file. Numbers ascend from 1. */
  void append(long number, boolean exposure, String json) throws IOException {
    long stored = base + number;
    add(exposure ? 'E' : 'O', stored, json.getBytes(StandardCharsets.UTF_8));
    last = stored;
  }

  /** Everything up to the number is settled. */
  void settle(long number) throws IOException {
    long through = base + number;
    if (number > 0 && through > settled) {
      settled = through;
      while (!full.isEmpty() && full.getFirst().last() <= settled) {
        Files.deleteIfExists(full.removeFirst().path());
      }
      if (!full.isEmpty() || channel != null || buffer.position() > 0) {
        add('S', settled, new byte[0]);
      }
    }
  }

  private void add(char kind, long number, byte[] json) throws IOException {
    byte[] content = new byte[KIND_AND_NUMBER + json.length];
    ByteBuffer.wrap(content).put((byte) kind).putLong(number).put(json);
    if (segmentLength >= segmentBytes) {
      roll();
    }
    put(
        ByteBuffer.allocate(HEAD_BYTES)
            .putInt(content.length)
            .putInt(checksum(content, content.length))
            .array());
    put(content);
    segmentLength += HEAD_BYTES + content.length;
  }

  private void put(byte[] bytes) throws IOException {
    for (int from = 0; from < bytes.length; ) {
      if (!buffer.hasRemaining()) {
        write();
      }
      int length = Math.min(buffer.remaining(), bytes.length - from);
      buffer.put(bytes, from, length);
      from += length;
    }
  }

  /** Hands what was added to the operating system: it survives the end of this process. */
  void write() throws IOException {
    if (buffer.position() > 0) {
      FileChannel to = channel == null ? begin() : channel;
      buffer.flip();
      while (buffer.hasRemaining()) {
        to.write(buffer);
      }
      buffer.clear();
    }
  }

  private FileChannel begin() throws IOException {
    Path begun = folder.resolve(String.format("%016x", nextSegment++) + SUFFIX);
    FileChannel opened =
        FileChannel.open(
            begun,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            owners(folder, "rw-------"));
    channel = opened;
    path = begun;
    opened.write(ByteBuffer.wrap(FORMAT));
    return opened;
  }

  private void roll() throws IOException {
    write();
    if (channel != null && path != null) {
      channel.force(false);
      channel.close();
      full.addLast(new Segment(path, last));
    }
    channel = null;
    path = null;
    segmentLength = 0;
  }

  /** Deletes the last segment too if nothing in it is unsettled, and lets the folder go. */
  @Override
  public void close() throws IOException {
    try {
      roll();
      while (!full.isEmpty() && full.getFirst().last() <= settled) {
        Files.deleteIfExists(full.removeFirst().path());
      }
    } finally {
      abandon();
    }
  }

  /**
   * Lets the folder go as it is; but what was begun beside segments that {@link #read} found is
   * deleted, or each failed attempt would leave one more copy.
   */
  void abandon() throws IOException {
    try (lockChannel) {
      if (channel != null) {
        channel.close();
      }
      boolean copying = !full.isEmpty() && full.getFirst().last() == Long.MAX_VALUE;
      if (copying && path != null) {
        Files.deleteIfExists(path);
      }
      for (Segment segment : copying ? full : List.<Segment>of()) {
        if (segment.last() != Long.MAX_VALUE) {
          Files.deleteIfExists(segment.path());
        }
      }
    }
  }
}
