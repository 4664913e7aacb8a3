package io.trialog.audit.cli;

import io.trialog.audit.proof.Json;
import io.trialog.audit.proof.MalformedException;
import io.trialog.audit.proof.VerifierKey;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The four requests of an export. Follows no redirects, so that the token goes nowhere else. Every
 * failure is a {@link Failure} with one line.
 */
final class AuditServer implements AutoCloseable {

  private static final Duration CONNECT = Duration.ofSeconds(10);
  // The server checks the whole log before its first byte.
  private static final Duration FIRST_BYTE = Duration.ofMinutes(5);
  private static final Duration STALLED = Duration.ofSeconds(60);
  private static final int MAX_ANSWER_BYTES = 1 << 16;

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final URI root;
  private final String token;

  private AuditServer(URI root, String token) {
    this.root = root;
    this.token = token;
  }

  /** An export that the server has recorded. */
  record Export(String id, long size) {}

  /** The public keys the server states. */
  record Keys(VerifierKey log, VerifierKey export) {}

  static AuditServer at(URI url, String token) {
    String scheme = String.valueOf(url.getScheme());
    if ((!scheme.equals("http") && !scheme.equals("https")) || url.getHost() == null) {
      throw Failure.usage("--url is like https://trialog.example, not " + url);
    }
    String text = url.toString();
    return new AuditServer(URI.create(text.endsWith("/") ? text : text + "/"), token);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(root.resolve(path))
        .timeout(FIRST_BYTE)
        .header("Authorization", "Bearer " + token);
  }

  Keys keys() throws InterruptedException {
    Json.Members answer = json(request("api/v1/keys").GET().build());
    try {
      return new Keys(
          VerifierKey.parse(text(answer, "log")), VerifierKey.parse(text(answer, "export")));
    } catch (MalformedException e) {
      throw Failure.failed("the server states no usable keys: " + e.rule());
    }
  }

  Export order(String purpose, OptionalLong size) throws InterruptedException {
    Map<String, Json> body = new TreeMap<>();
    body.put("purpose", new Json.Text(purpose));
    size.ifPresent(wanted -> body.put("size", new Json.Int(wanted)));
    Json.Members answer =
        json(
            request("api/v1/audit/exports")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(Json.Members.of(body).canonical()))
                .build());
    if (answer.byName().get("size") instanceof Json.Int granted && granted.value() >= 0) {
      return new Export(text(answer, "export"), granted.value());
    }
    throw Failure.failed("the server's answer to the export has no size");
  }

  /** The bundle as a stream that fails when it stands still for a minute. */
  InputStream bundle(long size) throws InterruptedException {
    HttpRequest request = request("api/v1/audit/exports/" + size + "/bundle.zip").GET().build();
    return new StallGuard(send(request), STALLED);
  }

  private static String text(Json.Members answer, String name) {
    if (answer.byName().get(name) instanceof Json.Text text) {
      return text.value();
    }
    throw Failure.failed("the server's answer has no member " + name);
  }

  private Json.Members json(HttpRequest request) throws InterruptedException {
    try (InputStream body = send(request)) {
      if (Json.parse(body.readNBytes(MAX_ANSWER_BYTES)) instanceof Json.Members members) {
        return members;
      }
    } catch (IOException | MalformedException e) {
      throw Failure.failed("cannot read the answer of " + request.uri() + ": " + e.getMessage());
    }
    throw Failure.failed("the answer of " + request.uri() + " is not a JSON object");
  }

  /** The body of a success. */
  private InputStream send(HttpRequest request) throws InterruptedException {
    try {
      HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
      if (response.statusCode() == 200 || response.statusCode() == 201) {
        return response.body();
      }
      try (InputStream body = response.body()) {
        throw refused(request, response.statusCode(), body.readNBytes(MAX_ANSWER_BYTES));
      }
    } catch (HttpTimeoutException e) {
      throw Failure.failed("no answer in time from " + request.uri());
    } catch (ConnectException e) {
      throw Failure.failed("no server answers at " + root);
    } catch (IOException e) {
      throw Failure.failed("the connection to " + root + " failed: " + e);
    }
  }

  private static Failure refused(HttpRequest request, int status, byte[] body) {
    String why =
        switch (status) {
          case 401 -> "the token is not accepted";
          case 403 -> "the token's holder lacks the role auditor or admin";
          case 404 -> "not found; is this the URL of a Trialog installation, and the size signed?";
          case 503 -> "the server is not ready yet; try again";
          default -> "the server refused";
        };
    return Failure.failed(
        status + " from " + request.method() + " " + request.uri() + ": " + why + detail(body));
  }

  /** The detail of a problem document, if it is one. */
  private static String detail(byte[] body) {
    try {
      if (Json.parse(body) instanceof Json.Members problem
          && problem.byName().get("detail") instanceof Json.Text detail) {
        return " (" + detail.value().replaceAll("\\p{Cntrl}", " ") + ")";
      }
    } catch (MalformedException e) {
      // Not a problem document: the status has to do.
    }
    return "";
  }

  @Override
  public void close() {
    // Not close(): that would wait for a body which nobody reads any more.
    client.shutdownNow();
  }
}
