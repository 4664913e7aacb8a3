package io.trialog.language;

/** Facts about one flag. */
public sealed interface FlagEvent extends TrialogEvent {
  /** The flag that the fact is about. */
  String flag();

  /** The flag exists from here on, disabled. */
  record FlagCreated(FlagDefinition definition) implements FlagEvent {
    public FlagCreated {
      Keys.require("definition", definition);
    }

    @Override
    public String flag() {
      return definition.flag();
    }
  }

  /** The flag is this from here on; whether it is enabled stays as it was. */
  record FlagRevised(FlagDefinition definition) implements FlagEvent {
    public FlagRevised {
      Keys.require("definition", definition);
    }

    @Override
    public String flag() {
      return definition.flag();
    }
  }

  /** It is served from here on. */
  record FlagEnabled(String flag) implements FlagEvent {
    public FlagEnabled {
      Keys.key("flag", flag);
    }
  }

  /** Everybody gets the off variant from here on. */
  record FlagDisabled(String flag) implements FlagEvent {
    public FlagDisabled {
      Keys.key("flag", flag);
    }
  }

  /** Everybody gets the off variant from here on, because of harm. */
  record FlagKilled(String flag) implements FlagEvent {
    public FlagKilled {
      Keys.key("flag", flag);
    }
  }

  /** The flag is put away: nobody is served it any more, and nothing changes it. */
  record FlagArchived(String flag) implements FlagEvent {
    public FlagArchived {
      Keys.key("flag", flag);
    }
  }
}
