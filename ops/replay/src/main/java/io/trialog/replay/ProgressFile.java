package io.trialog.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/**
 * Keeps the progress of a replay across runs. A reader sees the old state or the new one, never
 * half of one.
 */
final class ProgressFile {

  private final Path path;

  ProgressFile(Path path) {
    this.path = path.toAbsolutePath();
  }

  /** The place given, or the person's state directory by the XDG base directory specification. */
  static ProgressFile of(Plan plan, String fileSha256, Map<String, String> environment) {
    if (!plan.progressFile().isEmpty()) {
      return new ProgressFile(Path.of(plan.progressFile()));
    }
    String stateHome = environment.getOrDefault("XDG_STATE_HOME", "");
    Path home = Path.of(System.getProperty("user.home", "."), ".local", "state");
    Path state = stateHome.isEmpty() ? home : Path.of(stateHome);
    return new ProgressFile(
        state.resolve("trialog").resolve("replay").resolve(plan.identity(fileSha256) + ".json"));
  }

  Path path() {
    return path;
  }

  /** What an earlier run of the same plan left; nothing when there is none or it is unreadable. */
  Progress read(String plan) {
    try {
      return Json.read(Files.readAllBytes(path))
          .filter(JsonObject.class::isInstance)
          .map(json -> Progress.of((JsonObject) json, plan))
          .orElseGet(() -> Progress.none(plan));
    } catch (IOException e) {
      return Progress.none(plan);
    }
  }

  void write(Progress progress) throws ReplayFailure {
    try {
      Path folder = path.getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Path next = path.resolveSibling(path.getFileName() + ".next");
      Files.write(next, progress.json().toString().getBytes(UTF_8));
      Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw ReplayFailure.failed("cannot write the progress file %s: %s".formatted(path, e));
    }
  }
}
