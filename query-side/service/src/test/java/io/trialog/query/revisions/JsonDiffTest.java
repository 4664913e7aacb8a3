package io.trialog.query.revisions;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonPointer;
import jakarta.json.JsonReader;
import jakarta.json.JsonStructure;
import jakarta.json.JsonValue;
import java.io.StringReader;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonDiffTest {
  private static JsonObject json(String text) {
    try (JsonReader reader = Json.createReader(new StringReader(text.replace('\'', '"')))) {
      return reader.readObject();
    }
  }

  private static List<String> diff(String before, String after) {
    return JsonDiff.between(json(before), json(after)).stream()
        .map(each -> "%s: %s -> %s".formatted(each.path(), each.before(), each.after()))
        .toList();
  }

  @Test
  void documents_that_say_the_same_do_not_differ() {
    assertThat(diff("{'a':1,'b':[1,{'c':null}]}", "{'b':[1.0,{'c':null}],'a':1.00}")).isEmpty();
  }

  @Test
  void members_that_came_went_or_changed_are_named_by_pointer() {
    assertThat(diff("{'a':1,'b':{'c':'x','d':true}}", "{'b':{'c':'y','e':null},'f':[1]}"))
        .containsExactly(
            "/a: 1 -> null",
            "/b/c: \"x\" -> \"y\"",
            "/b/d: true -> null",
            "/b/e: null -> null",
            "/f: null -> [1]");
    JsonDiff.Change added = JsonDiff.between(json("{}"), json("{'e':null}")).getFirst();
    assertThat(added.before()).as("was not there").isNull();
    assertThat(added.after()).as("is there, and null").isEqualTo(JsonValue.NULL);
  }

  @Test
  void elements_are_compared_by_index() {
    assertThat(diff("{'a':[1,2,3]}", "{'a':[1,4]}"))
        .containsExactly("/a/1: 2 -> 4", "/a/2: 3 -> null");
    assertThat(diff("{'a':[]}", "{'a':['x']}")).containsExactly("/a/0: null -> \"x\"");
  }

  @Test
  void another_kind_of_value_is_one_change() {
    assertThat(diff("{'a':[1,2]}", "{'a':{'b':1}}")).containsExactly("/a: [1,2] -> {\"b\":1}");
  }

  @Test
  void names_are_escaped_as_rfc_6901_says() {
    assertThat(diff("{'a/b':1,'c~d':1}", "{'a/b':2,'c~d':2}"))
        .containsExactly("/a~1b: 1 -> 2", "/c~0d: 1 -> 2");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void each_change_is_found_at_its_pointer_and_nothing_else_differs(long seed) {
    Random random = new Random(seed);
    JsonObject before = object(random, 3);
    JsonObject after = object(random, 3);
    List<JsonDiff.Change> changes = JsonDiff.between(before, after);
    for (JsonDiff.Change change : changes) {
      assertThat(at(before, change.path()))
          .as("seed %d %s", seed, change.path())
          .isEqualTo(change.before());
      assertThat(at(after, change.path()))
          .as("seed %d %s", seed, change.path())
          .isEqualTo(change.after());
    }
    assertThat(JsonDiff.between(before, before)).isEmpty();
    assertThat(changes.isEmpty()).as("seed %d", seed).isEqualTo(before.equals(after));
  }

  private static JsonValue at(JsonStructure document, String path) {
    JsonPointer pointer = Json.createPointer(path);
    return pointer.containsValue(document) ? pointer.getValue(document) : null;
  }

  private static JsonObject object(Random random, int depth) {
    JsonObjectBuilder json = Json.createObjectBuilder();
    for (String name : List.of("a", "b/c", "d~e")) {
      if (random.nextBoolean()) {
        json.add(name, value(random, depth));
      }
    }
    return json.build();
  }

  private static JsonValue value(Random random, int depth) {
    if (depth == 0 || random.nextInt(3) == 0) {
      return Json.createValue(random.nextInt(2));
    }
    if (random.nextBoolean()) {
      return object(random, depth - 1);
    }
    JsonArrayBuilder array = Json.createArrayBuilder();
    for (int i = random.nextInt(3); i > 0; i--) {
      array.add(value(random, depth - 1));
    }
    return array.build();
  }
}
