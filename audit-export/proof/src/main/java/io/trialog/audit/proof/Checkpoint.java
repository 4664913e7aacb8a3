package io.trialog.audit.proof;

/**
 * The text of a signed tree head (c2sp.org/tlog-checkpoint): origin, size, root, one line each.
 *
 * <p>Extension lines are refused although the format allows them: nobody audits them, so they are a
 * place to hide.
 *
 * @param origin identity of the log; also the name of its key
 * @param size number of leaves, 0 to 2^53-1
 * @param root RFC 6962 root over these leaves
 */
public record Checkpoint(String origin, long size, Hash root) {

  public Checkpoint {
    VerifierKey.requireKeyName(origin);
    if (size < 0 || size > Json.MAX_INTEGER) {
      throw new MalformedException("a tree has 0 to 2^53-1 leaves, not " + size);
    }
    if (size == 0 && !root.equals(Merkle.emptyRoot())) {
      throw new MalformedException("the root of the empty tree is SHA-256 of nothing");
    }
  }

  /** The text to sign. */
  public String text() {
    return origin + "\n" + size + "\n" + root.base64() + "\n";
  }

  /** Parses the text of a note. Throws {@link MalformedException}. */
  public static Checkpoint parse(Note note) {
    String[] lines = note.text().split("\n", -1);
    if (lines.length != 4) {
      throw new MalformedException(
          "a checkpoint has the lines origin, size and root, found " + (lines.length - 1));
    }
    return new Checkpoint(
        lines[0], StrictText.count(lines[1], "the tree size"), Hash.fromBase64(lines[2]));
  }
}
