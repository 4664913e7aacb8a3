package io.trialog.language;

/** Facts about one holdout. */
public sealed interface HoldoutEvent extends TrialogEvent {
  /** The holdout that the fact is about. */
  String holdout();

  /** Its subjects are out of what it covers from here on. */
  record HoldoutCreated(HoldoutDefinition definition) implements HoldoutEvent {
    public HoldoutCreated {
      Keys.require("definition", definition);
    }

    @Override
    public String holdout() {
      return definition.holdout();
    }
  }

  /** Its subjects may be in experiments again. */
  record HoldoutEnded(String holdout) implements HoldoutEvent {
    public HoldoutEnded {
      Keys.key("holdout", holdout);
    }
  }
}
