package io.trialog.http;

import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One OpenAPI document of many fragments. A fragment has {@code tags}, {@code paths} and {@code
 * components}; exactly one, the base, has {@code openapi}, {@code info} and the rest. A path may be
 * told of in several fragments, an operation or a component in one only.
 *
 * <p>What holds for every operation alike is not in the fragments but added here: the answers to a
 * missing token, a missing role, too many requests, an unreadable body.
 */
final class OpenApiDocument {
  private static final String CODES = "x-problem-codes";
  private static final String ANY_TOKEN = "x-any-token";
  private static final JsonObject PROBLEM =
      JsonDocuments.object().add("$ref", "#/components/responses/Problem").build();

  private @Nullable JsonObject base;
  private final List<JsonValue> tags = new ArrayList<>();
  private final Map<String, Map<String, JsonValue>> paths = new TreeMap<>();
  private final Map<String, Map<String, JsonValue>> components = new TreeMap<>();

  private OpenApiDocument() {}

  /** The document of these fragments; throws when they contradict each other. */
  static JsonObject of(Collection<URL> fragments) {
    OpenApiDocument document = new OpenApiDocument();
    fragments.forEach(document::add);
    return document.whole();
  }

  private void add(URL fragment) {
    try (InputStream in = fragment.openStream();
        JsonReader reader = JsonDocuments.PROVIDER.createReader(in)) {
      JsonObject json = reader.readObject();
      if (json.containsKey("openapi")) {
        base = theOnly(base, json, fragment);
      }
      tags.addAll(json.getOrDefault("tags", JsonValue.EMPTY_JSON_ARRAY).asJsonArray());
      merge(paths, json.getOrDefault("paths", JsonValue.EMPTY_JSON_OBJECT), fragment);
      merge(components, json.getOrDefault("components", JsonValue.EMPTY_JSON_OBJECT), fragment);
    } catch (IOException e) {
      throw new UncheckedIOException(fragment.toString(), e);
    }
  }

  private static JsonObject theOnly(@Nullable JsonObject known, JsonObject found, URL fragment) {
    if (known != null) {
      throw new IllegalStateException(fragment + " is a second base of the OpenAPI document");
    }
    return found;
  }

  private static void merge(
      Map<String, Map<String, JsonValue>> into, JsonValue groups, URL fragment) {
    groups
        .asJsonObject()
        .forEach((group, members) ->
            members
                .asJsonObject()
                .forEach((name, member) -> {
                  var known = into.computeIfAbsent(group, any -> new TreeMap<>());
                  if (known.putIfAbsent(name, member) != null) {
                    throw new IllegalStateException(
                        "%s tells of %s %s again".formatted(fragment, group, name));
                  }
                }));
  }

  private JsonObject whole() {
    if (base == null) {
      throw new IllegalStateException("no fragment is the base of the OpenAPI document");
    }
    JsonObjectBuilder document = JsonDocuments.object();
    base.forEach(document::add);
    JsonObjectBuilder described = JsonDocuments.object();
    paths.forEach((path, operations) -> described.add(path, completed(operations)));
    JsonObjectBuilder parts = JsonDocuments.object();
    components.forEach((kind, members) -> parts.add(kind, object(members)));
    return document
        .add("tags", list(tags))
        .add("paths", described)
        .add("components", parts)
        .build();
  }

  private static JsonObject completed(Map<String, JsonValue> operations) {
    JsonObjectBuilder path = JsonDocuments.object();
    operations.forEach(
        (method, operation) -> path.add(method, completed(operation.asJsonObject())));
    return path.build();
  }

  private static JsonObject completed(JsonObject operation) {
    Map<String, Set<String>> codes = codes(operation);
    common(operation)
        .forEach(
            (status, more) -> codes.computeIfAbsent(status, any -> new TreeSet<>()).addAll(more));
    Map<String, JsonValue> responses = new TreeMap<>(operation.getJsonObject("responses"));
    codes.keySet().forEach(status -> responses.putIfAbsent(status, PROBLEM));
    JsonObjectBuilder whole = JsonDocuments.object();
    operation.forEach(whole::add);
    whole.remove(ANY_TOKEN);
    if (!operation.containsKey("description")) {
      whole.add("description", operation.getString("summary"));
    }
    JsonObjectBuilder words = JsonDocuments.object();
    codes.forEach((status, each) -> words.add(status, texts(each)));
    return whole.add("responses", object(responses)).add(CODES, words).build();
  }

  private static Map<String, Set<String>> codes(JsonObject operation) {
    Map<String, Set<String>> codes = new TreeMap<>();
    operation
        .getOrDefault(CODES, JsonValue.EMPTY_JSON_OBJECT)
        .asJsonObject()
        .forEach((status, list) ->
            list.asJsonArray()
                .getValuesAs(JsonString.class)
                .forEach(code ->
                    codes.computeIfAbsent(status, any -> new TreeSet<>()).add(code.getString())));
    return codes;
  }

  /** What may be answered whatever the operation is. */
  private static Map<String, List<String>> common(JsonObject operation) {
    Map<String, List<String>> codes = new TreeMap<>();
    boolean open = operation.containsKey("security");
    if (!open) {
      codes.put("401", List.of("token_expired", "token_required"));
      codes.put("429", List.of("rate_limited"));
      if (!operation.containsKey(ANY_TOKEN)) {
        codes.put("403", List.of("access_denied"));
      }
    }
    if (operation.containsKey("requestBody")) {
      codes.put("400", List.of("body_incomplete", "invalid_value", "malformed_body"));
      codes.put("413", List.of("body_too_large"));
    }
    return codes;
  }

  private static JsonObject object(Map<String, JsonValue> members) {
    JsonObjectBuilder object = JsonDocuments.object();
    members.forEach(object::add);
    return object.build();
  }

  private static JsonArray list(Collection<JsonValue> values) {
    JsonArrayBuilder list = JsonDocuments.list();
    values.forEach(list::add);
    return list.build();
  }

  private static JsonArray texts(Collection<String> values) {
    JsonArrayBuilder list = JsonDocuments.list();
    values.forEach(list::add);
    return list.build();
  }
}
