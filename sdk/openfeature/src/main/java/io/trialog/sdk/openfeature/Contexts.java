package io.trialog.sdk.openfeature;

import dev.openfeature.sdk.EvaluationContext;
import dev.openfeature.sdk.Value;
import io.trialog.sdk.core.Context;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** From OpenFeature's context to ours. Structures and mixed lists are passed over. */
final class Contexts {
  private Contexts() {}

  static @Nullable String targetingKey(@Nullable EvaluationContext given) {
    return given == null ? null : given.getTargetingKey();
  }

  static Context of(@Nullable EvaluationContext given) {
    Context context = Context.empty();
    if (given == null) {
      return context;
    }
    for (Map.Entry<String, Value> attribute : given.asUnmodifiableMap().entrySet()) {
      context = with(context, attribute.getKey(), attribute.getValue());
    }
    return context;
  }

  private static Context with(Context context, String name, @Nullable Value value) {
    if (value == null || value.isNull() || value.isStructure()) {
      return context;
    }
    if (value.isString()) {
      return context.with(name, value.asString());
    }
    if (value.isBoolean()) {
      return context.with(name, value.asBoolean().booleanValue());
    }
    if (value.isInstant()) {
      return context.with(name, value.asInstant().toString());
    }
    return value.isList()
        ? withSet(context, name, value.asList())
        : withNumber(context, name, value.asObject());
  }

  private static Context withNumber(Context context, String name, Object value) {
    if (value instanceof Integer || value instanceof Long) {
      return context.with(name, ((Number) value).longValue());
    }
    return value instanceof Number number ? context.with(name, number.doubleValue()) : context;
  }

  private static Context withSet(Context context, String name, List<Value> values) {
    Set<String> texts = new HashSet<>();
    for (Value each : values) {
      if (each == null || !each.isString()) {
        return context;
      }
      texts.add(each.asString());
    }
    return context.with(name, texts);
  }
}
