package io.trialog.language;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Whom an experiment or a rule is for: conditions on attributes, joined by all, any and not.
 *
 * <p>A condition on a missing attribute, or on one of another type, is false; {@code not_in} and
 * {@code contains_none} are true when the attribute is missing. {@code not} is plain negation, all
 * of nothing is true, any of nothing is false.
 */
public sealed interface Targeting {
  /** Deepest nesting; a lone condition has depth 1. */
  int MAX_DEPTH = 8;

  /** Most conditions of one expression. */
  int MAX_CONDITIONS = 200;

  /** Everybody. */
  Targeting EVERYBODY = new All(List.of());

  /** Nesting; a condition has 1. */
  int depth();

  /** How many conditions there are. */
  int conditions();

  /** This expression, when it is within the bounds; else refuses, naming the field. */
  static Targeting bounded(String field, Targeting targeting) {
    Keys.require(field, targeting);
    if (targeting.depth() > MAX_DEPTH) {
      throw new InvalidValue(field, "must be at most " + MAX_DEPTH + " deep");
    }
    if (targeting.conditions() > MAX_CONDITIONS) {
      throw new InvalidValue(field, "must have at most " + MAX_CONDITIONS + " conditions");
    }
    return targeting;
  }

  /** Holds when all parts hold. */
  record All(List<Targeting> parts) implements Targeting {
    public All {
      parts = List.copyOf(Keys.require("all", parts));
    }

    @Override
    public int depth() {
      return Targeting.depthOf(parts);
    }

    @Override
    public int conditions() {
      return Targeting.conditionsOf(parts);
    }
  }

  /** Holds when one part holds. */
  record Any(List<Targeting> parts) implements Targeting {
    public Any {
      parts = List.copyOf(Keys.require("any", parts));
    }

    @Override
    public int depth() {
      return Targeting.depthOf(parts);
    }

    @Override
    public int conditions() {
      return Targeting.conditionsOf(parts);
    }
  }

  /** Holds when the part does not. */
  record Not(Targeting part) implements Targeting {
    public Not {
      Keys.require("not", part);
    }

    @Override
    public int depth() {
      return 1 + part.depth();
    }

    @Override
    public int conditions() {
      return part.conditions();
    }
  }

  /** What sort of value an attribute has. */
  enum Type {
    /** Compared exactly, as Unicode text. */
    TEXT,
    /** An IEEE 754 double. */
    NUMBER,
    /** Semantic Versioning 2.0.0, compared by its precedence. */
    VERSION,
    /** {@code true} or {@code false}. */
    BOOLEAN,
    /** A set of texts, such as the segments that a subject is in. */
    SET;

    /** The lower-case word used in JSON. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How an attribute is compared. */
  enum Operator {
    EQUALS,
    IN,
    NOT_IN,
    PREFIX,
    AT_LEAST,
    ABOVE,
    AT_MOST,
    BELOW,
    CONTAINS_ANY,
    CONTAINS_ALL,
    CONTAINS_NONE;

    /** The lower-case word used in JSON. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    boolean compares(Type type) {
      return switch (this) {
        case EQUALS -> type != Type.SET;
        case IN -> type == Type.TEXT || type == Type.NUMBER;
        case NOT_IN, PREFIX -> type == Type.TEXT;
        case AT_LEAST, ABOVE, AT_MOST, BELOW -> type == Type.NUMBER || type == Type.VERSION;
        case CONTAINS_ANY, CONTAINS_ALL, CONTAINS_NONE -> type == Type.SET;
      };
    }

    /** Whether there is exactly one value to compare with. */
    boolean takesOne() {
      return switch (this) {
        case EQUALS, AT_LEAST, ABOVE, AT_MOST, BELOW -> true;
        case IN, NOT_IN, PREFIX, CONTAINS_ANY, CONTAINS_ALL, CONTAINS_NONE -> false;
      };
    }
  }

  /** One comparison; {@code values} are texts of the attribute's type. */
  record Condition(String attribute, Type type, Operator operator, List<String> values)
      implements Targeting {
    private static final int VALUES_LIMIT = 200;
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,15}(?:\\.\\d{1,15})?");

    /** Of a pre-release: a number without a leading zero, or something that is no number. */
    private static final String IDENTIFIER = "(?:0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)";

    private static final Pattern VERSION =
        Pattern.compile(
            "(?:0|[1-9]\\d{0,8})\\.(?:0|[1-9]\\d{0,8})\\.(?:0|[1-9]\\d{0,8})"
                + "(?:-"
                + IDENTIFIER
                + "(?:\\."
                + IDENTIFIER
                + ")*)?"
                + "(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?");

    public Condition {
      Keys.key("targeting.attribute", attribute);
      Keys.require("targeting.type", type);
      Keys.require("targeting.operator", operator);
      if (!operator.compares(type)) {
        throw new InvalidValue(
            "targeting.operator", operator.word() + " does not compare a " + type.word());
      }
      values = List.copyOf(Keys.require("targeting.values", values));
      int most = operator.takesOne() ? 1 : VALUES_LIMIT;
      if (values.isEmpty() || values.size() > most) {
        throw new InvalidValue("targeting.values", "must have 1 to " + most + " values");
      }
      for (String value : values) {
        check(type, Keys.bounded("targeting.values", value));
      }
    }

    /** A condition on a text, the type that needs no saying. */
    public static Condition onText(String attribute, Operator operator, List<String> values) {
      return new Condition(attribute, Type.TEXT, operator, values);
    }

    @Override
    public int depth() {
      return 1;
    }

    @Override
    public int conditions() {
      return 1;
    }

    private static void check(Type type, String value) {
      boolean good =
          switch (type) {
            case TEXT, SET -> true;
            case NUMBER ->
                NUMBER.matcher(value).matches() && new BigDecimal(value).precision() <= 15;
            case VERSION -> VERSION.matcher(value).matches() && value.length() <= 128;
            case BOOLEAN -> value.equals("true") || value.equals("false");
          };
      if (!good) {
        throw new InvalidValue(
            "targeting.values", "must be a " + type.word() + "; found \"" + value + "\"");
      }
    }
  }

  private static int depthOf(List<Targeting> parts) {
    return 1 + parts.stream().mapToInt(Targeting::depth).max().orElse(0);
  }

  private static int conditionsOf(List<Targeting> parts) {
    return parts.stream().mapToInt(Targeting::conditions).sum();
  }
}
