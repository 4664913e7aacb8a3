package io.trialog.sdk.core;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One condition of an experiment's targeting (protocol clause 5.3): an attribute's text is, or is
 * not, among the values. A missing attribute fails {@code in} and passes {@code not_in}.
 */
public final class Condition {
  /** Most values of a condition. */
  public static final int MAX_VALUES = 10_000;

  /** How the attribute is compared. */
  public enum Operator {
    IN("in"),
    NOT_IN("not_in");

    private final String word;

    Operator(String word) {
      this.word = word;
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
      throw new IllegalArgumentException("expected the operator in or not_in");
    }
  }

  private final String attribute;
  private final Operator operator;
  private final List<String> values;
  private final Set<String> set;

  private Condition(String attribute, Operator operator, List<String> values) {
    this.attribute = attribute;
    this.operator = operator;
    this.values = values;
    this.set = new HashSet<>(values);
  }

  /**
   * A condition.
   *
   * @param values compared as text, exactly; the order is kept in the snapshot
   * @throws IllegalArgumentException for an empty attribute or too many or too long values
   */
  public static Condition of(String attribute, Operator operator, List<String> values) {
    List<String> copy = Keys.atMost("values", values, MAX_VALUES);
    for (String value : copy) {
      Keys.text("value of " + attribute, value, Keys.MAX_TEXT);
    }
    return new Condition(
        Keys.name("attribute", attribute), Objects.requireNonNull(operator, "operator"), copy);
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

  boolean admits(@Nullable String value) {
    return (value != null && set.contains(value)) == (operator == Operator.IN);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Condition
        && attribute.equals(((Condition) other).attribute)
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
