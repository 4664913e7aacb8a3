package io.trialog.standalone.demo;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The published HTTP of the platform. Calls block: 5 s for each attempt, {@value #ATTEMPTS}
 * attempts while it is away. Each order has an idempotency key, so that an attempt whose answer was
 * lost does no harm.
 */
final class Platform implements AutoCloseable {
  static final int ATTEMPTS = 20;

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int UNAVAILABLE = 503;

  private final URI baseUrl;
  private final CountDownLatch closing;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();

  /** Pauses between attempts end early when {@code closing} does. */
  Platform(URI baseUrl, CountDownLatch closing) {
    this.baseUrl = baseUrl;
    this.closing = closing;
  }

  /** An answer; the body is empty when it was no JSON object. */
  record Answer(int status, JsonObject body) {
    boolean ok() {
      return status / 100 == 2;
    }

    String code() {
      return body.getString("code", "");
    }

    @Override
    public String toString() {
      return status + " " + code() + " " + body.getString("detail", "");
    }
  }

  /** The platform said no, or nothing at all. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    Refused(String message) {
      super(message);
    }
  }

  Answer get(String token, String path) throws Refused, InterruptedException {
    return exchange(path, request(token, path).GET().build());
  }

  Answer post(String token, String path, JsonObject body) throws Refused, InterruptedException {
    return exchange(
        path,
        request(token, path)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", UUID.randomUUID().toString())
            .POST(BodyPublishers.ofString(body.toString()))
            .build());
  }

  /** One look at the health, of which no answer is an answer. */
  boolean up() throws InterruptedException {
    try {
      return attempt(request("", "/health").GET().build())
          .body()
          .getString("status", "")
          .equals("up");
    } catch (IOException e) {
      return false;
    }
  }

  private HttpRequest.Builder request(String token, String path) {
    String root = baseUrl.toString().replaceAll("/+$", "");
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(root + path)).timeout(TIMEOUT);
    return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
  }

  private Answer exchange(String path, HttpRequest request) throws Refused, InterruptedException {
    String last = "";
    for (int i = 0; i < ATTEMPTS; i++) {
      try {
        Answer answer = attempt(request);
        if (answer.status() != UNAVAILABLE) {
          return answer;
        }
        last = answer.toString();
      } catch (IOException e) {
        last = e.toString();
      }
      if (closing.await(1, TimeUnit.SECONDS)) {
        throw new InterruptedException("closing");
      }
    }
    throw new Refused(path + " was not answered: " + last);
  }

  private Answer attempt(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    return new Answer(response.statusCode(), object(response.body()));
  }

  private static JsonObject object(String text) {
    try (JsonReader reader = Json.createReader(new StringReader(text))) {
      return reader.readObject();
    } catch (JsonException e) {
      return JsonValue.EMPTY_JSON_OBJECT;
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
