package io.trialog.language;

/** Orders about audits. */
public sealed interface AuditCommand extends TrialogCommand {
  /** Writes down that the log is about to be exported, and what for. */
  record RecordExport(String export, String purpose) implements AuditCommand {
    public RecordExport {
      Keys.key("export", export);
      Keys.text("purpose", purpose);
    }

    @Override
    public String stream() {
      return Streams.export(export);
    }
  }
}
