package io.trialog.language;

/** Orders about namespaces. */
public sealed interface NamespaceCommand extends TrialogCommand {
  /** Opens a namespace for an org's team. */
  record CreateNamespace(String namespace, String title) implements NamespaceCommand {
    public CreateNamespace {
      Keys.namespace("namespace", namespace);
      Keys.text("title", title);
    }

    @Override
    public String stream() {
      return Streams.namespace(namespace);
    }
  }
}
