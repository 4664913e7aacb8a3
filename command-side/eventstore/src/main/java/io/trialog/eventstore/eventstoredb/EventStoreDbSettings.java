package io.trialog.eventstore.eventstoredb;

import io.kurrent.dbclient.KurrentDBClientSettings;
import io.kurrent.dbclient.KurrentDBConnectionString;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Which EventStoreDB, and which streams in it.
 *
 * @param uri {@code esdb://} or {@code kurrentdb://}, also with {@code +discover}, as the client
 *     knows it; node preference (the leader, unless it says otherwise), credentials and TLS stand
 *     in it. A secret when it has a password
 * @param prefix 1 to 32 of a-z and 0-9; two prefixes share a server without seeing each other
 * @param deadline of one call, from 1 ms to 60 s; a call that fails in passing is tried again for
 *     at most three times as long
 */
public record EventStoreDbSettings(String uri, String prefix, Duration deadline) {
  /** The prefix where none is chosen. */
  public static final String PREFIX = "trialog";

  /** The deadline where none is chosen: three of them are less than a command may take. */
  public static final Duration DEADLINE = Duration.ofSeconds(3);

  private static final Pattern SCHEME = Pattern.compile("(esdb|kurrentdb)(\\+discover)?://.+");
  private static final Pattern NAME = Pattern.compile("[a-z0-9]{1,32}");
  private static final Duration LONGEST = Duration.ofSeconds(60);

  public EventStoreDbSettings {
    if (!SCHEME.matcher(uri).matches()) {
      throw new IllegalArgumentException(
          "uri: expected esdb://HOST:PORT or kurrentdb://HOST:PORT, +discover for a cluster");
    }
    if (!NAME.matcher(prefix).matches()) {
      throw new IllegalArgumentException(
          "prefix: expected 1 to 32 of a-z and 0-9, found \"" + prefix + "\"");
    }
    if (deadline.toMillis() < 1 || deadline.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("deadline: expected 1 ms to 60 s, found " + deadline);
    }
  }

  /** The default prefix and deadline. */
  public static EventStoreDbSettings of(String uri) {
    return new EventStoreDbSettings(uri, PREFIX, DEADLINE);
  }

  /** With the user that the server knows, in place of none in the URI. */
  public EventStoreDbSettings withCredentials(String user, String password) {
    String host = uri.substring(uri.indexOf("://") + 3);
    String scheme = uri.substring(0, uri.length() - host.length());
    return new EventStoreDbSettings(
        scheme + encode(user) + ":" + encode(password) + "@" + host, prefix, deadline);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Without the URI, which may hold a password. */
  @Override
  public String toString() {
    return "EventStoreDbSettings[prefix=%s, deadline=%s]".formatted(prefix, deadline);
  }

  KurrentDBClientSettings client() {
    try {
      return KurrentDBConnectionString.parseOrThrow(uri);
    } catch (RuntimeException e) {
      // The parser's message repeats what it read, which may be a password.
      throw new IllegalArgumentException("uri: the client cannot read it; see its documentation");
    }
  }
}
