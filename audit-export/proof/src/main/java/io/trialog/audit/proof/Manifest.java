package io.trialog.audit.proof;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of the note MANIFEST: what a bundle holds, file by file.
 *
 * <pre>{@code
 * experiment-audit-export/v1
 * audit.example.com/prod
 * 0 1000000
 * <64 hex digits>  checkpoint
 * <64 hex digits>  events.ndjson
 * ...
 * }</pre>
 *
 * <p>The third line is the range of leaf indexes, end excluded. From the fourth on the lines are
 * what {@code sha256sum} prints, sorted by path; MANIFEST does not list itself.
 *
 * @param origin the log's identity
 * @param size leaves in the bundle, which begins at leaf 0
 * @param hashes SHA-256 of each file by its path
 */
public record Manifest(String origin, long size, SortedMap<String, Hash> hashes) {

  /** The file's own name. */
  public static final String FILE = "MANIFEST";

  static final int MAX_FILES = 200_000;

  private static final String FORMAT = "experiment-audit-export/v1";
  private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  (.+)");
  private static final Pattern PATH =
      Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");
  private static final int MAX_PATH = 200;

  public Manifest {
    VerifierKey.requireKeyName(origin);
    hashes = Collections.unmodifiableSortedMap(new TreeMap<>(hashes));
    if (hashes.size() > MAX_FILES) {
      throw new MalformedException("a manifest lists at most " + MAX_FILES + " files");
    }
    for (String path : hashes.keySet()) {
      if (!isSafePath(path) || path.equals(FILE)) {
        throw new MalformedException("a manifest does not list " + StrictText.quote(path));
      }
    }
  }

  /**
   * Whether a path stays below the folder it is resolved against, on any system: plain ASCII parts
   * divided by slashes, none of which begins with a dot.
   */
  public static boolean isSafePath(String path) {
    return path.length() <= MAX_PATH && PATH.matcher(path).matches();
  }

  /** The text to sign. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(FORMAT).append('\n').append(origin).append("\n0 ").append(size).append('\n');
    for (Map.Entry<String, Hash> file : hashes.entrySet()) {
      text.append(file.getValue().hex()).append("  ").append(file.getKey()).append('\n');
    }
    return text.toString();
  }

  /** Parses the text of a note. Throws {@link MalformedException}. */
  public static Manifest parse(Note note) {
    String[] lines = note.text().split("\n", MAX_FILES + 5);
    if (lines.length < 4 || !lines[0].equals(FORMAT)) {
      throw new MalformedException("a manifest begins with " + FORMAT + ", origin and range");
    }
    if (!lines[2].startsWith("0 ")) {
      throw new MalformedException("the range begins at 0, found " + StrictText.quote(lines[2]));
    }
    long size = StrictText.count(lines[2].substring(2), "the end of the range");
    TreeMap<String, Hash> hashes = new TreeMap<>();
    for (int i = 3; i < lines.length - 1; i++) {
      Matcher line = LINE.matcher(lines[i]);
      if (!line.matches()
          || (!hashes.isEmpty() && hashes.lastKey().compareTo(line.group(2)) >= 0)) {
        throw new MalformedException(
            "manifest line " + (i + 1) + " is not a sha256sum line in order of paths");
      }
      hashes.put(line.group(2), Hash.fromHex(line.group(1)));
    }
    return new Manifest(lines[1], size, hashes);
  }
}
