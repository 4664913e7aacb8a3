package io.trialog.sdk.core.targeting;

import io.trialog.sdk.core.json.WellFormed;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One comparison of an attribute (protocol clauses 9.4 to 9.6; 5.3 for {@link #worded}). What is
 * missing or of another type is not met, but {@code not_in} and {@code contains_none} are met by
 * what is missing.
 */
public final class Condition extends Targeting {
  /** Most values of a condition. */
  public static final int MAX_VALUES = 10_000;

  /** Longest value, in UTF-16 code units. */
  public static final int MAX_VALUE = 4_096;

  private static final int MAX_ATTRIBUTE = 1_024;

  /** With more values than these a table finds them. */
  private static final int COMPARED = 8;

  /** What sort of value the attribute must have. */
  public enum Type {
    TEXT("text"),
    /** An IEEE 754 double. */
    NUMBER("number"),
    /** A text of the form of Semantic Versioning 2.0.0, compared by its precedence. */
    VERSION("version"),
    BOOLEAN("boolean"),
    /** A set of texts. */
    SET("set");

    private final String word;

    Type(String word) {
      this.word = word;
    }

    /** The word of the snapshot. */
    public String word() {
      return word;
    }

    /**
     * The type of a word.
     *
     * @throws IllegalArgumentException for any other word
     */
    public static Type of(String word) {
      for (Type type : values()) {
        if (type.word.equals(word)) {
          return type;
        }
      }
      throw new IllegalArgumentException("expected the type text, number, version, boolean or set");
    }
  }

  /** How the attribute is compared. */
  public enum Operator {
    EQUALS("equals", true, Type.TEXT, Type.NUMBER, Type.VERSION, Type.BOOLEAN),
    IN("in", false, Type.TEXT, Type.NUMBER),
    NOT_IN("not_in", false, Type.TEXT),
    PREFIX("prefix", false, Type.TEXT),
    AT_LEAST("at_least", true, Type.NUMBER, Type.VERSION),
    ABOVE("above", true, Type.NUMBER, Type.VERSION),
    AT_MOST("at_most", true, Type.NUMBER, Type.VERSION),
    BELOW("below", true, Type.NUMBER, Type.VERSION),
    CONTAINS_ANY("contains_any", false, Type.SET),
    CONTAINS_ALL("contains_all", false, Type.SET),
    CONTAINS_NONE("contains_none", false, Type.SET);

    private final String word;
    private final boolean single;

    /** The words of the types, each between spaces: an enum holds no list. */
    private final String types;

    Operator(String word, boolean single, Type... types) {
      this.word = word;
      this.single = single;
      StringBuilder words = new StringBuilder(" ");
      for (Type type : types) {
        words.append(type.word).append(' ');
      }
      this.types = words.toString();
    }

    private boolean compares(Type type) {
      return types.contains(" " + type.word + " ");
    }

    /** The word of the snapshot. */
    public String word() {
      return word;
    }

    /**
     * The operator of a word.
     *
     * @throws IllegalArgumentException for any other word
     */
    public static Operator of(String word) {
      for (Operator operator : values()) {
        if (operator.word.equals(word)) {
          return operator;
        }
      }
      throw new IllegalArgumentException("expected an operator such as in or at_least");
    }
  }

  private final String attribute;
  private final @Nullable Type type;
  private final Operator operator;
  private final List<String> values;

  // Derived, for the evaluator.
  private final String[] texts;
  private final int[] hashes;
  private final Set<String> set;
  private final double[] numbers;
  private final boolean truth;

  private Condition(String attribute, @Nullable Type type, Operator operator, List<String> values) {
    // So that a context, in which names are mostly literals too, finds it by identity.
    this.attribute = attribute.intern();
    this.type = type;
    this.operator = operator;
    this.values = values;
    this.texts = values.toArray(new String[0]);
    this.hashes = new int[Math.min(texts.length, COMPARED)];
    for (int i = 0; i < hashes.length; i++) {
      hashes[i] = texts[i].hashCode();
    }
    this.set = new HashSet<>(values);
    this.numbers = type == Type.NUMBER ? numbers(texts) : new double[0];
    this.truth = type == Type.BOOLEAN && texts[0].equals("true");
  }

  private static double[] numbers(String[] texts) {
    double[] numbers = new double[texts.length];
    for (int i = 0; i < texts.length; i++) {
      numbers[i] = Double.parseDouble(texts[i]);
    }
    return numbers;
  }

  /**
   * A condition on an attribute of a type.
   *
   * @param values texts of the type: {@code 12.5}, {@code 2.0.0-rc.1}, {@code true}; their order is
   *     kept in the snapshot
   * @throws IllegalArgumentException naming the rule of protocol clause 9.4 that is broken
   */
  public static Condition of(String attribute, Type type, Operator operator, List<String> values) {
    if (!operator.compares(type)) {
      throw new IllegalArgumentException(
          operator.word + " does not compare a " + type.word + ", on " + shown(attribute));
    }
    int most = operator.single ? 1 : MAX_VALUES;
    if (values.isEmpty() || values.size() > most) {
      throw new IllegalArgumentException(
          "expected 1 to " + most + " values of " + shown(attribute) + ", found " + values.size());
    }
    List<String> copy = checked(attribute, values, MAX_VALUE);
    for (String value : copy) {
      if (!isOf(type, value)) {
        throw new IllegalArgumentException(
            "expected a " + type.word + " as value of " + shown(attribute));
      }
    }
    return new Condition(attribute, type, operator, copy);
  }

  /** A condition on a text. */
  public static Condition onText(String attribute, Operator operator, List<String> values) {
    return of(attribute, Type.TEXT, operator, values);
  }

  /**
   * A condition of format 1: the attribute's text, whatever its type is, is or is not among the
   * values, of which there may be none.
   *
   * @param operator IN or NOT_IN
   */
  public static Condition worded(String attribute, Operator operator, List<String> values) {
    if (operator != Operator.IN && operator != Operator.NOT_IN) {
      throw new IllegalArgumentException("expected the operator in or not_in");
    }
    if (values.size() > MAX_VALUES) {
      throw new IllegalArgumentException(
          "expected at most " + MAX_VALUES + " values, found " + values.size());
    }
    return new Condition(attribute, null, operator, checked(attribute, values, MAX_ATTRIBUTE));
  }

  private static List<String> checked(String attribute, List<String> values, int longest) {
    if (attribute.isEmpty()) {
      throw new IllegalArgumentException("attribute must not be empty");
    }
    WellFormed.text("attribute", attribute, MAX_ATTRIBUTE);
    List<String> copy = List.copyOf(values);
    for (String value : copy) {
      WellFormed.text("value of " + shown(attribute), value, longest);
    }
    return copy;
  }

  private static String shown(String attribute) {
    return attribute.length() <= 80 ? attribute : attribute.substring(0, 80) + "...";
  }

  private static boolean isOf(Type type, String value) {
    switch (type) {
      case TEXT:
      case SET:
        return true;
      case NUMBER:
        return isNumber(value);
      case VERSION:
        return Version.is(value);
      case BOOLEAN:
        return value.equals("true") || value.equals("false");
    }
    throw new IllegalStateException("unknown type " + type);
  }

  /** An optional minus, 1 to 15 digits, and behind a point, if there is one, 1 to 15 digits. */
  private static boolean isNumber(String value) {
    int start = value.startsWith("-") ? 1 : 0;
    int point = value.indexOf('.');
    int end = point < 0 ? value.length() : point;
    return areDigits(value, start, end)
        && (point < 0 || areDigits(value, point + 1, value.length()));
  }

  private static boolean areDigits(String value, int from, int to) {
    for (int i = from; i < to; i++) {
      if (value.charAt(i) < '0' || value.charAt(i) > '9') {
        return false;
      }
    }
    return to - from >= 1 && to - from <= 15;
  }

  public String attribute() {
    return attribute;
  }

  public Operator operator() {
    return operator;
  }

  public List<String> values() {
    return values;
  }

  @Override
  public boolean admits(Attributes attributes) {
    if (type == null) {
      String word = attributes.get(attribute);
      return (word != null && set.contains(word)) == (operator == Operator.IN);
    }
    Object value = attributes.value(attribute);
    if (value == null) {
      return operator == Operator.NOT_IN || operator == Operator.CONTAINS_NONE;
    }
    switch (type) {
      case TEXT:
        return value instanceof String && text((String) value);
      case NUMBER:
        return value instanceof Number && number(((Number) value).doubleValue());
      case VERSION:
        return value instanceof String && version((String) value);
      case BOOLEAN:
        return value instanceof Boolean && (Boolean) value == truth;
      case SET:
        return value instanceof Set && contains((Set<?>) value);
    }
    throw new IllegalStateException("unknown type " + type);
  }

  private boolean text(String value) {
    if (operator != Operator.PREFIX) {
      return among(value) == (operator != Operator.NOT_IN);
    }
    for (String prefix : texts) {
      if (value.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  /** Few values are compared one by one, by their hashes first, which texts remember. */
  private boolean among(String value) {
    if (texts.length > COMPARED) {
      return set.contains(value);
    }
    int hash = value.hashCode();
    for (int i = 0; i < hashes.length; i++) {
      if (hashes[i] == hash && texts[i].equals(value)) {
        return true;
      }
    }
    return false;
  }

  private boolean number(double value) {
    if (operator != Operator.IN) {
      return ordered(value == numbers[0], value > numbers[0], value < numbers[0]);
    }
    for (double number : numbers) {
      if (value == number) {
        return true;
      }
    }
    return false;
  }

  private boolean version(String value) {
    if (!Version.is(value)) {
      return false;
    }
    int order = Version.compare(value, texts[0]);
    return ordered(order == 0, order > 0, order < 0);
  }

  private boolean ordered(boolean equal, boolean greater, boolean less) {
    switch (operator) {
      case AT_LEAST:
        return equal || greater;
      case ABOVE:
        return greater;
      case AT_MOST:
        return equal || less;
      case BELOW:
        return less;
      default:
        return equal;
    }
  }

  private boolean contains(Set<?> given) {
    boolean all = operator == Operator.CONTAINS_ALL;
    for (String text : texts) {
      // One that is missing decides "all"; one that is there decides the other two.
      if (given.contains(text) != all) {
        return operator == Operator.CONTAINS_ANY;
      }
    }
    return operator != Operator.CONTAINS_ANY;
  }

  @Override
  public Map<String, Object> tree() {
    if (type == null) {
      return Map.of("attribute", attribute, "operator", operator.word, "values", values);
    }
    return Map.of(
        "attribute", attribute, "operator", operator.word, "type", type.word, "values", values);
  }

  @Override
  int depth() {
    return 1;
  }

  @Override
  int conditions() {
    return 1;
  }

  @Override
  int parts() {
    return 1;
  }

  @Override
  boolean isWorded() {
    return type == null;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Condition
        && attribute.equals(((Condition) other).attribute)
        && type == ((Condition) other).type
        && operator == ((Condition) other).operator
        && values.equals(((Condition) other).values);
  }

  @Override
  public int hashCode() {
    return Objects.hash(attribute, operator, values);
  }

  @Override
  public String toString() {
    return attribute + " " + operator.word + " " + values;
  }
}
