package io.trialog.guardrails;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Plain JDBC, so that this room needs no framework. */
final class Jdbc {
  private final DataSource source;

  Jdbc(DataSource source) {
    this.source = source;
  }

  interface Work<T extends @Nullable Object> {
    T in(Connection connection) throws SQLException;
  }

  interface RowReader<T> {
    @Nullable T read(ResultSet row) throws SQLException;
  }

  /** All of the work or nothing. */
  <T extends @Nullable Object> T inTransaction(Work<T> work) {
    try (Connection connection = source.getConnection()) {
      connection.setAutoCommit(false);
      try {
        T result = work.in(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true); // pools may hand the connection on
      }
    } catch (SQLException e) {
      throw new GuardrailLedger.LedgerUnavailable(e);
    }
  }

  static int update(Connection connection, String sql, @Nullable Object... arguments)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, arguments);
      return statement.executeUpdate();
    }
  }

  static <T> List<T> rows(
      Connection connection, String sql, RowReader<T> reader, Object... arguments)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, arguments);
      List<T> found = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          T value = reader.read(row);
          if (value != null) {
            found.add(value);
          }
        }
      }
      return found;
    }
  }

  private static void bind(PreparedStatement statement, @Nullable Object... arguments)
      throws SQLException {
    for (int i = 0; i < arguments.length; i++) {
      statement.setObject(i + 1, arguments[i]);
    }
  }
}
