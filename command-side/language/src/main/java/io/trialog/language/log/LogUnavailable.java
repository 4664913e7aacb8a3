package io.trialog.language.log;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The log does not answer; what was under way may have been stored or not. To be tried again, an
 * order with the same idempotency key.
 */
public final class LogUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** SQL states of a connection that failed, a server that ends, and one without resources. */
  private static final Pattern AWAY = Pattern.compile("08...|57P..|53...|90067|90098|90121");

  private static final int DEPTH = 30;

  public LogUnavailable(String message, Throwable cause) {
    super(message, cause);
  }

  /** The outage among the causes of a failure, whichever engine it is of. */
  public static Optional<LogUnavailable> in(Throwable failure) {
    Throwable cause = failure;
    for (int i = 0; i < DEPTH && cause != null; i++) {
      if (cause instanceof LogUnavailable outage) {
        return Optional.of(outage);
      }
      if (cause instanceof SQLException sql && away(sql)) {
        return Optional.of(new LogUnavailable("the log does not answer: " + sql.getMessage(), sql));
      }
      cause = cause.getCause();
    }
    return Optional.empty();
  }

  private static boolean away(SQLException failure) {
    @Nullable String state = failure.getSQLState();
    return failure instanceof SQLTransientConnectionException
        || (state != null && AWAY.matcher(state).matches());
  }
}
