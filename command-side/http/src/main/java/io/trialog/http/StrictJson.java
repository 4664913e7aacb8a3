package io.trialog.http;

import jakarta.json.JsonConfig;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonReaderFactory;
import jakarta.json.JsonValue;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Reads bodies of strangers: valid UTF-8, one JSON object, no member twice, bounded size and depth.
 * JSON-B alone would take all of these silently.
 */
public final class StrictJson {
  /** The largest body of a command or a query, in bytes. */
  public static final int BODY_LIMIT = 256 * 1024;

  private static final int DEPTH_LIMIT = 32;
  private static final JsonReaderFactory READERS =
      JsonDocuments.PROVIDER.createReaderFactory(
          Map.of(JsonConfig.KEY_STRATEGY, JsonConfig.KeyStrategy.NONE));

  private StrictJson() {}

  /** The body as an object; an empty body is an empty object. */
  public static JsonObject read(HttpServletRequest request) {
    byte[] body = body(request, BODY_LIMIT);
    return body.length == 0 ? JsonValue.EMPTY_JSON_OBJECT : parse(body);
  }

  /**
   * The bytes of a body of at most {@code limit} bytes. Of a larger one the rest is read and thrown
   * away by the server, so that the caller sees the answer 413 and not a broken connection.
   */
  public static byte[] body(HttpServletRequest request, int limit) {
    if (request.getContentLengthLong() > limit) {
      throw tooLarge(limit);
    }
    // Room for what was announced, which the server bounds, and one byte to see that it ended.
    int most = (int) Math.min(request.getContentLengthLong(), limit);
    try (InputStream in = request.getInputStream()) {
      byte[] body = in.readNBytes((most < 0 ? limit : most) + 1);
      if (body.length > limit) {
        throw tooLarge(limit);
      }
      return body;
    } catch (IOException e) {
      throw new ProblemException(400, "body_incomplete", "The body ended before it was complete.");
    }
  }

  /** One JSON object from its bytes. */
  public static JsonObject parse(byte[] body) {
    String text = text(body);
    checkShape(text);
    try (JsonReader reader = READERS.createReader(new StringReader(text))) {
      JsonValue value = reader.readValue();
      if (value.getValueType() != JsonValue.ValueType.OBJECT) {
        throw malformed("must be one JSON object; found " + value.getValueType());
      }
      return value.asJsonObject();
    } catch (JsonException e) {
      throw malformed("is not valid JSON: " + firstLine(String.valueOf(e.getMessage())));
    }
  }

  private static String text(byte[] body) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      throw malformed("is not valid UTF-8");
    }
  }

  /**
   * Before the parser, whose own bound is far deeper than any body of ours, and which stops reading
   * where the first value ends.
   */
  private static void checkShape(String text) {
    int depth = 0;
    boolean inString = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (inString) {
        if (c == '\\') {
          i++;
        } else if (c == '"') {
          inString = false;
        }
      } else if (c == '"') {
        inString = true;
      } else if (c == '{' || c == '[') {
        depth++;
        if (depth > DEPTH_LIMIT) {
          throw malformed("is nested deeper than " + DEPTH_LIMIT + " levels");
        }
      } else if (c == '}' || c == ']') {
        depth--;
        if (depth == 0 && !text.substring(i + 1).isBlank()) {
          throw malformed("goes on after its end");
        }
      }
    }
  }

  private static String firstLine(String message) {
    String line = message.lines().findFirst().orElse("no detail");
    return line.length() > 200 ? line.substring(0, 200) + "…" : line;
  }

  private static ProblemException malformed(String what) {
    return new ProblemException(400, "malformed_body", "The body " + what + ".");
  }

  private static ProblemException tooLarge(int limit) {
    return new ProblemException(
        Problem.of(413, "body_too_large", "The body may have at most " + limit + " bytes.")
            .with("limit_bytes", JsonDocuments.number(limit)));
  }
}
