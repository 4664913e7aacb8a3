package io.trialog.language;

/** Orders about one flag. */
public sealed interface FlagCommand extends TrialogCommand {
  /** The flag that the order is about. */
  String flag();

  @Override
  default String stream() {
    return Streams.flag(flag());
  }

  /** Writes a flag down; it is disabled until somebody enables it. */
  record CreateFlag(FlagDefinition definition) implements FlagCommand {
    public CreateFlag {
      Keys.require("definition", definition);
    }

    @Override
    public String flag() {
      return definition.flag();
    }
  }

  /** Replaces what the flag is; it serves it at once when it is enabled. */
  record ReviseFlag(FlagDefinition definition) implements FlagCommand {
    public ReviseFlag {
      Keys.require("definition", definition);
    }

    @Override
    public String flag() {
      return definition.flag();
    }
  }

  /** Begins to serve it; after a kill this needs a reason. */
  record EnableFlag(String flag) implements FlagCommand {
    public EnableFlag {
      Keys.key("flag", flag);
    }
  }

  /** Gives everybody the off variant. */
  record DisableFlag(String flag) implements FlagCommand {
    public DisableFlag {
      Keys.key("flag", flag);
    }
  }

  /** Gives everybody the off variant because of harm; needs a reason. */
  record KillFlag(String flag) implements FlagCommand {
    public KillFlag {
      Keys.key("flag", flag);
    }
  }

  /** Puts the flag away, for good. */
  record ArchiveFlag(String flag) implements FlagCommand {
    public ArchiveFlag {
      Keys.key("flag", flag);
    }
  }
}
