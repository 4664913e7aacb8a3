package io.trialog.language;

/** Orders about one holdout. */
public sealed interface HoldoutCommand extends TrialogCommand {
  /** The holdout that the order is about. */
  String holdout();

  @Override
  default String stream() {
    return Streams.holdout(holdout());
  }

  /** Begins to keep subjects out. */
  record CreateHoldout(HoldoutDefinition definition) implements HoldoutCommand {
    public CreateHoldout {
      Keys.require("definition", definition);
    }

    @Override
    public String holdout() {
      return definition.holdout();
    }
  }

  /** Lets them in again, for good. */
  record EndHoldout(String holdout) implements HoldoutCommand {
    public EndHoldout {
      Keys.key("holdout", holdout);
    }
  }
}
