package io.trialog.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Passwords that are neither options nor in URLs, since others can read those. */
final class Passwords {
  private Passwords() {}

  /** From the file, if there is one, else from the variable; empty where there is none. */
  static String of(String server, @Nullable Path file, String variable) {
    if (file == null) {
      return System.getenv().getOrDefault(variable, "");
    }
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new StartRefused("The password of " + server + " could not be read: " + e, e);
    }
  }
}
