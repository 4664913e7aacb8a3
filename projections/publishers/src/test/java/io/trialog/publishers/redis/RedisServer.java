package io.trialog.publishers.redis;

import io.trialog.publishers.Notes;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/** A real Redis that keeps nothing on disk; {@code ops/bin/test} installs it. */
public final class RedisServer implements AutoCloseable {
  private final int port;
  private final List<String> options;
  private Process process;

  private RedisServer(int port, List<String> options) {
    this.port = port;
    this.options = options;
  }

  /** One on a free port of loopback, with more of the server's own options. */
  public static RedisServer started(String... options) throws IOException {
    RedisServer server = new RedisServer(freePort(), List.of(options));
    server.start();
    return server;
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  void start() throws IOException {
    List<String> command = new ArrayList<>(List.of(program()));
    command.addAll(List.of("--bind", "127.0.0.1", "--port", Integer.toString(port)));
    command.addAll(List.of("--save", "", "--appendonly", "no"));
    command.addAll(options);
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Notes.await("the start of Redis", this::answers);
  }

  private static String program() {
    return Stream.of((System.getenv("PATH") + File.pathSeparator + "/usr/bin").split(":"))
        .map(folder -> Path.of(folder, "redis-server"))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst()
        .orElseThrow(() ->
            new AssertionError(
                "redis-server is missing; Debian or Ubuntu: apt-get install redis-server"));
  }

  private boolean answers() {
    try (Jedis jedis = new Jedis("127.0.0.1", port)) {
      jedis.ping();
      return true;
    } catch (JedisException e) {
      // It asks for a password: it is there.
      return String.valueOf(e.getMessage()).startsWith("NOAUTH");
    }
  }

  /** Where it is. */
  public RedisAddress address(String password) {
    return RedisAddress.of("redis://127.0.0.1:" + port, "", password);
  }

  Jedis client() {
    return new Jedis("127.0.0.1", port);
  }

  void stop() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("Redis does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stop();
  }
}
