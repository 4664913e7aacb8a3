package io.trialog.command.holdout;

import io.trialog.http.Access;
import io.trialog.http.Caller;
import io.trialog.http.Fields;
import io.trialog.language.Grant;
import io.trialog.language.HoldoutDefinition;
import io.trialog.language.HoldoutDefinition.Scope;
import jakarta.servlet.http.HttpServletRequest;

/** A holdout from the members of a body, and who may order it. */
public final class HoldoutReader {
  private HoldoutReader() {}

  /** Reads a holdout. */
  public static HoldoutDefinition read(Fields body) {
    String holdout = body.text("holdout");
    return new HoldoutDefinition(
        holdout,
        body.word("scope", Scope.class),
        body.optionalText("value"),
        body.text("environment", "production"),
        body.text("unit", "user_id"),
        body.decimal("share"),
        body.text("title", holdout));
  }

  /** An admin of the namespace; of everything when the holdout crosses namespaces. */
  public static Caller allowed(
      Access access, HttpServletRequest request, HoldoutDefinition holdout) {
    String value = holdout.value();
    return access.require(
        request, holdout.scope() == Scope.NAMESPACE && value != null ? value : Grant.EVERYWHERE);
  }
}
