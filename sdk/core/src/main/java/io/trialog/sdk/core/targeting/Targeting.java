package io.trialog.sdk.core.targeting;

import io.trialog.sdk.core.json.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whom something is for (protocol clause 9.4): conditions, joined by all, any and not. Immutable;
 * any thread; asking neither allocates nor throws.
 */
public abstract class Targeting {
  /** Deepest nesting; a lone condition has depth 1. */
  public static final int MAX_DEPTH = 8;

  /** Most conditions of an expression. */
  public static final int MAX_CONDITIONS = 1_000;

  /** Most joints and conditions together. */
  public static final int MAX_PARTS = 10_000;

  // Conditions and joints only.
  Targeting() {}

  /** Everybody: all of nothing. */
  public static Targeting everybody() {
    return Joint.EVERYBODY;
  }

  /** Holds when all parts hold. */
  public static Targeting all(List<? extends Targeting> parts) {
    return new Joint(Joint.Kind.ALL, parts);
  }

  /** Holds when one part holds. */
  public static Targeting any(List<? extends Targeting> parts) {
    return new Joint(Joint.Kind.ANY, parts);
  }

  /** Holds when the part does not. */
  public static Targeting not(Targeting part) {
    return new Joint(Joint.Kind.NOT, List.of(part));
  }

  /** Whether it holds for these attributes. */
  public abstract boolean admits(Attributes attributes);

  /** The tree as a snapshot of format 2 writes it. */
  public abstract Map<String, Object> tree();

  abstract int depth();

  abstract int conditions();

  abstract int parts();

  abstract boolean isWorded();

  /**
   * This expression, if a snapshot of format 2 can carry it.
   *
   * @throws IllegalArgumentException for a bound that is exceeded or a condition of format 1
   */
  public final Targeting typed(String what) {
    atMost(what, "levels", depth(), MAX_DEPTH);
    atMost(what, "conditions", conditions(), MAX_CONDITIONS);
    atMost(what, "parts", parts(), MAX_PARTS);
    if (isWorded()) {
      throw new IllegalArgumentException(what + " must have conditions with a type");
    }
    return this;
  }

  private static void atMost(String what, String parts, int found, int limit) {
    if (found > limit) {
      throw new IllegalArgumentException(
          what + " may have " + limit + " " + parts + ", found " + found);
    }
  }

  /**
   * The conditions of format 1, which all must hold.
   *
   * @throws IllegalArgumentException when this says more than format 1 can
   */
  public final List<Condition> worded(String what) {
    List<Condition> conditions = new ArrayList<>();
    boolean plain = this instanceof Joint && ((Joint) this).kind == Joint.Kind.ALL;
    if (plain) {
      for (Targeting part : ((Joint) this).parts) {
        if (part instanceof Condition && part.isWorded()) {
          conditions.add((Condition) part);
        } else {
          plain = false;
        }
      }
    }
    if (!plain) {
      throw new IllegalArgumentException(what + " says more than format 1 can");
    }
    return conditions;
  }

  /**
   * Reads the tree of format 2.
   *
   * @throws IllegalArgumentException naming the part that breaks a rule of protocol clause 9.4
   */
  public static Targeting read(String what, Member tree) {
    return read(what, tree, 1).typed(what);
  }

  private static Targeting read(String what, Member tree, int depth) {
    atMost(what, "levels", depth, MAX_DEPTH);
    for (Joint.Kind kind : Joint.Kind.values()) {
      if (tree.has(kind.word)) {
        tree.only(Set.of(kind.word));
        return joint(what, kind, tree.get(kind.word), depth);
      }
    }
    tree.only(Set.of("attribute", "operator", "type", "values"));
    List<String> values = new ArrayList<>();
    for (Member value : tree.get("values").elements()) {
      values.add(value.text());
    }
    return Condition.of(
        tree.get("attribute").text(),
        Condition.Type.of(tree.get("type").text()),
        Condition.Operator.of(tree.get("operator").text()),
        values);
  }

  private static Targeting joint(String what, Joint.Kind kind, Member tree, int depth) {
    List<Targeting> parts = new ArrayList<>();
    if (kind == Joint.Kind.NOT) {
      parts.add(read(what, tree, depth + 1));
    } else {
      for (Member element : tree.elements()) {
        parts.add(read(what, element, depth + 1));
      }
    }
    return new Joint(kind, parts);
  }
}
