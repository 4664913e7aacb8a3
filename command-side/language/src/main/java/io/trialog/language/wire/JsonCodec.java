package io.trialog.language.wire;

import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import jakarta.json.bind.JsonbConfig;
import jakarta.json.bind.JsonbException;
import jakarta.json.bind.adapter.JsonbAdapter;
import jakarta.json.bind.config.PropertyNamingStrategy;
import jakarta.json.bind.config.PropertyVisibilityStrategy;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * JSON of the language: snake_case, record components only, decimals as text (no float ever enters
 * the log), enums as lower-case words. Thread-safe.
 *
 * <p>Reads what this platform wrote; bodies of strangers go through the strict reader of the HTTP
 * room first, because JSON-B accepts damaged numbers, duplicate members and missing ones silently.
 */
public final class JsonCodec {
  private static final Jsonb JSONB = JsonbBuilder.create(config());

  private JsonCodec() {}

  /** The shared, configured JSON-B. */
  public static Jsonb jsonb() {
    return JSONB;
  }

  /** UTF-8 JSON of a value, by its run-time class. */
  public static byte[] encode(Object value) {
    return JSONB.toJson(value, value.getClass()).getBytes(StandardCharsets.UTF_8);
  }

  /** The reverse of {@link #encode}; throws {@link JsonbException} on what is not such a value. */
  public static <T> T decode(byte[] json, Class<T> type) {
    return JSONB.fromJson(new String(json, StandardCharsets.UTF_8), type);
  }

  private static JsonbConfig config() {
    return new JsonbConfig()
        .withPropertyNamingStrategy(PropertyNamingStrategy.LOWER_CASE_WITH_UNDERSCORES)
        .withPropertyVisibilityStrategy(new FieldsOnly())
        .withAdapters(
            new Decimals(),
            new TargetingJson.Adapter(),
            new ChangeJson.Adapter(),
            new ApprovalPolicyJson.Adapter())
        .withAdapters(
            new Words.OfKind(),
            new Words.OfDirection(),
            new Words.OfPrerequisite(),
            new Words.OfFlagType(),
            new Words.OfHoldoutScope(),
            new Words.OfRole(),
            new Words.OfGuardrailState());
  }

  /** Otherwise any method called getX or isX of a record becomes a property. */
  static final class FieldsOnly implements PropertyVisibilityStrategy {
    @Override
    public boolean isVisible(Field field) {
      return true;
    }

    @Override
    public boolean isVisible(Method method) {
      return false;
    }
  }

  /** Decimals as text, because floats are refused in the log. */
  public static final class Decimals implements JsonbAdapter<BigDecimal, String> {
    @Override
    public String adaptToJson(BigDecimal value) {
      return value.toPlainString();
    }

    @Override
    public BigDecimal adaptFromJson(String text) {
      return new BigDecimal(text);
    }
  }

  /** Enums as the words of the glossary. */
  static final class Words {
    private Words() {}

    static <E extends Enum<E>> E parse(Class<E> type, String field, String word) {
      for (E value : type.getEnumConstants()) {
        if (value.name().toLowerCase(Locale.ROOT).equals(word)) {
          return value;
        }
      }
      throw new io.trialog.language.InvalidValue(
          field,
          "must be one of "
              + java.util.Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT)
              + "; found \""
              + word
              + "\"");
    }

    /** Metric kinds. */
    public static final class OfKind
        implements JsonbAdapter<io.trialog.language.MetricDefinition.Kind, String> {
      @Override
      public String adaptToJson(io.trialog.language.MetricDefinition.Kind value) {
        return value.word();
      }

      @Override
      public io.trialog.language.MetricDefinition.Kind adaptFromJson(String word) {
        return parse(io.trialog.language.MetricDefinition.Kind.class, "kind", word);
      }
    }

    /** Metric directions. */
    public static final class OfDirection
        implements JsonbAdapter<io.trialog.language.MetricDefinition.Direction, String> {
      @Override
      public String adaptToJson(io.trialog.language.MetricDefinition.Direction value) {
        return value.word();
      }

      @Override
      public io.trialog.language.MetricDefinition.Direction adaptFromJson(String word) {
        return parse(io.trialog.language.MetricDefinition.Direction.class, "direction", word);
      }
    }

    /** Kinds of prerequisites. */
    public static final class OfPrerequisite
        implements JsonbAdapter<io.trialog.language.Design.Prerequisite.Kind, String> {
      @Override
      public String adaptToJson(io.trialog.language.Design.Prerequisite.Kind value) {
        return value.word();
      }

      @Override
      public io.trialog.language.Design.Prerequisite.Kind adaptFromJson(String word) {
        return parse(
            io.trialog.language.Design.Prerequisite.Kind.class, "prerequisites.kind", word);
      }
    }

    /** States of guardrails. */
    public static final class OfGuardrailState
        implements JsonbAdapter<io.trialog.language.GuardrailState, String> {
      @Override
      public String adaptToJson(io.trialog.language.GuardrailState value) {
        return value.word();
      }

      @Override
      public io.trialog.language.GuardrailState adaptFromJson(String word) {
        return parse(io.trialog.language.GuardrailState.class, "state", word);
      }
    }

    /** Types of flags. */
    public static final class OfFlagType
        implements JsonbAdapter<io.trialog.language.FlagDefinition.Type, String> {
      @Override
      public String adaptToJson(io.trialog.language.FlagDefinition.Type value) {
        return value.word();
      }

      @Override
      public io.trialog.language.FlagDefinition.Type adaptFromJson(String word) {
        return parse(io.trialog.language.FlagDefinition.Type.class, "type", word);
      }
    }

    /** Scopes of holdouts. */
    public static final class OfHoldoutScope
        implements JsonbAdapter<io.trialog.language.HoldoutDefinition.Scope, String> {
      @Override
      public String adaptToJson(io.trialog.language.HoldoutDefinition.Scope value) {
        return value.word();
      }

      @Override
      public io.trialog.language.HoldoutDefinition.Scope adaptFromJson(String word) {
        return parse(io.trialog.language.HoldoutDefinition.Scope.class, "scope", word);
      }
    }

    /** Roles. */
    public static final class OfRole implements JsonbAdapter<io.trialog.language.Role, String> {
      @Override
      public String adaptToJson(io.trialog.language.Role value) {
        return value.word();
      }

      @Override
      public io.trialog.language.Role adaptFromJson(String word) {
        return parse(io.trialog.language.Role.class, "roles.role", word);
      }
    }
  }
}
