package io.trialog.standalone;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import io.trialog.eventstore.EventStore;
import io.trialog.eventstore.JdbcEventStore;
import io.trialog.eventstore.eventstoredb.EventStoreDb;
import io.trialog.eventstore.eventstoredb.EventStoreDbSettings;
import io.trialog.language.log.LogUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Objects;
import org.flywaydb.core.api.FlywayException;

/**
 * Opens the log that was chosen. The data folder remembers which log it belongs to, since its views
 * and its signed audit log were made from it.
 */
final class EventStores {
  /** In the data folder: the identity of the log. */
  static final String IDENTITY = "event-store.id";

  private EventStores() {}

  /** Throws {@link StartRefused} when it does not answer, or is another than the folder's. */
  static EventStore open(EventStoreChoice choice, Path data) {
    refuseOtherKind(choice.kind(), data);
    EventStore store =
        switch (choice.kind()) {
          case H2 -> inDatabase(Databases.eventStore(data));
          case POSTGRESQL -> inPostgresql(choice);
          case EVENTSTOREDB -> inEventStoreDb(choice);
        };
    try {
      remember(store.identity(), data);
      return store;
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private static EventStore inPostgresql(EventStoreChoice choice) {
    try {
      return inDatabase(Databases.postgresql(choice));
    } catch (PoolInitializationException e) {
      throw silent(choice, e);
    } catch (FlywayException e) {
      throw new StartRefused(
          "The tables of the event store %s cannot be brought up to date: %s"
              .formatted(choice.url(), said(e)),
          e);
    }
  }

  private static EventStore inEventStoreDb(EventStoreChoice choice) {
    EventStoreDbSettings settings = EventStoreDbSettings.of(Objects.requireNonNull(choice.url()));
    EventStoreChoice.Credentials credentials = choice.credentials();
    if (!credentials.user().isEmpty()) {
      settings = settings.withCredentials(credentials.user(), credentials.password());
    }
    try {
      return EventStoreDb.open(settings, Clock.systemUTC());
    } catch (LogUnavailable e) {
      throw silent(choice, e);
    }
  }

  private static StartRefused silent(EventStoreChoice choice, RuntimeException e) {
    return new StartRefused(
        "The event store %s does not answer: %s. Is it running, and may %s open it?"
            .formatted(choice.url(), said(e), user(choice)),
        e);
  }

  private static EventStore inDatabase(HikariDataSource database) {
    try {
      return JdbcEventStore.open(database, Clock.systemUTC(), database::close);
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  private static String user(EventStoreChoice choice) {
    String user = choice.credentials().user();
    return user.isEmpty() ? "anybody (TRIALOG_EVENTSTORE_USER is not set)" : user;
  }

  /** What the database said, else what the failure is called. */
  private static String said(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && !(cause instanceof SQLException)) {
      cause = cause.getCause();
    }
    String message = String.valueOf(cause.getMessage()).strip().replaceAll("\\s+", " ");
    return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
  }

  /** Before anything is opened, so that nothing is left behind in the folder. */
  private static void refuseOtherKind(EventStoreChoice.Kind kind, Path data) {
    String known = known(data);
    if (!known.isEmpty() && !known.startsWith(kind.word() + ":")) {
      throw another(data, known, "--event-store=" + kind.word());
    }
  }

  private static void remember(String identity, Path data) {
    String known = known(data);
    if (known.isEmpty() || known.equals("h2:")) {
      write(data.resolve(IDENTITY), identity);
    } else if (!known.equals(identity)) {
      throw another(data, known, identity);
    }
  }

  private static StartRefused another(Path data, String known, String found) {
    return new StartRefused(
        "The data folder %s belongs to the log %s, not to %s: what it has was made from that log."
                .formatted(data, known, found)
            + " Start with its own log, or choose another folder with --data.");
  }

  /** Empty for a new folder; {@code h2:} for one that has a log but not yet its name. */
  private static String known(Path data) {
    Path file = data.resolve(IDENTITY);
    try {
      if (Files.exists(file)) {
        return Files.readString(file).strip();
      }
      return Files.exists(data.resolve("log.mv.db")) ? "h2:" : "";
    } catch (IOException e) {
      throw new StartRefused("The name of the log in " + file + " could not be read: " + e, e);
    }
  }

  private static void write(Path file, String identity) {
    Path fresh = file.resolveSibling(IDENTITY + ".new");
    try {
      Files.writeString(fresh, identity + "\n");
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new StartRefused("The name of the log could not be written to " + file + ": " + e, e);
    }
  }
}
