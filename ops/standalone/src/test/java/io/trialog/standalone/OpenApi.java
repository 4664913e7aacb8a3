package io.trialog.standalone;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The document at {@code /openapi.json}, with an independent validator of its schemas. */
record OpenApi(JsonObject document) {
  private static final JsonSchemaFactory SCHEMAS =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
  private static final SchemaValidatorsConfig CONFIG =
      SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();

  static OpenApi of(BothSides platform) {
    return new OpenApi(platform.admin().as("").get("/openapi.json").is(200).json());
  }

  /** Operations by {@code METHOD /path}. */
  SortedMap<String, JsonObject> operations() {
    SortedMap<String, JsonObject> operations = new TreeMap<>();
    document
        .getJsonObject("paths")
        .forEach((path, methods) ->
            methods
                .asJsonObject()
                .forEach((method, operation) ->
                    operations.put(
                        method.toUpperCase(Locale.ROOT) + " " + path, operation.asJsonObject())));
    return operations;
  }

  JsonObject operation(String route) {
    JsonObject operation = operations().get(route);
    if (operation == null) {
      throw new AssertionError("the document does not have " + route);
    }
    return operation;
  }

  /** The example of the body of a request, empty when there is none. */
  Optional<JsonValue> requestExample(String route) {
    return requestMedia(route).map(media -> media.get("example"));
  }

  Optional<JsonObject> requestMedia(String route) {
    return Optional.ofNullable(operation(route).getJsonObject("requestBody"))
        .map(body -> body.getJsonObject("content").getJsonObject("application/json"));
  }

  /** The response to a status, its reference followed. */
  JsonObject response(String route, int status) {
    JsonObject response =
        operation(route).getJsonObject("responses").getJsonObject(Integer.toString(status));
    if (response == null) {
      throw new AssertionError(route + " is not documented to answer " + status);
    }
    return followed(response);
  }

  JsonObject followed(JsonObject object) {
    String reference = object.getString("$ref", "");
    return reference.isEmpty()
        ? object
        : Json.createPointer(reference.substring(1)).getValue(document).asJsonObject();
  }

  /** The problem codes that an operation may answer with a status. */
  List<String> codes(String route, int status) {
    JsonObject codes = operation(route).getJsonObject("x-problem-codes");
    String key = Integer.toString(status);
    return codes == null || !codes.containsKey(key)
        ? List.of()
        : codes.getJsonArray(key).getValuesAs(JsonString.class).stream()
            .map(JsonString::getString)
            .toList();
  }

  /** What is wrong with an answer, by what the document says of it; empty when nothing is. */
  String complaints(String route, Api.Answer answer) {
    JsonObject content = response(route, answer.status()).getJsonObject("content");
    String type = answer.response().headers().firstValue("Content-Type").orElse("");
    String bare = type.replaceAll(";.*", "");
    if (content == null && type.isEmpty() && answer.text().isEmpty()) {
      return "";
    }
    if (content == null || !content.containsKey(bare)) {
      return route + " answered " + answer.status() + " with undocumented " + type;
    }
    JsonObject schema = content.getJsonObject(bare).getJsonObject("schema");
    String wrong = bare.endsWith("json") ? complaints(schema, answer.text()) : "";
    if (answer.status() >= 400 && answer.json().containsKey("code")) {
      String code = answer.json().getString("code");
      if (!codes(route, answer.status()).contains(code)) {
        wrong += " undocumented code " + code + " with " + answer.status();
      }
    }
    return wrong.isEmpty() ? "" : route + ": " + wrong + "\n" + answer.text();
  }

  /** What is wrong with a value by a schema of the document. */
  String complaints(JsonObject schema, String value) {
    String whole =
        Json.createObjectBuilder(
                Map.of(
                    "$schema", "https://json-schema.org/draft/2020-12/schema",
                    "components", document.getJsonObject("components"),
                    "allOf", Json.createArrayBuilder().add(schema).build()))
            .build()
            .toString();
    return SCHEMAS.getSchema(whole, CONFIG).validate(value, InputFormat.JSON).stream()
        .map(Object::toString)
        .collect(Collectors.joining("; "));
  }
}
