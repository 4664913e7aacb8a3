package io.trialog.replay;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonStructure;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The running platform, over HTTP. A request that finds it away (no connection, a time-out, 429,
 * 502, 503 or 504) is repeated with growing pauses until {@link #PATIENCE} has passed since the
 * first of these failures; every request here may be repeated without harm. Thread-safe; blocks the
 * caller.
 */
final class Platform implements AutoCloseable {

  /** How long a platform may be away, for example to restart, before the replay gives up. */
  static final Duration PATIENCE = Duration.ofMinutes(2);

  static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final long LARGEST_ANSWER_BYTES = 16L << 20;

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();
  private final URI base;
  private final String token;
  private final Waits waits;
  private final Display display;

  /**
   * A final answer: anything but "come back later".
   *
   * @param body the JSON object, or an empty one when there was none
   * @param list the JSON array, or the only array in the object
   */
  record Answer(int status, JsonObject body, JsonArray list) {

    boolean ok() {
      return status / 100 == 2;
    }

    String code() {
      return Json.text(body, "code").orElse("");
    }

    /** What a problem says, for a person. */
    String problem() {
      String detail = Json.text(body, "detail").or(() -> Json.text(body, "title")).orElse("");
      return "%d %s%s".formatted(status, code(), detail.isEmpty() ? "" : ": " + detail);
    }
  }

  /** Why a request has to be repeated, and how long the platform asks to wait at least. */
  private record Away(String reason, Duration atLeast) {}

  private record Attempt(Optional<Answer> answer, Away away) {}

  Platform(URI base, String token, Waits waits, Display display) {
    this.base = base;
    this.token = token;
    this.waits = waits;
    this.display = display;
  }

  Answer get(String path) throws ReplayFailure, InterruptedException {
    return exchange(request(path).GET().build());
  }

  Answer post(String path, byte[] json) throws ReplayFailure, InterruptedException {
    return exchange(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(json))
            .build());
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    client.shutdownNow();
  }

  private HttpRequest.Builder request(String path) {
    String root = base.toString().replaceAll("/+$", "");
    return HttpRequest.newBuilder(URI.create(root + path))
        .timeout(REQUEST_TIMEOUT)
        .header("Accept", "application/json")
        .header("Authorization", "Bearer " + token);
  }

  private Answer exchange(HttpRequest request) throws ReplayFailure, InterruptedException {
    Instant giveUp = Instant.MAX;
    Duration pause = FIRST_PAUSE;
    while (true) {
      Attempt attempt = attempt(request);
      if (attempt.answer().isPresent()) {
        return authorized(attempt.answer().get());
      }
      Instant now = waits.now();
      giveUp = giveUp.equals(Instant.MAX) ? now.plus(PATIENCE) : giveUp;
      Duration left = Duration.between(now, giveUp);
      if (left.isNegative() || left.isZero()) {
        throw ReplayFailure.failed(
            "%s did not answer for %d s: %s"
                .formatted(base, PATIENCE.toSeconds(), attempt.away().reason()));
      }
      waitFor(attempt.away(), pause, left);
      pause = shorter(pause.multipliedBy(2), LONGEST_PAUSE);
    }
  }

  private void waitFor(Away away, Duration pause, Duration left) throws InterruptedException {
    if (pause.compareTo(FIRST_PAUSE) > 0) {
      display.state(
          "waiting for %s (%s), giving up in %d s"
              .formatted(base, away.reason(), left.toSeconds()));
    }
    Duration wanted = away.atLeast().compareTo(pause) > 0 ? away.atLeast() : pause;
    waits.pause(shorter(wanted, left));
  }

  private Attempt attempt(HttpRequest request) throws InterruptedException {
    try {
      HttpResponse<byte[]> response =
          client.send(
              request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST_ANSWER_BYTES));
      return switch (response.statusCode()) {
        case 429, 502, 503, 504 -> away(response);
        default -> new Attempt(Optional.of(answer(response)), new Away("", Duration.ZERO));
      };
    } catch (IOException e) {
      return new Attempt(Optional.empty(), new Away(reason(e), Duration.ZERO));
    }
  }

  private Attempt away(HttpResponse<byte[]> response) {
    Duration asked =
        response
            .headers()
            .firstValue("Retry-After")
            .map(text -> RetryAfter.parse(text, waits.now()))
            .orElse(Duration.ZERO);
    return new Attempt(Optional.empty(), new Away(answer(response).problem().strip(), asked));
  }

  private static Answer answer(HttpResponse<byte[]> response) {
    JsonStructure body = Json.read(response.body()).orElse(JsonValue.EMPTY_JSON_OBJECT);
    return switch (body) {
      case JsonObject object -> new Answer(response.statusCode(), object, onlyArray(object));
      case JsonArray array -> new Answer(response.statusCode(), JsonValue.EMPTY_JSON_OBJECT, array);
      default -> throw new IllegalStateException("JSON-P has a third structure");
    };
  }

  private static JsonArray onlyArray(JsonObject object) {
    List<JsonArray> arrays =
        object.values().stream()
            .filter(JsonArray.class::isInstance)
            .map(JsonArray.class::cast)
            .toList();
    return arrays.size() == 1 ? arrays.getFirst() : JsonValue.EMPTY_JSON_ARRAY;
  }

  private Answer authorized(Answer answer) throws ReplayFailure {
    if (answer.status() == 401 || answer.status() == 403) {
      throw ReplayFailure.failed(
          "%s refuses the token (%s); see --token-file".formatted(base, answer.problem()));
    }
    return answer;
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
