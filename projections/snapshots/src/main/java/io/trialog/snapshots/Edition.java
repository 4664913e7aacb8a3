package io.trialog.snapshots;

import io.trialog.sdk.core.note.NoteSigner;
import org.jspecify.annotations.Nullable;

/**
 * What an environment serves at one position. It is written and signed by the first reader who
 * takes it, on that reader's thread, and by nobody when nobody does: most positions are replaced
 * before anyone has asked.
 */
final class Edition {
  private final String environment;
  private final long position;
  private final NoteSigner signer;
  private @Nullable Directory state;
  private @Nullable PublishedSnapshot signed;

  Edition(Directory state, String environment, NoteSigner signer) {
    this.environment = environment;
    this.position = state.position();
    this.signer = signer;
    this.state = state;
  }

  long position() {
    return position;
  }

  /** The same one for every reader; the others wait for the first. */
  synchronized PublishedSnapshot snapshot() {
    PublishedSnapshot made = signed;
    if (made == null) {
      Directory from = state;
      if (from == null) {
        throw new IllegalStateException("an edition has its state until it is signed");
      }
      made = Snapshots.sign(from, environment, signer);
      signed = made;
      state = null;
    }
    return made;
  }
}
