package io.trialog.eventstore.contract;

import io.trialog.eventstore.contract.StoreUnderTest.Cut;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;

/**
 * A database whose connection can fail at a commit, as if it were cut: before the commit reached
 * the database, which then rolls back, or after, when only the answer is lost.
 */
public final class CuttableDatabase {
  private final DataSource database;
  private final AtomicReference<Cut> next = new AtomicReference<>();

  public CuttableDatabase(DataSource database) {
    this.database = database;
  }

  /** The database with connections that can be cut. */
  public DataSource cuttable() {
    return proxy(
        DataSource.class,
        (proxy, method, arguments) -> {
          Object result = invoke(database, method, arguments);
          return result instanceof Connection connection ? cuttable(connection) : result;
        });
  }

  /** Once, for whichever connection commits next. */
  public void cutNextCommit(Cut when) {
    next.set(when);
  }

  /** Whether the cut that was asked for last has happened. */
  public boolean wasCut() {
    return next.get() == null;
  }

  private Connection cuttable(Connection connection) {
    return proxy(
        Connection.class,
        (proxy, method, arguments) -> {
          Cut cut = method.getName().equals("commit") ? next.getAndSet(null) : null;
          if (cut == Cut.BEFORE_IT_TOOK_EFFECT) {
            connection.rollback();
            throw new SQLException("the connection was cut", "08006");
          }
          Object result = invoke(connection, method, arguments);
          if (cut == Cut.AFTER_IT_TOOK_EFFECT) {
            throw new SQLException("the connection was cut", "08006");
          }
          return result;
        });
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
