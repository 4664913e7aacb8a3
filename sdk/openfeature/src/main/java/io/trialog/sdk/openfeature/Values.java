package io.trialog.sdk.openfeature;

import dev.openfeature.sdk.ImmutableStructure;
import dev.openfeature.sdk.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** From a JSON tree to OpenFeature's values. */
final class Values {
  private Values() {}

  static Value of(@Nullable Object tree) {
    if (tree instanceof Map<?, ?> map) {
      Map<String, Value> members = new LinkedHashMap<>();
      map.forEach((name, value) -> members.put(String.valueOf(name), of(value)));
      return new Value(new ImmutableStructure(members));
    }
    if (tree instanceof List<?> list) {
      List<Value> elements = new ArrayList<>();
      list.forEach(each -> elements.add(of(each)));
      return new Value(elements);
    }
    if (tree instanceof String text) {
      return new Value(text);
    }
    if (tree instanceof Boolean truth) {
      return new Value(truth);
    }
    return tree instanceof Number number ? number(number) : new Value();
  }

  private static Value number(Number number) {
    Integer small = Conversion.INTEGER.of(number);
    return small == null ? new Value(number.doubleValue()) : new Value(small);
  }
}
