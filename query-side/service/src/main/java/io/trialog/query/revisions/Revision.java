package io.trialog.query.revisions;

import io.trialog.language.Design;
import io.trialog.snapshots.EventReference;
import java.util.Objects;

/**
 * A design from one event on.
 *
 * @param number sequence of the event in its stream: the revision that its order was answered with
 */
public record Revision(long number, EventReference event, Design design) {
  public Revision {
    Objects.requireNonNull(event);
    Objects.requireNonNull(design);
  }
}
