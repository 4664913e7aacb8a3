package io.trialog.standalone;

import java.nio.file.Path;

/**
 * What a person chose at start: the data folder, where to listen, whether to play the demo, and how
 * the platform protects itself. {@code port} 0 takes a free one.
 */
record Options(Path data, String host, int port, boolean demo, Safety safety) {
  Options {
    data = data.toAbsolutePath().normalize();
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("--port must be within 0 and 65535; found " + port);
    }
  }

  Options(Path data, String host, int port, boolean demo) {
    this(data, host, port, demo, Safety.DEFAULT);
  }
}
