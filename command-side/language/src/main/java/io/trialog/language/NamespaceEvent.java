package io.trialog.language;

/** Facts about namespaces. */
public sealed interface NamespaceEvent extends TrialogEvent {
  /** A namespace exists from here on. */
  record NamespaceCreated(String namespace, String title) implements NamespaceEvent {
    public NamespaceCreated {
      Keys.namespace("namespace", namespace);
      Keys.text("title", title);
    }
  }
}
