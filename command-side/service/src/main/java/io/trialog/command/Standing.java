package io.trialog.command;

import io.trialog.language.Role;

/**
 * What a credential gives at this moment, by the log; for command handlers, which take it as a
 * parameter. Thread-safe; blocking.
 */
public interface Standing {
  /**
   * Whether the holder still has the role, or admin, in the namespace by this credential.
   *
   * @param credential as in the metadata of an event: {@code token:<id>}, which is then neither
   *     revoked nor expired, or {@code oidc}, where the holder's member stream counts; any other
   *     gives nothing
   * @param namespace one namespace, or {@code *} for all of them
   */
  boolean holds(String credential, String holder, Role role, String namespace);
}
