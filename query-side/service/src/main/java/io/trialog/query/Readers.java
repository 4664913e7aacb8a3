package io.trialog.query;

import io.trialog.http.Access;
import io.trialog.http.Caller;
import io.trialog.language.Keys;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Role;
import io.trialog.snapshots.Directory;
import io.trialog.snapshots.Experiment;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may read what: people with a role in a namespace, never a program that only assigns. */
public final class Readers {
  private static final Role[] ROLES = {Role.VIEWER, Role.EXPERIMENTER, Role.APPROVER, Role.AUDITOR};
  private static final Set<Role> ANY = Set.of(ROLES);

  private final Access access;

  Readers(Access access) {
    this.access = access;
  }

  /** The caller, when they may read at least one namespace; else 403. */
  public Caller anywhere(HttpServletRequest request) {
    return access.requireAnywhere(request, ROLES);
  }

  /** The caller, when they may read this namespace; else 403. */
  public Caller in(HttpServletRequest request, String namespace) {
    return access.require(request, namespace, ROLES);
  }

  /** The caller, when they may read this namespace, or any when none is named; else 403. */
  public Caller inOrAnywhere(HttpServletRequest request, @Nullable String namespace) {
    return namespace == null
        ? anywhere(request)
        : in(request, Keys.namespace("namespace", namespace));
  }

  /** Whether the caller may read this namespace. */
  public static boolean mayRead(Caller caller, String namespace) {
    return caller.may(ANY, namespace);
  }

  /**
   * An experiment that the caller of this request may read: 404 when there is none, 403 without a
   * role in its namespace.
   */
  public Experiment experiment(HttpServletRequest request, Directory directory, String key) {
    anywhere(request);
    Keys.key("experiment", key);
    Experiment found = directory.experiments().get(key);
    if (found == null) {
      throw new Refused(new Refusal.NotFound("experiment", key));
    }
    in(request, found.design().namespace());
    return found;
  }
}
