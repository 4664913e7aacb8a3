package io.trialog.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.command.ConfigurationDrift;
import io.trialog.language.AccessEvent.ConfigurationRecorded;
import io.trialog.language.log.EventLog;
import io.trialog.language.wire.EventCodec;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person chooses at start for the safety of the platform. */
class SafetyTest {
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir Path folder;

  @Test
  void the_compliance_profile_opens_no_plaintext_port() {
    assertThatThrownBy(() -> new Safety(Safety.Profile.COMPLIANCE, 100, null, new TreeMap<>()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--tls-certificate");
  }

  @Test
  void an_issuer_needs_an_audience() {
    assertThatThrownBy(() ->
            new Safety(
                Safety.Profile.STANDARD,
                100,
                null,
                new TreeMap<>(Map.of("trialog.oidc.issuer", "https://id.example"))))
        .hasMessageContaining("--oidc-audience");
  }

  @Test
  void a_certificate_that_is_not_there_is_named() {
    Path missing = folder.resolve("missing.pem");
    assertThatThrownBy(() -> new Safety.Tls(missing, missing))
        .hasMessage("--tls-certificate " + missing + " cannot be read");
  }

  @Test
  void with_a_certificate_there_is_https_with_hsts_and_nothing_else()
      throws IOException, GeneralSecurityException, InterruptedException {
    KeyStore made = selfSigned();
    Safety safety =
        new Safety(
            Safety.Profile.COMPLIANCE,
            100,
            new Safety.Tls(folder.resolve("cert.pem"), folder.resolve("key.pem")),
            new TreeMap<>());
    try (BothSides platform = BothSides.start(folder.resolve("data"), safety)) {
      URI base = platform.admin().base();
      HttpResponse<String> answer =
          HttpClient.newBuilder()
              .sslContext(trusting(made))
              .build()
              .send(
                  HttpRequest.newBuilder(base.resolve("/openapi.json")).build(),
                  HttpResponse.BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.sslSession().orElseThrow().getProtocol()).isIn("TLSv1.3", "TLSv1.2");
      assertThat(answer.headers().firstValue("Strict-Transport-Security").orElse(""))
          .startsWith("max-age=31536000");
      assertThat(plaintext(base)).doesNotContain("HTTP/1.1 200").doesNotContain("Trialog:");
    }
  }

  private static String plaintext(URI base) throws IOException {
    try (Socket socket = new Socket(base.getHost(), base.getPort())) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write(
              "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private KeyStore selfSigned() throws IOException, GeneralSecurityException, InterruptedException {
    Path store = folder.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "x",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "san=ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .start();
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    KeyStore made = KeyStore.getInstance(store.toFile(), PASSWORD);
    pem("cert.pem", "CERTIFICATE", made.getCertificate("x").getEncoded());
    pem("key.pem", "PRIVATE KEY", made.getKey("x", PASSWORD).getEncoded());
    return made;
  }

  private void pem(String name, String what, byte[] bytes) throws IOException {
    String text =
        "-----BEGIN %s-----%n%s%n-----END %s-----%n"
            .formatted(what, Base64.getMimeEncoder().encodeToString(bytes), what);
    Files.writeString(folder.resolve(name), text);
  }

  private static SSLContext trusting(KeyStore made) throws GeneralSecurityException, IOException {
    KeyStore trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    trust.setCertificateEntry("x", made.getCertificate("x"));
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trust);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  @Test
  void a_start_with_other_settings_leaves_a_trace_and_one_with_the_same_does_not() {
    try (BothSides platform = BothSides.start(folder)) {
      ConfigurationDrift drift = platform.bean(ConfigurationDrift.class);
      Safety open = new Safety(Safety.Profile.STANDARD, 0, null, new TreeMap<>());

      assertThat(drift.record("standalone", Safety.DEFAULT.recorded("h2"))).isTrue();
      assertThat(drift.record("standalone", Safety.DEFAULT.recorded("h2"))).isFalse();
      assertThat(drift.record("standalone", open.recorded("h2"))).isTrue();

      EventLog log = platform.bean(EventLog.class);
      assertThat(EventCodec.decode(log.read(log.head() - 1, 1).getFirst()).event())
          .isEqualTo(
              new ConfigurationRecorded(
                  "standalone", Safety.DEFAULT.recorded("h2"), open.recorded("h2")));
      assertThatCode(() -> drift.record("other", open.recorded("h2"))).doesNotThrowAnyException();
    }
  }
}
