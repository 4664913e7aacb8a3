package io.trialog.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.log.EventLog;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the running application does for its own safety, seen from outside. */
class ProtectionTest {
  /** So low that a test reaches it: 2 commands a second, 4 at once. */
  private static final Safety LOW = new Safety(Safety.Profile.STANDARD, 2, null, new TreeMap<>());

  @TempDir static Path folder;

  private static BothSides platform;

  @BeforeAll
  static void start() {
    platform = BothSides.start(folder, LOW);
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/health", "/openapi.json", "/api/v1/experiments", "/api/v1/nothing", "/x"})
  void every_answer_tells_browsers_to_do_nothing_with_it(String path) {
    protectedAnswer(platform.admin().get(path));
    protectedAnswer(platform.admin().as("").get(path));
    protectedAnswer(platform.admin().as("trl_x_y").get(path));
  }

  private static void protectedAnswer(Api.Answer answer) {
    assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(header(answer, "X-Frame-Options")).isEqualTo("DENY");
    assertThat(header(answer, "Referrer-Policy")).isEqualTo("no-referrer");
    assertThat(header(answer, "Cross-Origin-Resource-Policy")).isEqualTo("same-origin");
    assertThat(header(answer, "Content-Security-Policy")).startsWith("default-src 'none'");
    assertThat(header(answer, "Cache-Control")).containsAnyOf("no-store", "no-cache");
    assertThat(header(answer, "X-Correlation-Id")).isNotBlank();
    assertThat(header(answer, "Server")).isEmpty();
    assertThat(header(answer, "Strict-Transport-Security")).isEmpty();
  }

  @Test
  void a_holder_who_asks_too_often_is_told_when_to_come_back_and_others_do_not_pay() {
    Api eager = platform.admin().as(token("eager", ""));
    Api other = platform.admin().as(token("other", ""));
    Api.Answer answer = eager.post("/api/v1/tokens", "{}");
    assertThat(header(answer, "RateLimit-Limit")).isEqualTo("4");
    assertThat(header(answer, "RateLimit-Remaining")).isEqualTo("3");
    for (int i = 0; i < 20 && answer.status() != 429; i++) {
      answer = eager.post("/api/v1/tokens", "{}");
    }

    answer.problem(429, "rate_limited");
    assertThat(header(answer, "Retry-After")).isEqualTo("1");
    assertThat(header(answer, "RateLimit-Remaining")).isEqualTo("0");
    protectedAnswer(answer);
    assertThat(OpenApi.of(platform).complaints("POST /api/v1/tokens", answer)).isEmpty();
    eager.get("/api/v1/experiments").is(200);
    other.post("/api/v1/tokens", "{}").problem(403, "access_denied");
  }

  @Test
  void receipts_that_come_too_fast_are_told_when_to_come_back_and_cost_no_snapshot() {
    Api client = platform.admin().as(token("fleet", "sdk", ""));
    String receipt =
        """
        {'client':'6f1c2a52-3d0e-4a8e-9c4b-1f2f5d9b7a10','environment':'production',
         'sdk':'java/0.1.0','enforced':[{'position':1,'ago_ms':0}]}
        """;
    Api.Answer answer = client.post("/api/v1/receipts", receipt);
    assertThat(header(answer, "RateLimit-Limit")).isEqualTo("40");
    for (int i = 0; i < 2_000 && answer.status() != 429; i++) {
      answer = client.post("/api/v1/receipts", receipt);
    }

    answer.problem(429, "rate_limited");
    assertThat(header(answer, "Retry-After")).isEqualTo("1");
    Api.Answer snapshot = client.get("/api/v1/snapshots/production").is(200);
    assertThat(header(snapshot, "RateLimit-Remaining")).isEqualTo("39");
  }

  @Test
  void an_address_that_fails_too_often_is_slowed_down_and_the_honest_are_not() {
    Api forger = platform.admin().as("trl_00_" + "A".repeat(43));
    Api.Answer answer = forger.get("/api/v1/experiments");
    for (int i = 0; i < 2_000 && answer.status() == 401; i++) {
      answer = forger.get("/api/v1/experiments");
    }

    answer.problem(429, "rate_limited");
    assertThat(header(answer, "Retry-After")).isEqualTo("1");
    platform.admin().get("/api/v1/experiments").is(200);
  }

  @Test
  void a_token_whose_time_has_run_out_says_so() {
    Instant end = Instant.now().plusMillis(1_500);
    Api holder = platform.admin().as(token("brief", ",'expires_at':'" + end + "'"));
    holder.get("/api/v1/experiments").is(200);
    Api.Answer answer = holder.get("/api/v1/experiments");
    while (answer.status() == 200 || answer.status() == 429) {
      assertThat(Instant.now()).isBefore(end.plusSeconds(30));
      LockSupport.parkNanos(100_000_000);
      answer = holder.get("/api/v1/experiments");
    }

    answer.problem(401, "token_expired");
    assertThat(header(answer, "WWW-Authenticate")).startsWith("Bearer");
    assertThat(Instant.now()).isAfterOrEqualTo(end);
  }

  private static String token(String holder, String more) {
    return token(holder, "viewer", more);
  }

  private static String token(String holder, String role, String more) {
    String body = "{'holder':'%s','roles':[{'role':'%s'}]%s}".formatted(holder, role, more);
    Api.Answer answer = platform.admin().post("/api/v1/tokens", body);
    while (answer.status() == 429) {
      answer = platform.admin().post("/api/v1/tokens", body);
    }
    return answer.is(201).json().getString("secret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /a{b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GARBAGE\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
        "POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "GET /api/v1/..;/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /api//v1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /%2e%2e/%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
      })
  void what_is_no_good_http_gets_no_page_and_no_stack_trace(String request) throws IOException {
    String answer = raw(request);

    assertThat(answer)
        .matches("(?s)HTTP/1.1 (4|505).*")
        .doesNotContain("<")
        .doesNotContain("Exception");
    assertThat(answer).doesNotContain("Apache").doesNotContain("\tat ");
  }

  private static String raw(String request) throws IOException {
    URI base = platform.admin().base();
    try (Socket socket = new Socket(base.getHost(), base.getPort())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  @Test
  void the_credential_of_whoever_did_it_stands_with_each_event() {
    token("noted", "");
    StoredEvent last = platform.bean(EventLog.class).read(platform.head() - 1, 1).getFirst();

    assertThat(EventCodec.decodeMetadata(last.metadata()).get("credential"))
        .matches("token:[0-9a-f]{16}");
  }

  private static String header(Api.Answer answer, String name) {
    return answer.response().headers().firstValue(name).orElse("");
  }
}
