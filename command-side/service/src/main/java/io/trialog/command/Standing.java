package io.trialog.command;

import io.trialog.language.Role;

/** What people may do right now, as the log has it. Thread-safe; may block. */
public interface Standing {
  /**
   * Whether the holder has the role in the namespace at this moment: by the token {@code
   * credential}, if it is still good.
   */
  boolean holds(String credential, String holder, Role role, String namespace);
}
