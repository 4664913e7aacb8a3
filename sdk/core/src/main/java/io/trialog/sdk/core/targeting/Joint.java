package io.trialog.sdk.core.targeting;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Expressions joined: all of them, any of them, or not the one. */
final class Joint extends Targeting {
  enum Kind {
    ALL("all"),
    ANY("any"),
    NOT("not");

    final String word;

    Kind(String word) {
      this.word = word;
    }
  }

  /** Here and not in the superclass, whose initialisation must not wait for this class. */
  static final Joint EVERYBODY = new Joint(Kind.ALL, List.of());

  final Kind kind;
  final List<Targeting> parts;
  private final Targeting[] asked;

  /** The only part, if it decides alone. */
  private final @Nullable Targeting lone;

  private final int depth;
  private final int conditions;
  private final int size;

  Joint(Kind kind, List<? extends Targeting> parts) {
    this.kind = kind;
    this.parts = List.copyOf(parts);
    this.asked = this.parts.toArray(new Targeting[0]);
    this.lone = asked.length == 1 && kind != Kind.NOT ? asked[0] : null;
    int deepest = 0;
    int leaves = 0;
    int all = 1;
    for (Targeting part : asked) {
      deepest = Math.max(deepest, part.depth());
      leaves += part.conditions();
      all += part.parts();
    }
    this.depth = 1 + deepest;
    this.conditions = leaves;
    this.size = all;
  }

  @Override
  public boolean admits(Attributes attributes) {
    if (lone != null) {
      return lone.admits(attributes);
    }
    // Any part that holds ends "any", any that does not ends "all" and decides "not".
    boolean ends = kind == Kind.ANY;
    for (Targeting part : asked) {
      if (part.admits(attributes) == ends) {
        return kind != Kind.ALL;
      }
    }
    return kind == Kind.ALL;
  }

  @Override
  public Map<String, Object> tree() {
    if (kind == Kind.NOT) {
      return Map.of(kind.word, asked[0].tree());
    }
    List<Object> trees = new ArrayList<>();
    for (Targeting part : asked) {
      trees.add(part.tree());
    }
    return Map.of(kind.word, trees);
  }

  @Override
  int depth() {
    return depth;
  }

  @Override
  int conditions() {
    return conditions;
  }

  @Override
  int parts() {
    return size;
  }

  @Override
  boolean isWorded() {
    for (Targeting part : asked) {
      if (part.isWorded()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Joint
        && kind == ((Joint) other).kind
        && parts.equals(((Joint) other).parts);
  }

  @Override
  public int hashCode() {
    return kind.word.hashCode() * 31 + parts.hashCode();
  }

  @Override
  public String toString() {
    return kind.word + parts;
  }
}
