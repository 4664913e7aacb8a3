package io.trialog.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.function.Predicate;

/** The public API as one holder of a token uses it. */
record Api(HttpClient http, URI base, String token) {
  static Api of(URI base, String token) {
    return new Api(
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(), base, token);
  }

  /** An answer: its status, its document (empty when it is none), its text and its headers. */
  record Answer(int status, JsonObject json, String text, HttpResponse<?> response) {
    Answer is(int expected) {
      assertThat(status).as(text).isEqualTo(expected);
      return this;
    }

    Answer problem(int expected, String code) {
      is(expected);
      assertThat(response.headers().firstValue("Content-Type"))
          .contains("application/problem+json");
      assertThat(json.getString("code")).isEqualTo(code);
      assertThat(json.getString("detail")).isNotBlank();
      return this;
    }
  }

  Api as(String otherToken) {
    return new Api(http, base, otherToken);
  }

  Answer post(String path, String body, String... headers) {
    return send(
        request(path, headers)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
            .build());
  }

  Answer put(String path, String body, String... headers) {
    return send(
        request(path, headers)
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
            .build());
  }

  /** Any request, its body as it is. */
  Answer request(String method, String path, byte[] body) {
    HttpRequest.Builder request = request(path);
    if (body.length > 0) {
      request.header("Content-Type", "application/json");
    }
    return send(request.method(method, HttpRequest.BodyPublishers.ofByteArray(body)).build());
  }

  /** As curl does when nobody told it the type of the body. */
  Answer postForm(String path, String body) {
    return send(
        request(path)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
            .build());
  }

  Answer get(String path, String... headers) {
    return send(request(path, headers).GET().build());
  }

  byte[] bytes(String path) {
    try {
      return http.send(request(path).GET().build(), HttpResponse.BodyHandlers.ofByteArray()).body();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Asks again until the answer satisfies, at most for the time. */
  Answer await(String path, Duration most, Predicate<JsonObject> satisfied) {
    long deadline = System.nanoTime() + most.toNanos();
    Answer answer = get(path);
    while (answer.status() != 200 || !satisfied.test(answer.json())) {
      assertThat(System.nanoTime())
          .as("waited for %s: %s", path, answer.text())
          .isLessThan(deadline);
      Thread.onSpinWait();
      java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
      answer = get(path);
    }
    return answer;
  }

  /** The head of an answer that may never end; of a problem also its body. */
  Answer opened(String path) {
    try {
      HttpResponse<java.io.InputStream> response =
          http.send(request(path).GET().build(), HttpResponse.BodyHandlers.ofInputStream());
      if (response.statusCode() != 200) {
        response.body().close();
        return get(path);
      }
      response.body().close();
      return new Answer(200, JsonObject.EMPTY_JSON_OBJECT, "", response);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  Answer send(HttpRequest request) {
    try {
      HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
      String text = new String(response.body(), java.nio.charset.StandardCharsets.UTF_8);
      return new Answer(response.statusCode(), json(text), text, response);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofSeconds(60));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    return headers.length == 0 ? request : request.headers(headers);
  }

  private static JsonObject json(String text) {
    if (!text.startsWith("{")) {
      return JsonObject.EMPTY_JSON_OBJECT;
    }
    try (JsonReader reader = Json.createReader(new StringReader(text))) {
      return reader.readObject();
    }
  }
}
