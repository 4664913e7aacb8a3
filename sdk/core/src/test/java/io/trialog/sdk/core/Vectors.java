package io.trialog.sdk.core;

import io.trialog.sdk.core.json.JsonException;
import io.trialog.sdk.core.json.JsonReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The conformance vectors that every SDK reads. */
final class Vectors {
  private Vectors() {}

  static Path folder() {
    return Path.of(System.getProperty("trialog.root"), "sdk", "conformance");
  }

  static Object read(String file) {
    try {
      return JsonReader.read(Files.readString(folder().resolve(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (JsonException e) {
      throw new IllegalStateException(file, e);
    }
  }

  @SuppressWarnings("unchecked") // The vector files are ours; a wrong shape fails the test.
  static List<List<Object>> rows(Object value) {
    return (List<List<Object>>) value;
  }

  @SuppressWarnings("unchecked") // As above.
  static List<Map<String, Object>> cases(Object value) {
    return (List<Map<String, Object>>) value;
  }
}
