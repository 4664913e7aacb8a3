package io.trialog.standalone;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where the log is kept, as a person chose it.
 *
 * @param url of the database or cluster, without secrets; null for the embedded one
 */
record EventStoreChoice(Kind kind, @Nullable String url, Credentials credentials) {
  /** The engines, by the names of the option. */
  enum Kind {
    H2,
    POSTGRESQL,
    EVENTSTOREDB;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The embedded database in the data folder. */
  static final EventStoreChoice EMBEDDED =
      new EventStoreChoice(Kind.H2, null, new Credentials("", ""));

  /** Who opens the log; empty where the server asks nobody. Never shown. */
  record Credentials(String user, String password) {
    @Override
    public String toString() {
      return "credentials";
    }
  }

  EventStoreChoice {
    if (kind == Kind.H2 && url != null) {
      throw new IllegalArgumentException(
          "--event-store-url is for postgresql and eventstoredb; h2 is kept in --data");
    }
    if (kind != Kind.H2 && url == null) {
      throw new IllegalArgumentException(
          "--event-store=%s needs --event-store-url, such as %s"
              .formatted(kind.word(), example(kind)));
    }
    if (url != null) {
      requireUrl(kind, url);
    }
  }

  /**
   * What the options say.
   *
   * @throws IllegalArgumentException for what cannot be, with what to write instead
   */
  static EventStoreChoice of(String word, @Nullable String url, Credentials credentials) {
    for (Kind kind : Kind.values()) {
      if (kind.word().equals(word)) {
        return new EventStoreChoice(kind, url, credentials);
      }
    }
    String known = Arrays.stream(Kind.values()).map(Kind::word).collect(Collectors.joining(", "));
    throw new IllegalArgumentException(
        "--event-store must be one of %s; found %s".formatted(known, word));
  }

  private static void requireUrl(Kind kind, String url) {
    boolean fits =
        switch (kind) {
          case H2 -> false;
          case POSTGRESQL -> url.startsWith("jdbc:postgresql://");
          case EVENTSTOREDB -> url.matches("(esdb|kurrentdb)(\\+discover)?://.+");
        };
    if (!fits) {
      throw new IllegalArgumentException(
          "--event-store-url for %s must look like %s; found %s"
              .formatted(kind.word(), example(kind), withoutQuery(url)));
    }
    if (hasSecret(url)) {
      throw new IllegalArgumentException(
          "--event-store-url must have no user and password, since others can read it; set"
              + " TRIALOG_EVENTSTORE_USER and TRIALOG_EVENTSTORE_PASSWORD, or give"
              + " --event-store-password-file");
    }
  }

  private static boolean hasSecret(String url) {
    String host = url.substring(url.indexOf("://") + 3).split("[/?]", 2)[0];
    return host.contains("@") || url.matches("(?i).*[?&](user|password|sslpassword)=.*");
  }

  private static String example(Kind kind) {
    return kind == Kind.POSTGRESQL
        ? "jdbc:postgresql://127.0.0.1:5432/trialog"
        : "esdb://127.0.0.1:2113?tls=false";
  }

  private static String withoutQuery(String url) {
    String text = url.replaceAll("//[^/]*@", "//");
    int query = text.indexOf('?');
    return query < 0 ? text : text.substring(0, query);
  }
}
