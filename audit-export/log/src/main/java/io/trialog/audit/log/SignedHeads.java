package io.trialog.audit.log;

import io.trialog.audit.proof.Checkpoint;
import io.trialog.audit.proof.Frontier;
import io.trialog.audit.proof.Note;
import java.util.HashMap;
import java.util.Map;

/** Heads that are known to have been signed, to be met by the tree on its way up. */
final class SignedHeads {

  private final AuditKeys keys;
  private final long size;
  private final Map<Long, Checkpoint> bySize = new HashMap<>();

  /** {@code size} is the number of leaves the log holds now. */
  SignedHeads(AuditKeys keys, long size) {
    this.keys = keys;
    this.size = size;
  }

  void add(String where, Note note) {
    Checkpoint head = LeafStore.head(note);
    if (!note.signedBy(keys.logKey()) || !head.origin().equals(keys.origin())) {
      throw new AuditDefect(
          "the checkpoint "
              + where
              + " is of "
              + head.origin()
              + " and not signed by the present key of "
              + keys.origin()
              + " ("
              + keys.logKey().keyIdHex()
              + ")");
    }
    if (head.size() > size) {
      throw new AuditDefect(
          "refusing to sign: the audit log has "
              + size
              + " leaves, but a tree of "
              + head.size()
              + " was signed ("
              + where
              + "). The database is older than what has been published; restore it in full");
    }
    Checkpoint other = bySize.putIfAbsent(head.size(), head);
    if (other != null && !other.equals(head)) {
      throw new AuditDefect("two roots were signed for the tree of size " + head.size());
    }
  }

  void compare(Frontier tree) {
    Checkpoint head = bySize.get(tree.size());
    if (head != null && !head.root().equals(tree.root())) {
      throw new AuditDefect(
          "refusing to sign: the first "
              + head.size()
              + " leaves of the audit log have root "
              + tree.root()
              + ", but root "
              + head.root()
              + " was signed");
    }
  }
}
