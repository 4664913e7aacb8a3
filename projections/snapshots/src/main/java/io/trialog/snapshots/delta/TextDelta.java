package io.trialog.snapshots.delta;

import io.trialog.sdk.core.SnapshotDelta;
import io.trialog.sdk.core.SnapshotDelta.Part;
import io.trialog.sdk.core.note.SignedNote;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds what of a snapshot's text was there before. Time and memory grow with the length of the two
 * texts, whatever is in them.
 *
 * <p>Both texts are cut into chunks: the members of the snapshot and the elements of its arrays,
 * that is, experiments and flags. A chunk that the base has, too, is copied from there, wherever it
 * stands. One that it has not is compared with the base's chunk at the same place: first by cutting
 * both into their own members and elements, then by the bytes that they have in common at the begin
 * and the end. So a ramp costs a few numbers and not an experiment, and neither an experiment that
 * comes nor one that goes makes others differ. The alternative that lost, block hashes as in rsync,
 * knows no structure, and the experiments of a team resemble each other block by block.
 */
public final class TextDelta {
  /** Copies of fewer bytes than a range takes to write are inserted. */
  private static final int SHORTEST_COPY = 20;

  /** Members of the snapshot and their elements. */
  private static final int COARSE = 2;

  /** Members of an element and their elements. */
  private static final int FINE = 4;

  /** Bytes of the target and where the base has them; {@code base} is -1 where it has not. */
  private record Step(int from, int to, int base) {
    boolean isCopy() {
      return base >= 0;
    }

    @Nullable Step with(Step next) {
      boolean goesOn = isCopy() ? next.base == base + to - from : !next.isCopy();
      return goesOn ? new Step(from, next.to, base) : null;
    }
  }

  private final byte[] target;
  private final List<Step> steps = new ArrayList<>();

  private TextDelta(byte[] target) {
    this.target = target;
  }

  /**
   * The data of the event that brings a reader of one note to another; empty when a whole snapshot
   * is not longer.
   *
   * @param from position of the base
   */
  public static Optional<byte[]> between(long from, byte[] baseNote, byte[] note) {
    byte[] text = SignedNote.textBytes(note);
    List<Part> parts = parts(SignedNote.textBytes(baseNote), text);
    if (parts.size() > SnapshotDelta.MAX_PARTS) {
      return Optional.empty();
    }
    String block =
        new String(note, text.length, note.length - text.length, StandardCharsets.UTF_8).strip();
    byte[] data = new SnapshotDelta(from, parts, block).data();
    return data.length < note.length ? Optional.of(data) : Optional.empty();
  }

  /** The parts that make the target of the base; both are UTF-8, the target is not empty. */
  public static List<Part> parts(byte[] base, byte[] target) {
    TextDelta delta = new TextDelta(target);
    delta.match(Chunk.of(base), Chunk.of(target), COARSE);
    return delta.written();
  }

  private void match(Chunk was, Chunk is, int deepest) {
    List<Chunk> before = was.cut(deepest);
    List<Chunk> after = is.cut(deepest);
    int same = 0;
    while (same < Math.min(before.size(), after.size())
        && before.get(same).equals(after.get(same))) {
      copy(after.get(same), before.get(same).from);
      same++;
    }
    int end = 0;
    while (end < Math.min(before.size(), after.size()) - same
        && before.get(before.size() - 1 - end).equals(after.get(after.size() - 1 - end))) {
      end++;
    }
    align(
        before.subList(same, before.size() - end),
        after.subList(same, after.size() - end),
        deepest);
    for (int i = end; i > 0; i--) {
      copy(after.get(after.size() - i), before.get(before.size() - i).from);
    }
  }

  /** The middle, which differs at its begin and at its end. */
  private void align(List<Chunk> before, List<Chunk> after, int deepest) {
    Map<Chunk, Deque<Integer>> places = new HashMap<>();
    for (int i = 0; i < before.size(); i++) {
      places.computeIfAbsent(before.get(i), chunk -> new ArrayDeque<>()).add(i);
    }
    Set<Chunk> kept = new HashSet<>(after);
    int next = 0;
    for (Chunk chunk : after) {
      Deque<Integer> found = places.get(chunk);
      if (found != null) {
        // The last place stays, for a chunk that stands there more often than before.
        int place = found.size() > 1 ? found.remove() : found.element();
        copy(chunk, before.get(place).from);
        next = place + 1;
      } else if (next < before.size() && !kept.contains(before.get(next))) {
        refine(before.get(next), chunk, deepest);
        next++;
      } else {
        insert(chunk.from, chunk.to);
      }
    }
  }

  private void refine(Chunk was, Chunk is, int deepest) {
    if (deepest < FINE) {
      match(was, is, FINE);
    } else {
      ends(was, is);
    }
  }

  private void ends(Chunk was, Chunk is) {
    int most = Math.min(was.length(), is.length());
    int begin = 0;
    while (begin < most && was.text[was.from + begin] == is.text[is.from + begin]) {
      begin++;
    }
    while (begin > 0 && begin < is.length() && isInside(is.text[is.from + begin])) {
      begin--;
    }
    int end = 0;
    while (end < most - begin && was.text[was.to - 1 - end] == is.text[is.to - 1 - end]) {
      end++;
    }
    while (end > 0 && isInside(is.text[is.to - end])) {
      end--;
    }
    steps.add(new Step(is.from, is.from + begin, was.from));
    insert(is.from + begin, is.to - end);
    steps.add(new Step(is.to - end, is.to, was.to - end));
  }

  /** Whether a byte goes on with a character. */
  private static boolean isInside(byte utf8) {
    return (utf8 & 0xc0) == 0x80;
  }

  private void copy(Chunk chunk, int base) {
    steps.add(new Step(chunk.from, chunk.to, base));
  }

  private void insert(int from, int to) {
    steps.add(new Step(from, to, -1));
  }

  private List<Part> written() {
    List<Step> worthwhile = new ArrayList<>();
    for (Step step : joined(steps)) {
      boolean tooShort = step.to - step.from < SHORTEST_COPY;
      worthwhile.add(tooShort ? new Step(step.from, step.to, -1) : step);
    }
    List<Part> parts = new ArrayList<>();
    for (Step step : joined(worthwhile)) {
      parts.add(
          step.isCopy()
              ? Part.range(step.base, step.base + step.to - step.from)
              : Part.text(
                  new String(target, step.from, step.to - step.from, StandardCharsets.UTF_8)));
    }
    return parts;
  }

  /** Neighbours that go on where the one before ends, as one; empty ones are left out. */
  private static List<Step> joined(List<Step> steps) {
    List<Step> joined = new ArrayList<>();
    for (Step step : steps) {
      Step both = joined.isEmpty() ? null : joined.getLast().with(step);
      if (both != null) {
        joined.set(joined.size() - 1, both);
      } else if (step.to > step.from) {
        joined.add(step);
      }
    }
    return joined;
  }
}
