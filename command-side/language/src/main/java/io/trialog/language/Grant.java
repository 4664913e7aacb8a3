package io.trialog.language;

/** A role in one namespace, or in all of them ({@code *}). */
public record Grant(Role role, String namespace) {
  /** The namespace that means all of them. */
  public static final String EVERYWHERE = "*";

  public Grant {
    Keys.require("roles.role", role);
    Keys.require("roles.namespace", namespace);
    if (!namespace.equals(EVERYWHERE)) {
      Keys.namespace("roles.namespace", namespace);
    }
  }

  /** Whether this gives the role in the namespace. */
  public boolean covers(Role wanted, String inNamespace) {
    return role == wanted && (namespace.equals(EVERYWHERE) || namespace.equals(inNamespace));
  }
}
