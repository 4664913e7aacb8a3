package io.trialog.snapshots.delta;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A piece of JSON text that begins and ends where a comma or an opening bracket does: a member, an
 * element, or the head of an array. Chunks are equal when their bytes are.
 */
final class Chunk {
  final byte[] text;
  final int from;
  final int to;
  private final int depth;
  private final int hash;

  private Chunk(byte[] text, int from, int to, int depth) {
    this.text = text;
    this.from = from;
    this.to = to;
    this.depth = depth;
    int sum = 1;
    for (int at = from; at < to; at++) {
      sum = 31 * sum + text[at];
    }
    this.hash = sum;
  }

  /** All of a text. */
  static Chunk of(byte[] text) {
    return new Chunk(text, 0, text.length, 0);
  }

  int length() {
    return to - from;
  }

  /**
   * Cuts it behind each comma, and behind each bracket that opens, down to a depth of nesting. The
   * pieces are all of it, in order; of a text that is no JSON they are just other pieces.
   */
  List<Chunk> cut(int deepest) {
    List<Chunk> chunks = new ArrayList<>();
    boolean quoted = false;
    int level = depth;
    int begin = from;
    int beginLevel = depth;
    for (int at = from; at < to; at++) {
      byte c = text[at];
      if (quoted) {
        at += c == '\\' ? 1 : 0;
        quoted = c != '"';
        continue;
      }
      boolean opens = c == '{' || c == '[';
      quoted = c == '"';
      level += opens ? 1 : c == '}' || c == ']' ? -1 : 0;
      if ((opens || c == ',') && level <= deepest) {
        chunks.add(new Chunk(text, begin, at + 1, beginLevel));
        begin = at + 1;
        beginLevel = level;
      }
    }
    if (begin < to) {
      chunks.add(new Chunk(text, begin, to, beginLevel));
    }
    return chunks;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Chunk chunk
        && hash == chunk.hash
        && Arrays.equals(text, from, to, chunk.text, chunk.from, chunk.to);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
