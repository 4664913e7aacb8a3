package io.trialog.language;

/** Why an order about access is refused. */
public sealed interface AccessRefusal extends Refusal {
  /** Who proposed it cannot be the second administrator. */
  record SecondAdministratorRequired(String subject, String actor) implements AccessRefusal {
    @Override
    public String code() {
      return "second_administrator_required";
    }

    @Override
    public String sentence() {
      return "\"%s\" proposed %s; another administrator must approve it.".formatted(actor, subject);
    }

    @Override
    public boolean recorded() {
      return true;
    }
  }

  /** There is nothing that waits for an approval. */
  record NothingProposed(String subject) implements AccessRefusal {
    @Override
    public String code() {
      return "nothing_proposed";
    }

    @Override
    public String sentence() {
      return "Nothing of " + subject + " waits for an approval.";
    }
  }

  /** What is asked for is so already. */
  record NothingChanges(String subject) implements AccessRefusal {
    @Override
    public String code() {
      return "nothing_changes";
    }

    @Override
    public String sentence() {
      return "What is asked of " + subject + " is so already.";
    }
  }

  /** The member has the role already, or it waits for an approval. */
  record RoleAlreadyGranted(String holder, Grant grant) implements AccessRefusal {
    @Override
    public Kind kind() {
      return Kind.CONFLICT;
    }

    @Override
    public String code() {
      return "role_already_granted";
    }

    @Override
    public String sentence() {
      return "\"%s\" has the role %s in %s already, or it waits for an approval."
          .formatted(holder, grant.role().word(), grant.namespace());
    }
  }

  /** A role that the member does not have cannot be taken. */
  record RoleNotGranted(String holder, Grant grant) implements AccessRefusal {
    @Override
    public String code() {
      return "role_not_granted";
    }

    @Override
    public String sentence() {
      return "\"%s\" does not have the role %s in %s."
          .formatted(holder, grant.role().word(), grant.namespace());
    }
  }
}
