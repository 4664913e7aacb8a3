package io.trialog.publishers.redis;

import io.trialog.publishers.OutletException;
import io.trialog.publishers.SnapshotOutlet;
import io.trialog.sdk.core.SnapshotReader;
import io.trialog.sdk.core.SnapshotRefusedException;
import io.trialog.snapshots.PublishedSnapshot;
import io.trialog.snapshots.SnapshotKeys;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Snapshots in Redis: the key {@code trialog:snapshot:<environment>} holds the signed note, and its
 * position goes to the channel {@code trialog:snapshots:<environment>} in the same step.
 *
 * <p>A script in Redis compares positions, so that of two publishers neither moves the key
 * backwards. It takes the position from the note as it stands there. A note there that says it is
 * newer is believed only if our key signed it: otherwise whoever can write to Redis could stop the
 * key for good.
 */
public final class RedisSnapshots implements SnapshotOutlet {
  private static final Logger LOG = LoggerFactory.getLogger(RedisSnapshots.class);
  private static final int ATTEMPTS = 3;

  /** KEYS: the note's. ARGV: note, position, channel. Answers put, same or newer. */
  private static final byte[] PUT =
      utf8(
          """
          local held = redis.call('GET', KEYS[1])
          if held == ARGV[1] then return 'same' end
          if held then
            local break_at = string.find(held, '\\n', 1, true)
            local line = break_at and string.sub(held, 1, break_at - 1) or ''
            -- Position and time end the line; a pattern over all of it would hold Redis up.
            local position = string.match(string.sub(line, -80), '"position":(%d+),"time":"[^"]*"}$')
            if position and tonumber(position) > tonumber(ARGV[2]) then return 'newer' end
          end
          redis.call('SET', KEYS[1], ARGV[1])
          redis.call('PUBLISH', ARGV[3], ARGV[2])
          return 'put'
          """);

  /** As above, and ARGV[4]: the SHA-1 of what is to be replaced. Answers put or changed. */
  private static final byte[] REPLACE =
      utf8(
          """
          if redis.sha1hex(redis.call('GET', KEYS[1]) or '') ~= ARGV[4] then return 'changed' end
          redis.call('SET', KEYS[1], ARGV[1])
          redis.call('PUBLISH', ARGV[3], ARGV[2])
          return 'put'
          """);

  private final RedisAddress address;
  private final SnapshotKeys keys;
  private @Nullable Jedis connection;

  /** Does not connect yet. */
  public RedisSnapshots(RedisAddress address, SnapshotKeys keys) {
    this.address = address;
    this.keys = keys;
  }

  /** Where the note of an environment is. */
  public static String key(String environment) {
    return "trialog:snapshot:" + environment;
  }

  /** Where the positions of an environment's new notes are told. */
  public static String channel(String environment) {
    return "trialog:snapshots:" + environment;
  }

  @Override
  public String name() {
    return "redis";
  }

  @Override
  public synchronized void put(PublishedSnapshot newest) {
    try {
      put(connected(), newest);
    } catch (JedisConnectionException e) {
      disconnect();
      throw new OutletException(
          "Redis at %s does not answer: %s".formatted(address, e.getMessage()), e);
    } catch (JedisException e) {
      disconnect();
      throw refused(e);
    }
  }

  private OutletException refused(JedisException e) {
    String words = String.valueOf(e.getMessage());
    boolean access = e instanceof JedisAccessControlException || words.startsWith("NOAUTH");
    String advice =
        access
            ? "; look at TRIALOG_REDIS_USER, and TRIALOG_REDIS_PASSWORD or --redis-password-file"
            : "";
    return new OutletException("Redis at %s refuses: %s%s".formatted(address, words, advice), e);
  }

  private Jedis connected() {
    Jedis open = connection;
    if (open == null) {
      open = new Jedis(address.place(), address.config());
      connection = open;
    }
    return open;
  }

  private void disconnect() {
    Jedis open = connection;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (JedisException e) {
        LOG.debug("the connection to Redis did not close well", e);
      }
    }
  }

  private void put(Jedis redis, PublishedSnapshot newest) {
    byte[] key = utf8(key(newest.environment()));
    List<byte[]> arguments =
        List.of(
            utf8(newest.note()),
            utf8(Long.toString(newest.position())),
            utf8(channel(newest.environment())));
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (!answer(redis.eval(PUT, List.of(key), arguments)).equals("newer")) {
        return;
      }
      byte[] held = redis.get(key);
      if (held != null && isGenuine(held, newest.environment())) {
        return;
      }
      if (held != null && replaced(redis, key, arguments, held)) {
        LOG.warn("redis held a note of {} that we did not sign; replaced", newest.environment());
        return;
      }
    }
    throw new OutletException(
        "Redis at %s holds other notes of %s than ours, again and again"
            .formatted(address, newest.environment()),
        null);
  }

  private boolean isGenuine(byte[] note, String environment) {
    try {
      SnapshotReader.open(note, keys.signer(environment).verifierKey(), environment);
      return true;
    } catch (SnapshotRefusedException e) {
      return false;
    }
  }

  private static boolean replaced(Jedis redis, byte[] key, List<byte[]> arguments, byte[] held) {
    List<byte[]> more =
        List.of(arguments.get(0), arguments.get(1), arguments.get(2), utf8(sha1(held)));
    return answer(redis.eval(REPLACE, List.of(key), more)).equals("put");
  }

  private static String answer(Object reply) {
    return reply instanceof byte[] bytes
        ? new String(bytes, StandardCharsets.UTF_8)
        : String.valueOf(reply);
  }

  private static String sha1(byte[] bytes) {
    try {
      return java.util.HexFormat.of()
          .formatHex(java.security.MessageDigest.getInstance("SHA-1").digest(bytes));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must have SHA-1", e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public synchronized void close() {
    disconnect();
  }
}
