package io.trialog.sdk.openfeature;

import dev.openfeature.sdk.Value;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** From a JSON tree to one of OpenFeature's types; null when the tree is not of the type. */
@FunctionalInterface
interface Conversion<T> {
  Conversion<Boolean> BOOLEAN = tree -> tree instanceof Boolean truth ? truth : null;
  Conversion<String> STRING = tree -> tree instanceof String text ? text : null;
  Conversion<Long> LONG = Conversion::integer;
  Conversion<Integer> INTEGER = Conversion::small;
  Conversion<Double> DOUBLE = tree -> tree instanceof Number number ? number.doubleValue() : null;
  Conversion<Value> OBJECT =
      tree -> tree instanceof Map || tree instanceof List ? Values.of(tree) : null;

  @Nullable T of(Object tree);

  private static @Nullable Integer small(Object tree) {
    Long integer = integer(tree);
    return integer == null || integer != integer.intValue()
        ? null
        : Integer.valueOf(integer.intValue());
  }

  /** Also of a number such as 1.0, which JSON does not tell from 1. */
  private static @Nullable Long integer(Object tree) {
    if (tree instanceof Long integer) {
      return integer;
    }
    try {
      return tree instanceof BigDecimal number ? number.longValueExact() : null;
    } catch (ArithmeticException e) {
      return null;
    }
  }
}
