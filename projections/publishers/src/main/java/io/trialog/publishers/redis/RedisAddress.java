package io.trialog.publishers.redis;

import java.net.URI;
import java.net.URISyntaxException;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;

/**
 * Where Redis is, and as whom we speak to it.
 *
 * @param host name or address
 * @param port 1 to 65,535
 * @param database its number, 0 unless said
 * @param tls whether the connection is encrypted and the server's certificate checked
 * @param user empty for the server's default user
 * @param password empty where the server asks nobody; never shown
 */
public record RedisAddress(
    String host, int port, int database, boolean tls, String user, String password) {
  private static final int USUAL_PORT = 6_379;
  private static final int CONNECT_MILLIS = 2_000;
  private static final int ANSWER_MILLIS = 5_000;

  /**
   * Reads {@code redis://host[:port][/database]}, or {@code rediss:} for TLS.
   *
   * @throws IllegalArgumentException for another text; it does not repeat a secret
   */
  public static RedisAddress of(String url, String user, String password) {
    URI uri = uri(url);
    String scheme = uri.getScheme();
    if (uri.getHost() == null || !("redis".equals(scheme) || "rediss".equals(scheme))) {
      throw unlike("found " + (uri.getRawUserInfo() == null ? url : "one with a user in it"));
    }
    if (uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "--redis must have no user and password, since others can read it; set"
              + " TRIALOG_REDIS_USER and TRIALOG_REDIS_PASSWORD, or give --redis-password-file");
    }
    int port = uri.getPort() < 0 ? USUAL_PORT : uri.getPort();
    return new RedisAddress(
        uri.getHost(), port, database(uri), "rediss".equals(scheme), user, password);
  }

  private static URI uri(String url) {
    try {
      return new URI(url);
    } catch (URISyntaxException e) {
      // Without the cause, which repeats the text.
      throw unlike("found a text that is no URL");
    }
  }

  private static int database(URI uri) {
    String path = uri.getPath() == null ? "" : uri.getPath();
    if (path.isEmpty() || path.equals("/")) {
      return 0;
    }
    if (!path.matches("/[0-9]{1,4}") || uri.getQuery() != null) {
      throw unlike("found the path " + path);
    }
    return Integer.parseInt(path.substring(1));
  }

  private static IllegalArgumentException unlike(String found) {
    return new IllegalArgumentException(
        "--redis must look like redis://127.0.0.1:6379, rediss: for TLS; " + found);
  }

  HostAndPort place() {
    return new HostAndPort(host, port);
  }

  JedisClientConfig config() {
    DefaultJedisClientConfig.Builder config =
        DefaultJedisClientConfig.builder()
            .connectionTimeoutMillis(CONNECT_MILLIS)
            .socketTimeoutMillis(ANSWER_MILLIS)
            .database(database)
            .ssl(tls)
            .clientName("trialog-snapshots");
    if (!user.isEmpty()) {
      config.user(user);
    }
    if (!password.isEmpty()) {
      config.password(password);
    }
    return config.build();
  }

  /** Without the credentials. */
  @Override
  public String toString() {
    return host + ":" + port;
  }
}
