package io.trialog.http;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.trialog.language.Actor;
import io.trialog.language.Grant;
import io.trialog.language.InvalidValue;
import io.trialog.language.Keys;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/**
 * JWTs of one issuer. The JWT says who it is; what they may, only their member stream says, so that
 * it is in the log. Keys are fetched when first needed and kept for five minutes; an unknown key
 * fetches them again. Thread-safe; blocking.
 */
final class OidcTokens {
  private static final Logger LOG = LoggerFactory.getLogger(OidcTokens.class);
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.PS256,
          JWSAlgorithm.ES256,
          JWSAlgorithm.ES384);
  private static final Duration SKEW = Duration.ofSeconds(30);
  private static final int CONNECT_MILLIS = 2_000;
  private static final int READ_MILLIS = 3_000;
  private static final int KEYS_BYTES = 256 * 1024;
  private static final Duration KEPT = Duration.ofMinutes(5);
  private static final Duration REFRESH_WAIT = Duration.ofSeconds(8);

  private final OidcSettings settings;
  private final AccessRegister register;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable NimbusJwtDecoder decoder;

  OidcTokens(OidcSettings settings, AccessRegister register, Clock clock) {
    this.settings = settings;
    this.register = register;
    this.clock = clock;
  }

  /** Who comes with this JWT; throws {@link TokenRefused}. */
  Caller caller(String bearer) {
    Jwt jwt = verified(bearer);
    String holder = holder(jwt);
    List<Grant> grants = register.member(holder);
    Instant proven = jwt.hasClaim("auth_time") ? jwt.getClaimAsInstant("auth_time") : null;
    Instant made = jwt.getIssuedAt();
    return new Caller(
        new Actor(AccessTokens.kind(grants), holder, Caller.OIDC, null),
        grants,
        Caller.OIDC,
        proven != null ? proven : made != null ? made : Instant.EPOCH,
        proven != null);
  }

  private Jwt verified(String bearer) {
    try {
      return decoder().decode(bearer);
    } catch (BadJwtException e) {
      LOG.debug("a JWT was refused: {}", e.getMessage());
      throw isOver(bearer) ? TokenRefused.expired() : TokenRefused.unknown();
    } catch (JwtException | IOException e) {
      LOG.warn("the keys of {} cannot be fetched: {}", settings.issuer(), e.toString());
      throw TokenRefused.issuerAway();
    }
  }

  /** A claim of a token that may be forged: good for the words of a refusal only. */
  private boolean isOver(String bearer) {
    try {
      var claims = com.nimbusds.jwt.SignedJWT.parse(bearer).getJWTClaimsSet();
      return claims.getExpirationTime() != null
          && claims.getExpirationTime().toInstant().plus(SKEW).isBefore(clock.instant());
    } catch (java.text.ParseException e) {
      return false;
    }
  }

  private String holder(Jwt jwt) {
    Object claim = jwt.getClaims().get(settings.holderClaim());
    try {
      return Keys.key("holder", claim instanceof String text ? text : "");
    } catch (InvalidValue e) {
      throw TokenRefused.holderless(settings.holderClaim());
    }
  }

  private NimbusJwtDecoder decoder() throws IOException {
    NimbusJwtDecoder known = decoder;
    if (known != null) {
      return known;
    }
    lock.lock();
    try {
      NimbusJwtDecoder made = decoder;
      if (made == null) {
        made = make();
        decoder = made;
      }
      return made;
    } finally {
      lock.unlock();
    }
  }

  private NimbusJwtDecoder make() throws IOException {
    DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    processor.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(
            JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, keys()));
    processor.setJWTClaimsSetVerifier((claims, context) -> {}); // the validators below do
    NimbusJwtDecoder decoder = new NimbusJwtDecoder(processor);
    JwtTimestampValidator times = new JwtTimestampValidator(SKEW);
    times.setClock(clock);
    decoder.setJwtValidator(
        new DelegatingOAuth2TokenValidator<>(
            times,
            new JwtClaimValidator<Object>("exp", found -> found != null),
            new JwtIssuerValidator(settings.issuer()),
            new JwtClaimValidator<List<String>>(
                "aud", found -> found != null && found.contains(settings.audience()))));
    return decoder;
  }

  private JWKSource<SecurityContext> keys() throws IOException {
    return JWKSourceBuilder.create(
            keysAt(), new DefaultResourceRetriever(CONNECT_MILLIS, READ_MILLIS, KEYS_BYTES))
        .cache(KEPT.toMillis(), REFRESH_WAIT.toMillis())
        .refreshAheadCache(false)
        .rateLimited(settings.refetchAfter().toMillis())
        .build();
  }

  private URL keysAt() throws IOException {
    URI keys = settings.keys();
    return keys == null ? discovered() : keys.toURL();
  }

  /** OpenID Connect Discovery 1.0, section 4: the document must name the issuer itself. */
  private URL discovered() throws IOException {
    String issuer = settings.issuer();
    String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
    URL place = URI.create(base + "/.well-known/openid-configuration").toURL();
    String text =
        new DefaultResourceRetriever(CONNECT_MILLIS, READ_MILLIS, KEYS_BYTES)
            .retrieveResource(place)
            .getContent();
    try (JsonReader reader = JsonDocuments.PROVIDER.createReader(new StringReader(text))) {
      JsonObject document = reader.readObject();
      if (!issuer.equals(document.getString("issuer", ""))) {
        throw new IOException(place + " is the configuration of another issuer");
      }
      return URI.create(document.getString("jwks_uri", "")).toURL();
    } catch (JsonException | IllegalArgumentException | MalformedURLException e) {
      throw new IOException(place + " is no OpenID configuration", e);
    }
  }
}
