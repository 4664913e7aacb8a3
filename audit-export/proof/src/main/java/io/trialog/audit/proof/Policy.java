package io.trialog.audit.proof;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Whom the auditor trusts (c2sp.org/tlog-policy), kept by the auditor and never taken from a
 * bundle.
 *
 * <pre>{@code
 * # our production log
 * log audit.example.com/prod+7b1f9c4e+AZ...
 * log audit.example.com/prod/export+02d4a1b8+AX...
 * witness w1 witness.example/w1+0f3a9c11+BF...
 * quorum w1
 * }</pre>
 *
 * <p><b>The export key.</b> A bundle's MANIFEST is signed by another key than its checkpoint. It is
 * written as a second {@code log} line, whose name is the log's origin followed by {@code /export}.
 * The format has no line for application keys, other tools refuse words they do not know, and a key
 * inside a comment would be a trap; so the pair stays readable for every C2SP tool. Here such a key
 * is accepted for MANIFEST alone and never for a checkpoint.
 *
 * <p>Immutable. At most 1,024 lines; Ed25519 keys only.
 */
public final class Policy {

  /** What follows the origin in the name of its export key. */
  public static final String EXPORT_SUFFIX = "/export";

  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_LINES = 1024;
  private static final String NONE = "none";
  private static final Pattern BLANKS = Pattern.compile("[ \t]+");

  private record Group(int threshold, List<String> members) {}

  private final Map<String, VerifierKey> logs = new LinkedHashMap<>();
  private final Map<String, VerifierKey> witnesses = new HashMap<>();
  private final Map<String, Group> groups = new HashMap<>();
  private final Set<String> grouped = new HashSet<>();
  private String quorum = "";

  private Policy() {}

  /** Parses strictly. Throws {@link MalformedException} with the number of the line. */
  public static Policy parse(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new MalformedException("a policy has at most " + MAX_BYTES + " bytes");
    }
    String text = StrictText.utf8(bytes);
    if (text.chars().anyMatch(c -> (c < ' ' && c != '\n' && c != '\t') || c == 0x7f)) {
      throw new MalformedException("a policy has no control characters but tab and line feed");
    }
    if (!text.endsWith("\n")) {
      throw new MalformedException("the last line of a policy ends in a line feed");
    }
    String[] lines = text.split("\n", MAX_LINES + 2);
    if (lines.length > MAX_LINES) {
      throw new MalformedException("a policy has at most " + MAX_LINES + " lines");
    }
    Policy policy = new Policy();
    for (int i = 0; i < lines.length; i++) {
      policy.readNumbered(i + 1, lines[i]);
    }
    return policy.checked();
  }

  /**
   * The text of a policy that trusts one log, its export key and no witnesses.
   *
   * @param comments one line each, without line feeds
   */
  public static String textFor(List<String> comments, VerifierKey log, VerifierKey export) {
    StringBuilder text = new StringBuilder();
    comments.forEach(comment -> text.append("# ").append(comment).append('\n'));
    text.append("log ").append(log.vkey()).append('\n');
    text.append("log ").append(export.vkey()).append('\n');
    return text.append("quorum none\n").toString();
  }

  private void readNumbered(int number, String line) {
    String[] words = BLANKS.split(line.replaceAll("^[ \t]+|[ \t]+$", ""));
    if (words[0].isEmpty() || words[0].startsWith("#")) {
      return;
    }
    try {
      read(words);
    } catch (MalformedException e) {
      throw new MalformedException("policy line " + number + ": " + e.rule());
    }
  }

  private void read(String[] words) {
    switch (words[0]) {
      case "log" -> readLog(words);
      case "witness" -> readWitness(words);
      case "group" -> readGroup(words);
      case "quorum" -> readQuorum(words);
      default -> throw new MalformedException("unknown word " + StrictText.quote(words[0]));
    }
  }

  private static void require(boolean fact, String rule) {
    if (!fact) {
      throw new MalformedException(rule);
    }
  }

  private void readLog(String[] words) {
    require(words.length == 2 || words.length == 3, "a log line is: log <vkey> [<url>]");
    VerifierKey key = VerifierKey.parse(words[1]);
    require(key.kind() == VerifierKey.Kind.NOTE, "a log key has signature type 0x01");
    require(
        logs.values().stream().noneMatch(key::samePublicKey),
        "the same public key on two log lines");
    require(logs.putIfAbsent(key.name(), key) == null, "two log lines for " + key.name());
  }

  private void readWitness(String[] words) {
    require(
        words.length == 3 || words.length == 4, "a witness line is: witness <name> <vkey> [<url>]");
    VerifierKey key = VerifierKey.parse(words[2]);
    require(key.kind() == VerifierKey.Kind.COSIGNATURE, "a witness key has signature type 0x04");
    require(
        witnesses.values().stream().noneMatch(key::samePublicKey),
        "the same public key on two witness lines");
    requireNewName(words[1]);
    witnesses.put(words[1], key);
  }

  private void requireNewName(String name) {
    require(!name.equals(NONE), "the name none is reserved");
    require(!isDefined(name), StrictText.quote(name) + " is defined twice");
  }

  private boolean isDefined(String name) {
    return witnesses.containsKey(name) || groups.containsKey(name);
  }

  private void readGroup(String[] words) {
    require(words.length >= 4, "a group line is: group <name> <k>|any|all <member>...");
    requireNewName(words[1]);
    List<String> members = List.of(words).subList(3, words.length);
    for (String member : members) {
      require(isDefined(member), StrictText.quote(member) + " is not defined above");
      require(grouped.add(member), StrictText.quote(member) + " is a member twice");
    }
    groups.put(words[1], new Group(threshold(words[2], members.size()), List.copyOf(members)));
  }

  private static int threshold(String word, int members) {
    long count =
        switch (word) {
          case "any" -> 1;
          case "all" -> members;
          default -> StrictText.count(word, "the threshold");
        };
    require(count >= 1 && count <= members, "the threshold is 1 to the number of members");
    return (int) count;
  }

  private void readQuorum(String[] words) {
    require(words.length == 2, "a quorum line is: quorum <name>");
    require(quorum.isEmpty(), "a policy has one quorum line");
    require(
        words[1].equals(NONE) || isDefined(words[1]),
        StrictText.quote(words[1]) + " is not defined above");
    quorum = words[1];
  }

  private Policy checked() {
    require(!quorum.isEmpty(), "policy without a quorum line (for no witnesses: quorum none)");
    require(!origins().isEmpty(), "policy without a log line");
    return this;
  }

  /** The logs whose checkpoints are accepted; export keys are not among them. */
  public List<String> origins() {
    List<String> origins = new ArrayList<>();
    for (String name : logs.keySet()) {
      if (!isExportKey(name)) {
        origins.add(name);
      }
    }
    return List.copyOf(origins);
  }

  private boolean isExportKey(String name) {
    return name.endsWith(EXPORT_SUFFIX)
        && logs.containsKey(name.substring(0, name.length() - EXPORT_SUFFIX.length()));
  }

  /** The key that must sign the checkpoints of this log. */
  public Optional<VerifierKey> logKey(String origin) {
    return isExportKey(origin) ? Optional.empty() : Optional.ofNullable(logs.get(origin));
  }

  /** The key that must sign the manifests of exports of this log. */
  public Optional<VerifierKey> exportKey(String origin) {
    return logKey(origin).map(key -> logs.get(origin + EXPORT_SUFFIX));
  }

  /** Whether witnesses are required at all. */
  public boolean needsWitnesses() {
    return !quorum.equals(NONE);
  }

  /** Whether the witnesses that the quorum asks for have cosigned this checkpoint. */
  public boolean isWitnessed(Note checkpoint) {
    return !needsWitnesses() || isWitnessedBy(quorum, checkpoint);
  }

  // Ends: a group's members stand above it in the file, so there are no circles.
  private boolean isWitnessedBy(String name, Note checkpoint) {
    VerifierKey witness = witnesses.get(name);
    if (witness != null) {
      return checkpoint.signedBy(witness);
    }
    Group group = groups.get(name);
    if (group == null) {
      throw new IllegalStateException("the parser let an undefined name through: " + name);
    }
    long count =
        group.members().stream().filter(member -> isWitnessedBy(member, checkpoint)).count();
    return count >= group.threshold();
  }
}
