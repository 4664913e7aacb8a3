package io.trialog.http;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.atomic.AtomicInteger;

/** An OpenID provider on loopback: a discovery document, a set of keys, and whatever it signs. */
final class IdentityProvider implements AutoCloseable {
  static final String AUDIENCE = "trialog";

  final AtomicInteger keysFetched = new AtomicInteger();
  private final HttpServer server;
  private volatile JWKSet keys = new JWKSet();
  private volatile String named = "";

  IdentityProvider() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    named = issuer();
    server.createContext(
        "/.well-known/openid-configuration",
        exchange ->
            answer(
                exchange, "{\"issuer\":\"" + named + "\",\"jwks_uri\":\"" + issuer() + "/keys\"}"));
    server.createContext(
        "/keys",
        exchange -> {
          keysFetched.incrementAndGet();
          answer(exchange, keys.toString());
        });
    server.start();
  }

  String issuer() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** What the discovery document says who it is of. */
  void callsItself(String issuer) {
    named = issuer;
  }

  void publishes(JWK... published) {
    keys = new JWKSet(java.util.List.of(published));
  }

  /** Claims that are good for a minute. */
  JWTClaimsSet.Builder claims(String holder) {
    Instant now = Instant.now();
    return new JWTClaimsSet.Builder()
        .issuer(issuer())
        .audience(AUDIENCE)
        .subject(holder)
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plusSeconds(60)));
  }

  static String signed(JWK key, JWTClaimsSet claims) {
    try {
      boolean elliptic = key instanceof ECKey;
      JWSAlgorithm algorithm = elliptic ? JWSAlgorithm.ES256 : JWSAlgorithm.RS256;
      JWSSigner signer = elliptic ? new ECDSASigner(key.toECKey()) : new RSASSASigner(rsa(key));
      SignedJWT jwt =
          new SignedJWT(new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).build(), claims);
      jwt.sign(signer);
      return jwt.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static RSAKey rsa(JWK key) {
    return key.toRSAKey();
  }

  private static void answer(HttpExchange exchange, String json) throws IOException {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
