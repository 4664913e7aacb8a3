package io.trialog.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenApiDocumentTest {
  private static final String BASE =
      """
      {"openapi":"3.1.0","info":{"title":"t"},"components":{"schemas":{"A":{"type":"string"}}}}
      """;
  private static final String READ =
      """
      {"tags":[{"name":"T"}],
       "paths":{"/a":{"get":{"summary":"Reads a.","responses":{"200":{"description":"ok"}}}}},
       "components":{"schemas":{"B":{"type":"string"}}}}
      """;
  private static final String WRITE =
      """
      {"paths":{"/a":{"post":{"summary":"Writes a.","requestBody":{},
        "responses":{"201":{"description":"made"}},
        "x-problem-codes":{"409":["a_already_exists"],"400":["other"]}}}}}
      """;

  @TempDir private Path folder;
  private int files;

  @Test
  void fragments_become_one_document() throws IOException {
    JsonObject document = OpenApiDocument.of(List.of(url(READ), url(BASE), url(WRITE)));

    assertThat(document.getString("openapi")).isEqualTo("3.1.0");
    assertThat(document.getJsonObject("paths").getJsonObject("/a")).containsOnlyKeys("get", "post");
    assertThat(document.getJsonObject("components").getJsonObject("schemas"))
        .containsOnlyKeys("A", "B");
    assertThat(document.getJsonArray("tags")).hasSize(1);
  }

  @Test
  void what_holds_for_all_is_added_to_each() throws IOException {
    JsonObject path =
        OpenApiDocument.of(List.of(url(BASE), url(READ), url(WRITE)))
            .getJsonObject("paths")
            .getJsonObject("/a");

    assertThat(path.getJsonObject("get").getString("description")).isEqualTo("Reads a.");
    assertThat(path.getJsonObject("get").getJsonObject("responses"))
        .containsOnlyKeys("200", "401", "403", "429");
    assertThat(path.getJsonObject("post").getJsonObject("responses"))
        .containsOnlyKeys("201", "400", "401", "403", "409", "413", "429");
    assertThat(path.getJsonObject("post").getJsonObject("x-problem-codes").getJsonArray("400"))
        .hasToString("[\"body_incomplete\",\"invalid_value\",\"malformed_body\",\"other\"]");
  }

  @Test
  void an_open_route_asks_for_no_token_and_any_token_needs_no_role() throws IOException {
    String open = READ.replace("\"summary\"", "\"security\":[],\"summary\"");
    String any = READ.replace("\"summary\"", "\"x-any-token\":true,\"summary\"");

    assertThat(responses(open)).containsOnlyKeys("200");
    assertThat(responses(any)).containsOnlyKeys("200", "401", "429");
  }

  private JsonObject responses(String fragment) throws IOException {
    return OpenApiDocument.of(List.of(url(BASE), url(fragment)))
        .getJsonObject("paths")
        .getJsonObject("/a")
        .getJsonObject("get")
        .getJsonObject("responses");
  }

  @Test
  void fragments_that_contradict_each_other_are_a_defect() {
    assertThatThrownBy(() -> OpenApiDocument.of(List.of(url(BASE), url(READ), url(READ))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageEndingWith("tells of /a get again");
    assertThatThrownBy(() -> OpenApiDocument.of(List.of(url(BASE), url(BASE))))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> OpenApiDocument.of(List.of(url(READ))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no fragment is the base of the OpenAPI document");
  }

  private URL url(String text) throws IOException {
    Path file = folder.resolve("f" + files++ + ".json");
    Files.writeString(file, text);
    return file.toUri().toURL();
  }
}
