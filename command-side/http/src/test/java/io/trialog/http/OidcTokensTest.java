package io.trialog.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.trialog.language.AccessEvent.RoleGranted;
import io.trialog.language.Actor;
import io.trialog.language.Grant;
import io.trialog.language.Role;
import io.trialog.language.Streams;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JWTs of an identity provider: who may come in with one, and who not. */
class OidcTokensTest {
  private static RSAKey first;
  private static RSAKey second;
  private static ECKey elliptic;

  private final MemoryLog log = new MemoryLog();
  private IdentityProvider provider;
  private OidcTokens tokens;

  @BeforeAll
  static void keys() throws JOSEException {
    first = new RSAKeyGenerator(2048).keyID("k1").generate();
    second = new RSAKeyGenerator(2048).keyID("k2").generate();
    elliptic = new ECKeyGenerator(Curve.P_256).keyID("e1").generate();
  }

  @BeforeEach
  void open() {
    provider = new IdentityProvider();
    provider.publishes(first.toPublicJWK(), elliptic.toPublicJWK());
    tokens = tokens(null, "sub");
  }

  @AfterEach
  void close() {
    provider.close();
  }

  private OidcTokens tokens(@Nullable URI keys, String claim) {
    return new OidcTokens(
        new OidcSettings(
            provider.issuer(), IdentityProvider.AUDIENCE, claim, keys, Duration.ofMillis(1)),
        new AccessRegister(log),
        Clock.systemUTC());
  }

  @Test
  void a_member_may_what_their_stream_says_and_nothing_that_the_jwt_says() {
    log.append(
        Streams.member("ines"), new RoleGranted("ines", new Grant(Role.APPROVER, "acme/rides")));
    Instant proven = Instant.now().minusSeconds(90).truncatedTo(ChronoUnit.SECONDS);

    Caller caller =
        tokens.caller(
            IdentityProvider.signed(
                first,
                provider
                    .claims("ines")
                    .claim("auth_time", proven.getEpochSecond())
                    .claim("roles", "admin")
                    .build()));

    assertThat(caller.actor()).isEqualTo(new Actor(Actor.Kind.HUMAN, "ines", "oidc", null));
    assertThat(caller.may(Set.of(Role.APPROVER), "acme/rides")).isTrue();
    assertThat(caller.may(Set.of(Role.EXPERIMENTER), "acme/rides")).isFalse();
    assertThat(caller.credential()).isEqualTo("oidc");
    assertThat(caller.authenticatedAt()).isEqualTo(proven);
    assertThat(caller.authenticationProven()).isTrue();
  }

  @Test
  void a_stranger_is_recognised_and_may_nothing() {
    Caller caller = tokens.caller(IdentityProvider.signed(first, provider.claims("eve").build()));

    assertThat(caller.actor().id()).isEqualTo("eve");
    assertThat(caller.grants()).isEmpty();
    assertThat(caller.authenticationProven()).isFalse();
  }

  @Test
  void an_elliptic_key_is_as_good_and_keys_may_be_named_directly() {
    String jwt = IdentityProvider.signed(elliptic, provider.claims("ines").build());

    assertThat(tokens.caller(jwt).actor().id()).isEqualTo("ines");
    URI keys = URI.create(provider.issuer() + "/keys");
    assertThat(tokens(keys, "sub").caller(jwt).actor().id()).isEqualTo("ines");
  }

  @Test
  void another_claim_may_name_the_member() {
    String jwt =
        IdentityProvider.signed(first, provider.claims("u-1").claim("handle", "ines").build());

    assertThat(tokens(null, "handle").caller(jwt).actor().id()).isEqualTo("ines");
  }

  @Test
  void a_jwt_of_another_issuer_opens_nothing() {
    refused(
        IdentityProvider.signed(
            first, provider.claims("ines").issuer("https://evil.example").build()),
        "token_required");
  }

  @Test
  void a_jwt_for_another_audience_opens_nothing() {
    refused(
        IdentityProvider.signed(first, provider.claims("ines").audience("other").build()),
        "token_required");
    refused(
        IdentityProvider.signed(first, provider.claims("ines").audience((String) null).build()),
        "token_required");
  }

  @Test
  void a_jwt_with_a_signature_of_another_key_opens_nothing() throws JOSEException {
    RSAKey forged = new RSAKeyGenerator(2048).keyID("k1").generate();

    refused(IdentityProvider.signed(forged, provider.claims("ines").build()), "token_required");
    refused(IdentityProvider.signed(second, provider.claims("ines").build()), "token_required");
  }

  @Test
  void a_jwt_whose_text_was_changed_opens_nothing() {
    String good = IdentityProvider.signed(first, provider.claims("ines").build());
    String other = IdentityProvider.signed(first, provider.claims("eve").build());
    String[] parts = good.split("\\.", -1);

    refused(parts[0] + "." + other.split("\\.", -1)[1] + "." + parts[2], "token_required");
    refused(parts[0] + "." + parts[1] + ".", "token_required");
    refused("not.a.jwt", "token_required");
    refused("", "token_required");
  }

  @Test
  void a_jwt_without_a_signature_opens_nothing() {
    refused(new PlainJWT(provider.claims("ines").build()).serialize(), "token_required");
  }

  @Test
  void a_public_key_is_no_shared_secret() throws JOSEException {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("k1").build(),
            provider.claims("ines").build());
    jwt.sign(new MACSigner(first.toPublicJWK().toString().getBytes(StandardCharsets.UTF_8)));

    refused(jwt.serialize(), "token_required");
  }

  @Test
  void a_jwt_is_good_in_its_time_only_and_has_an_end() {
    Date past = Date.from(Instant.now().minusSeconds(120));
    Date future = Date.from(Instant.now().plusSeconds(120));
    refused(
        IdentityProvider.signed(first, provider.claims("ines").expirationTime(past).build()),
        "token_expired");
    refused(
        IdentityProvider.signed(first, provider.claims("ines").notBeforeTime(future).build()),
        "token_required");
    refused(
        IdentityProvider.signed(first, provider.claims("ines").expirationTime(null).build()),
        "token_required");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Ines", "ines@example.com", "../admin", "a b", "-x", "ä"})
  void a_holder_that_is_no_key_is_refused(String holder) {
    refused(
        IdentityProvider.signed(first, provider.claims(holder).build()), "token_holder_invalid");
  }

  @Test
  void a_jwt_without_the_claim_is_refused() {
    refused(
        IdentityProvider.signed(first, provider.claims("ines").subject(null).build()),
        "token_holder_invalid");
  }

  @Test
  void new_keys_are_found_and_old_ones_forgotten_when_the_provider_changes_them() {
    String old = IdentityProvider.signed(first, provider.claims("ines").build());
    assertThat(tokens.caller(old).actor().id()).isEqualTo("ines");
    provider.publishes(second.toPublicJWK());

    String fresh = IdentityProvider.signed(second, provider.claims("ines").build());

    assertThat(tokens.caller(fresh).actor().id()).isEqualTo("ines");
    refused(old, "token_required");
  }

  @Test
  void known_keys_are_not_fetched_again() {
    for (int i = 0; i < 20; i++) {
      tokens.caller(IdentityProvider.signed(first, provider.claims("ines").build()));
    }

    assertThat(provider.keysFetched.get()).isEqualTo(1);
  }

  @Test
  void a_provider_that_does_not_answer_is_unavailable_and_not_a_refusal() {
    String jwt = IdentityProvider.signed(first, provider.claims("ines").build());
    provider.close();

    TokenRefused refused = catchThrowableOfType(TokenRefused.class, () -> tokens.caller(jwt));

    assertThat(refused.problem().status()).isEqualTo(503);
    assertThat(refused.problem().code()).isEqualTo("identity_provider_unavailable");
  }

  @Test
  void a_discovery_document_of_another_issuer_is_not_believed() {
    provider.callsItself("https://evil.example");
    String jwt = IdentityProvider.signed(first, provider.claims("ines").build());

    assertThat(
            catchThrowableOfType(TokenRefused.class, () -> tokens.caller(jwt)).problem().status())
        .isEqualTo(503);
  }

  private void refused(String jwt, String code) {
    TokenRefused refused = catchThrowableOfType(TokenRefused.class, () -> tokens.caller(jwt));
    assertThat(refused).as(jwt).isNotNull();
    assertThat(refused.problem().status()).isEqualTo(401);
    assertThat(refused.problem().code()).isEqualTo(code);
  }
}
