package io.trialog.sdk;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.GZIPInputStream;

/** Requests to one server with the client's token; each has a deadline, the body included. */
final class Http {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** An answer with its whole body. */
  @SuppressWarnings("ArrayRecordComponent") // Read once and never compared.
  record Answer(int status, Map<String, List<String>> headers, byte[] body) {
    String header(String name) {
      return headers.getOrDefault(name, List.of("")).get(0);
    }
  }

  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(CONNECT_TIMEOUT)
          // A redirect would carry the token to wherever the server says.
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  private final String base;
  private final String token;
  private final Duration timeout;

  Http(Settings settings) {
    this(settings.baseUrl(), settings.token(), settings.requestTimeout());
  }

  /** With an empty token none is sent. */
  Http(URI base, String token, Duration timeout) {
    this.base = base.toString().replaceAll("/+$", "");
    this.token = token;
    this.timeout = timeout;
  }

  /**
   * GET; headers as name, value, name, value. The body may come compressed; what it has more than
   * {@code mostBytes} then is not even decompressed.
   */
  Answer get(String path, int mostBytes, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = request(path, headers).setHeader("Accept-Encoding", "gzip");
    Answer answer = whole(request.GET().timeout(timeout).build(), mostBytes);
    byte[] plain = plain(answer, mostBytes);
    return new Answer(answer.status(), answer.headers(), plain);
  }

  private static byte[] plain(Answer answer, int mostBytes) throws IOException {
    String encoding = answer.header("content-encoding");
    if (encoding.isEmpty() || answer.body().length == 0) {
      return answer.body();
    }
    if (!encoding.equalsIgnoreCase("gzip")) {
      throw new IOException("expected a body that is plain or gzip, found another encoding");
    }
    try (InputStream unzipped = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
      byte[] plain = unzipped.readNBytes(mostBytes);
      if (unzipped.read() >= 0) {
        throw new IOException("the body has more than " + mostBytes + " bytes");
      }
      return plain;
    }
  }

  /** POST of JSON. */
  Answer post(String path, byte[] body, int mostBytes) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        request(path, "Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .timeout(timeout);
    return whole(request.build(), mostBytes);
  }

  /** GET that answers as soon as the headers are there. */
  HttpResponse<Flow.Publisher<List<ByteBuffer>>> open(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest request = request(path, headers).GET().timeout(timeout).build();
    return await(request, HttpResponse.BodyHandlers.ofPublisher());
  }

  /** The wait that an answer asks for, at most so long; zero for none, or a date. */
  static Duration retryAfter(Answer answer, Duration most) {
    try {
      Duration asked = Duration.ofSeconds(Long.parseLong(answer.header("retry-after")));
      return asked.compareTo(most) < 0 ? asked : most;
    } catch (NumberFormatException | ArithmeticException e) {
      return Duration.ZERO;
    }
  }

  private HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(base + path));
    if (!token.isEmpty()) {
      builder.header("Authorization", "Bearer " + token);
    }
    return headers.length == 0 ? builder : builder.headers(headers);
  }

  private Answer whole(HttpRequest request, int mostBytes)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> response = await(request, info -> new LimitedBody(mostBytes));
    return new Answer(response.statusCode(), response.headers().map(), response.body());
  }

  /** The request's own timeout ends with the headers; this one covers the body too. */
  private <T> HttpResponse<T> await(HttpRequest request, BodyHandler<T> handler)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<T>> answer = client.sendAsync(request, handler);
    try {
      return answer.get(timeout.toMillis() + 500, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException(
          request.method() + " " + request.uri().getPath() + " failed: " + e.getCause(), e);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException(request.method() + " " + request.uri().getPath() + " timed out", e);
    } catch (InterruptedException e) {
      answer.cancel(true);
      throw e;
    }
  }
}
