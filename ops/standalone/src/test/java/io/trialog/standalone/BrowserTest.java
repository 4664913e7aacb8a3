package io.trialog.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a page of another origin may do: CORS as the Fetch standard has it. */
class BrowserTest {
  private static final String SHOP = "https://shop.example.com";
  private static final String ORIGIN = "Access-Control-Allow-Origin";

  @TempDir static Path folder;

  private static BothSides platform;

  @BeforeAll
  static void start() {
    Safety safety =
        new Safety(
            Safety.Profile.STANDARD, 0, null, new TreeMap<>(), SHOP + ", http://127.0.0.1:3000");
    platform = BothSides.start(folder, safety);
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  private static Api.Answer preflight(String path, String origin, String method) {
    Api api = platform.admin().as("");
    return api.send(
        HttpRequest.newBuilder(api.base().resolve(path))
            .method("OPTIONS", BodyPublishers.noBody())
            .header("Origin", origin)
            .header("Access-Control-Request-Method", method)
            .header("Access-Control-Request-Headers", "authorization,content-type,if-none-match")
            .build());
  }

  private static String header(Api.Answer answer, String name) {
    return answer.response().headers().firstValue(name).orElse("");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/snapshots/production",
        "/api/v1/snapshots/production/stream",
        "/api/v1/batches",
        "/api/v1/receipts",
        "/api/v1/keys",
        "/ofrep/v1/evaluate/flags",
        "/environments/staging/ofrep/v1/evaluate/flags/x"
      })
  void a_browser_may_ask_whether_it_may_ask_without_a_token(String path) {
    Api.Answer answer = preflight(path, SHOP, "POST").is(200);
    assertThat(header(answer, ORIGIN)).isEqualTo(SHOP);
    assertThat(header(answer, "Access-Control-Allow-Methods")).contains("GET", "POST");
    assertThat(header(answer, "Access-Control-Allow-Headers").toLowerCase(java.util.Locale.ROOT))
        .contains("authorization", "content-type", "if-none-match");
    assertThat(header(answer, "Access-Control-Allow-Credentials")).isEmpty();
    assertThat(header(preflight(path, "http://127.0.0.1:3000", "GET").is(200), ORIGIN))
        .isEqualTo("http://127.0.0.1:3000");
  }

  @Test
  void other_origins_methods_and_routes_are_closed() {
    String keys = "/api/v1/keys";
    preflight(keys, "https://evil.example.com", "GET").problem(403, "origin_not_allowed");
    preflight(keys, SHOP, "DELETE").problem(403, "origin_not_allowed");
    assertThat(header(preflight("/api/v1/experiments", SHOP, "POST"), ORIGIN)).isEmpty();
    Api.Answer read = platform.admin().get("/api/v1/experiments", "Origin", SHOP).is(200);
    assertThat(header(read, ORIGIN)).isEmpty();
    platform
        .admin()
        .get(keys, "Origin", "https://evil.example.com")
        .problem(403, "origin_not_allowed");
  }

  @Test
  void the_page_sees_what_it_needs_also_of_an_error() {
    Api.Answer answer = platform.admin().get("/api/v1/keys", "Origin", SHOP).is(200);
    assertThat(header(answer, ORIGIN)).isEqualTo(SHOP);
    assertThat(header(answer, "Access-Control-Expose-Headers")).contains("ETag", "Retry-After");
    assertThat(answer.response().headers().allValues("Vary")).contains("Origin");
    Api.Answer stranger =
        platform.admin().as("trl_aa_no").get("/api/v1/keys", "Origin", SHOP).is(401);
    assertThat(header(stranger, ORIGIN)).isEqualTo(SHOP);
  }

  @Test
  void a_server_asks_as_before() {
    assertThat(header(platform.admin().get("/api/v1/keys").is(200), ORIGIN)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "shop.example.com", "https://shop.example.com/", "https://*.x.org"})
  void what_is_no_origin_is_refused_at_the_start(String origin, @TempDir Path other) {
    Safety safety =
        new Safety(Safety.Profile.STANDARD, 0, null, new TreeMap<>(), SHOP + "," + origin);
    assertThatThrownBy(() -> BothSides.start(other, safety))
        .rootCause()
        .hasMessageContaining("--cors-origins")
        .hasMessageContaining(origin);
  }
}
