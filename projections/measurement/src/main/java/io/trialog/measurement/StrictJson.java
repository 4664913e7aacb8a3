package io.trialog.measurement;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParserFactory;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Reads bytes as one JSON object or refuses: bad UTF-8, duplicate names, depth above 8, a tail. */
public final class StrictJson {
  // A parser, not a reader: a reader never looks behind the object's end.
  private static final JsonParserFactory PARSERS =
      Json.createParserFactory(
          Map.of(
              // A parser does not know JsonConfig.KEY_STRATEGY.
              "org.eclipse.parsson.rejectDuplicateKeys",
              "true",
              "org.eclipse.parsson.maxDepth",
              "8",
              "org.eclipse.parsson.maxBigDecimalLength",
              "64"));

  private StrictJson() {}

  /**
   * Parses one object.
   *
   * @throws FieldRefused with code {@code malformed_json}
   */
  public static JsonObject object(byte[] utf8) throws FieldRefused {
    try (var parser = PARSERS.createParser(new StringReader(decode(utf8)))) {
      if (parser.next() != JsonParser.Event.START_OBJECT) {
        throw new FieldRefused("malformed_json", "", "not a JSON object");
      }
      JsonObject object = parser.getObject();
      if (parser.hasNext()) {
        throw new FieldRefused("malformed_json", "", "more than one JSON object");
      }
      return object;
    } catch (CharacterCodingException e) {
      throw new FieldRefused("malformed_json", "", "not valid UTF-8");
    } catch (RuntimeException e) {
      // Parsson throws more than JsonException: a bare RuntimeException for depth, for one.
      throw new FieldRefused("malformed_json", "", "not one JSON object: " + firstLine(e));
    }
  }

  private static String decode(byte[] utf8) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
  }

  /** The parser's words, short: they may quote the input. */
  private static String firstLine(Exception e) {
    String words = String.valueOf(e.getMessage());
    int end = words.indexOf('\n');
    String line = end < 0 ? words : words.substring(0, end);
    return line.length() <= 120 ? line : line.substring(0, 120);
  }
}
