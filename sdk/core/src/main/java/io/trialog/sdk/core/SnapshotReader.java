package io.trialog.sdk.core;

import io.trialog.sdk.core.SnapshotRefusedException.Reason;
import io.trialog.sdk.core.json.JsonException;
import io.trialog.sdk.core.json.JsonReader;
import io.trialog.sdk.core.note.NoteException;
import io.trialog.sdk.core.note.SignedNote;
import io.trialog.sdk.core.note.VerifierKey;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads snapshots from what a server sent, trusting only the key. Pure functions; any thread.
 *
 * <p>Format 1 has no members beside the ones of the protocol: an SDK that skipped a member it does
 * not know would assign by half of the rules. A server that adds a rule adds a format, and goes on
 * serving the old one to those who ask for it.
 */
public final class SnapshotReader {
  /** Largest note, 16 MiB. */
  public static final int MAX_BYTES = 16 << 20;

  private static final Set<String> SNAPSHOT_MEMBERS =
      Set.of("environment", "experiments", "format", "position", "time");
  private static final Set<String> EXPERIMENT_MEMBERS =
      Set.of(
          "allocation",
          "control",
          "epoch",
          "fallback_unit",
          "key",
          "salt",
          "status",
          "surface",
          "targeting",
          "unit",
          "variants",
          "winner");

  private SnapshotReader() {}

  /**
   * The snapshot of a signed note in its bytes.
   *
   * @throws SnapshotRefusedException with the first check that failed
   */
  public static Snapshot open(byte[] note, VerifierKey key, String environment)
      throws SnapshotRefusedException {
    checkSize(note.length);
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(note))
              .toString();
      return open(text, key, environment);
    } catch (CharacterCodingException e) {
      throw new SnapshotRefusedException(Reason.NOT_UTF8, "the note is not UTF-8", e);
    }
  }

  /**
   * The snapshot of a signed note.
   *
   * @param key of the environment's signer
   * @param environment the one that was asked for; a snapshot of another is refused, although its
   *     signature may be right
   * @throws SnapshotRefusedException with the first check that failed
   */
  public static Snapshot open(String note, VerifierKey key, String environment)
      throws SnapshotRefusedException {
    checkSize(note.length());
    String text = verified(note, key);
    String json = text.substring(0, text.length() - 1);
    if (json.indexOf('\n') >= 0) {
      throw new SnapshotRefusedException(Reason.NOT_A_NOTE, "expected a text of one line");
    }
    Snapshot snapshot = parse(json);
    if (!snapshot.environment().equals(environment)) {
      throw new SnapshotRefusedException(
          Reason.OTHER_ENVIRONMENT,
          "expected a snapshot of " + environment + ", found one of " + snapshot.environment());
    }
    return snapshot;
  }

  private static void checkSize(int size) throws SnapshotRefusedException {
    if (size > MAX_BYTES) {
      throw new SnapshotRefusedException(
          Reason.TOO_LARGE, "expected at most " + MAX_BYTES + " bytes, found " + size);
    }
  }

  private static String verified(String note, VerifierKey key) throws SnapshotRefusedException {
    try {
      return SignedNote.open(note, key);
    } catch (NoteException e) {
      throw new SnapshotRefusedException(reason(e.reason()), e.getMessage(), e);
    }
  }

  private static Reason reason(NoteException.Reason reason) {
    switch (reason) {
      case MALFORMED:
        return Reason.NOT_A_NOTE;
      case NOT_SIGNED_BY_KEY:
        return Reason.NOT_SIGNED_BY_KEY;
      case BAD_SIGNATURE:
        return Reason.BAD_SIGNATURE;
      case ED25519_UNAVAILABLE:
        return Reason.ED25519_UNAVAILABLE;
    }
    throw new IllegalStateException("unknown reason " + reason);
  }

  /**
   * The snapshot of canonical JSON whose origin the caller vouches for: a store of its own, a test.
   *
   * @throws SnapshotRefusedException NOT_CANONICAL, UNKNOWN_FORMAT or INVALID
   */
  public static Snapshot parse(String json) throws SnapshotRefusedException {
    try {
      return snapshot(new Member("snapshot", JsonReader.readCanonical(json)));
    } catch (JsonException e) {
      throw new SnapshotRefusedException(Reason.NOT_CANONICAL, e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new SnapshotRefusedException(Reason.INVALID, e.getMessage(), e);
    }
  }

  private static Snapshot snapshot(Member tree) throws SnapshotRefusedException {
    long format = tree.get("format").integer();
    if (format != Snapshot.FORMAT) {
      throw new SnapshotRefusedException(
          Reason.UNKNOWN_FORMAT, "expected format " + Snapshot.FORMAT + ", found " + format);
    }
    tree.only(SNAPSHOT_MEMBERS);
    List<Experiment> experiments = new ArrayList<>();
    String before = "";
    for (Member element : tree.get("experiments").elements()) {
      Experiment experiment = experiment(element);
      if (experiment.key().compareTo(before) <= 0) {
        throw new IllegalArgumentException("experiments must be sorted by key, each one once");
      }
      before = experiment.key();
      experiments.add(experiment);
    }
    return Snapshot.of(
        tree.get("environment").text(),
        tree.get("position").integer(),
        time(tree.get("time").text()),
        experiments);
  }

  /** Only the very form that the writer writes, so that bytes and model say the same. */
  private static Instant time(String text) {
    try {
      Instant time = Instant.parse(text);
      if (SnapshotWriter.time(time).equals(text)) {
        return time;
      }
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("time must be a UTC time in milliseconds", e);
    }
    throw new IllegalArgumentException("time must be a UTC time in milliseconds");
  }

  private static Experiment experiment(Member tree) {
    tree.only(EXPERIMENT_MEMBERS);
    Experiment.Builder builder =
        Experiment.builder(tree.get("key").text())
            .salt(tree.get("salt").text())
            .surface(tree.get("surface").text())
            .unit(tree.get("unit").text())
            .status(Experiment.Status.of(tree.get("status").text()))
            .epoch(tree.get("epoch").small())
            .control(tree.get("control").text())
            .variants(variants(tree.get("variants")))
            .targeting(conditions(tree.get("targeting")))
            .allocation(ranges(tree.get("allocation")));
    if (tree.has("fallback_unit")) {
      builder.fallbackUnit(tree.get("fallback_unit").text());
    }
    if (tree.has("winner")) {
      builder.winner(tree.get("winner").text());
    }
    return builder.build();
  }

  private static List<Variant> variants(Member tree) {
    List<Variant> variants = new ArrayList<>();
    for (Member element : tree.elements()) {
      element.only(Set.of("key", "payload"));
      String key = element.get("key").text();
      variants.add(Variant.of(key, element.has("payload") ? element.get("payload").text() : null));
    }
    return variants;
  }

  private static List<Condition> conditions(Member tree) {
    List<Condition> conditions = new ArrayList<>();
    for (Member element : tree.elements()) {
      element.only(Set.of("attribute", "operator", "values"));
      List<String> values = new ArrayList<>();
      for (Member value : element.get("values").elements()) {
        values.add(value.text());
      }
      Condition.Operator operator = Condition.Operator.of(element.get("operator").text());
      conditions.add(Condition.of(element.get("attribute").text(), operator, values));
    }
    return conditions;
  }

  private static List<SlotRange> ranges(Member tree) {
    List<SlotRange> ranges = new ArrayList<>();
    for (Member element : tree.elements()) {
      element.only(Set.of("from", "to", "variant"));
      ranges.add(
          SlotRange.of(
              element.get("from").small(),
              element.get("to").small(),
              element.get("variant").text()));
    }
    return ranges;
  }
}
