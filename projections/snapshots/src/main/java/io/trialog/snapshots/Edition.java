package io.trialog.snapshots;

import io.trialog.sdk.core.note.NoteSigner;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What an environment serves at one position. It is written and signed by the first reader who
 * takes it, on that reader's thread, and by nobody when nobody does: most positions are replaced
 * before anyone has asked.
 */
final class Edition {
  private final String environment;
  private final long position;
  private final Supplier<NoteSigner> signers;
  private @Nullable NoteSigner signer;
  private @Nullable Directory state;
  private @Nullable PublishedSnapshot signed;

  Edition(Directory state, String environment, Supplier<NoteSigner> signers) {
    this.environment = environment;
    this.position = state.position();
    this.signers = signers;
    this.state = state;
  }

  long position() {
    return position;
  }

  /**
   * The same one for every reader, as long as the keys are the same; the others wait for the first.
   */
  synchronized PublishedSnapshot snapshot() {
    NoteSigner now = signers.get();
    PublishedSnapshot made = signed;
    if (made != null && now != signer) {
      made = made.signedBy(now);
    } else if (made == null) {
      Directory from = state;
      if (from == null) {
        throw new IllegalStateException("an edition has its state until it is signed");
      }
      made = Snapshots.sign(from, environment, now);
      state = null;
    }
    signed = made;
    signer = now;
    return made;
  }
}
