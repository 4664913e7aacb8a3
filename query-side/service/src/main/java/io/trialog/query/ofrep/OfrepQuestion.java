package io.trialog.query.ofrep;

import io.trialog.http.ProblemException;
import io.trialog.http.StrictJson;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.json.JsonException;
import io.trialog.sdk.core.json.JsonReader;
import io.trialog.sdk.core.openfeature.TargetingKey;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client of OFREP asks with. The protocol is not ours and grows: members that are not known
 * are passed over, as are attributes that no condition can look at.
 *
 * @param targetingKey OpenFeature's one key; null when there is none
 * @param digest of the body; the same body has the same
 */
record OfrepQuestion(Context context, @Nullable String targetingKey, String digest) {
  private static final int ATTRIBUTES_LIMIT = 1_000;
  private static final int DIGEST_BYTES = 12;

  /**
   * The question of a request.
   *
   * @throws OfrepRefused when it cannot be read
   * @throws ProblemException 413 for a body that is too large
   */
  static OfrepQuestion read(HttpServletRequest request) {
    byte[] body = body(request);
    Map<?, ?> attributes = attributes(document(body));
    return new OfrepQuestion(context(attributes), targetingKey(attributes), digest(body));
  }

  private static byte[] body(HttpServletRequest request) {
    try {
      return StrictJson.body(request, StrictJson.BODY_LIMIT);
    } catch (ProblemException e) {
      if (e.problem().status() == 400) {
        throw OfrepRefused.badRequest(ErrorCode.PARSE_ERROR, e.problem().detail());
      }
      throw e;
    }
  }

  private static Map<?, ?> document(byte[] body) {
    if (body.length == 0) {
      return Map.of();
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      if (JsonReader.read(text) instanceof Map<?, ?> document) {
        return document;
      }
      throw parseError("must be one JSON object");
    } catch (CharacterCodingException e) {
      throw parseError("is not valid UTF-8");
    } catch (JsonException e) {
      throw parseError("is not valid JSON: " + e.getMessage());
    }
  }

  private static OfrepRefused parseError(String what) {
    return OfrepRefused.badRequest(ErrorCode.PARSE_ERROR, "The body " + what + ".");
  }

  private static Map<?, ?> attributes(Map<?, ?> document) {
    Object context = document.get("context");
    if (context == null) {
      return Map.of();
    }
    if (context instanceof Map<?, ?> attributes && attributes.size() <= ATTRIBUTES_LIMIT) {
      return attributes;
    }
    throw OfrepRefused.badRequest(
        ErrorCode.INVALID_CONTEXT,
        "\"context\" must be an object of at most " + ATTRIBUTES_LIMIT + " attributes.");
  }

  private static @Nullable String targetingKey(Map<?, ?> attributes) {
    Object key = attributes.get(TargetingKey.NAME);
    if (key == null || key instanceof String) {
      return (String) key;
    }
    throw OfrepRefused.badRequest(
        ErrorCode.INVALID_CONTEXT, "\"" + TargetingKey.NAME + "\" must be a text.");
  }

  /** Texts at once, as most attributes are: each further one copies the context. */
  private static Context context(Map<?, ?> attributes) {
    Map<String, String> texts = new HashMap<>();
    attributes.forEach((name, value) -> {
      if (value instanceof String text) {
        texts.put(String.valueOf(name), text);
      }
    });
    Context context = Context.of(texts);
    for (Map.Entry<?, ?> attribute : attributes.entrySet()) {
      context = with(context, String.valueOf(attribute.getKey()), attribute.getValue());
    }
    return context;
  }

  private static Context with(Context context, String name, @Nullable Object value) {
    return switch (value) {
      case Boolean truth -> context.with(name, truth.booleanValue());
      case Long integer -> context.with(name, integer.longValue());
      case Number number -> context.with(name, number.doubleValue());
      case List<?> list -> withSet(context, name, list);
      case null, default -> context;
    };
  }

  private static Context withSet(Context context, String name, List<?> list) {
    Set<String> texts = new HashSet<>();
    for (Object each : list) {
      if (!(each instanceof String text)) {
        return context;
      }
      texts.add(text);
    }
    return context.with(name, texts);
  }

  private static String digest(byte[] body) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(Arrays.copyOf(digest, DIGEST_BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must have SHA-256", e);
    }
  }
}
