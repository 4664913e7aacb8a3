package io.trialog.snapshots;

/** A namespace, and the event that created it. */
public record Namespace(String namespace, String title, EventReference created) {}
