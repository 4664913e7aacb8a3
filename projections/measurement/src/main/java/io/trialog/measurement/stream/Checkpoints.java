package io.trialog.measurement.stream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder into which Flink writes checkpoints, {@code <job>/chk-<n>/_metadata}. Inside one
 * process nobody but us finds the newest one again; a job has a new id at each start, and the
 * numbers go on from the restored one.
 */
final class Checkpoints {
  private static final Pattern NUMBERED = Pattern.compile("chk-([0-9]{1,18})");

  private final Path folder;

  Checkpoints(Path folder) {
    this.folder = folder;
  }

  private record Found(Path path, long number) {}

  /** The complete checkpoint with the highest number, of whatever job. */
  Optional<Path> newest() {
    return list(folder).stream()
        .filter(Files::isDirectory)
        .flatMap(job -> complete(job).stream())
        .max(Comparator.comparingLong(Found::number))
        .map(Found::path);
  }

  /** True once that job has a complete checkpoint of its own. */
  boolean isOwn(String job) {
    return !complete(folder.resolve(job)).isEmpty();
  }

  /** Deletes what other jobs left; to be called once the running job {@link #isOwn}. */
  void deleteOthers(String job) {
    for (Path other : list(folder)) {
      if (!other.getFileName().toString().equals(job)) {
        delete(other);
      }
    }
  }

  private static List<Found> complete(Path job) {
    return list(job).stream()
        .filter(path -> Files.isRegularFile(path.resolve("_metadata")))
        .flatMap(path -> number(path).stream().map(n -> new Found(path, n)))
        .toList();
  }

  private static Optional<Long> number(Path path) {
    Matcher matcher = NUMBERED.matcher(path.getFileName().toString());
    return matcher.matches() ? Optional.of(Long.valueOf(matcher.group(1))) : Optional.empty();
  }

  private static List<Path> list(Path path) {
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(path)) {
      return entries.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes a folder and all below it; nothing if it is not there. */
  static void delete(Path path) {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> all = Files.walk(path)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
