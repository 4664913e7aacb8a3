package io.trialog.http;

/** Where refused accesses are written down. */
@FunctionalInterface
public interface Denials {
  /** Somebody asked for an operation without a role that gives it. Must not throw. */
  void record(Caller caller, String operation, String namespace);
}
