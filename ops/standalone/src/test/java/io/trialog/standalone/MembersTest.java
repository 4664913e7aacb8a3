package io.trialog.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.trialog.http.IdentityProvider;
import io.trialog.language.AccessEvent.AccessDenied;
import io.trialog.language.log.EventLog;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** People whom an identity provider vouches for, at the running application. */
class MembersTest {
  private static final String GRANTS = "/api/v1/members/%s/grants";

  @TempDir static Path folder;

  private static IdentityProvider provider;
  private static ECKey key;
  private static BothSides platform;

  @BeforeAll
  static void start() throws JOSEException {
    provider = new IdentityProvider();
    key = new ECKeyGenerator(Curve.P_256).keyID("k1").generate();
    provider.publishes(key.toPublicJWK());
    TreeMap<String, String> oidc =
        new TreeMap<>(
            Map.of(
                "trialog.oidc.issuer",
                provider.issuer(),
                "trialog.oidc.audience",
                IdentityProvider.AUDIENCE));
    platform = BothSides.start(folder, new Safety(Safety.Profile.STANDARD, 0, null, oidc));
    platform.admin().post("/api/v1/namespaces", "{'namespace':'acme/rides'}").is(201);
  }

  @AfterAll
  static void stop() {
    platform.close();
    provider.close();
  }

  private static Api member(String holder, Instant authenticated) {
    return platform
        .admin()
        .as(
            IdentityProvider.signed(
                key,
                provider
                    .claims(holder)
                    .claim("auth_time", authenticated.getEpochSecond())
                    .build()));
  }

  private static void grant(String holder, String role, String namespace) {
    platform
        .admin()
        .post(GRANTS.formatted(holder), "{'role':'%s','namespace':'%s'}".formatted(role, namespace))
        .is(200);
  }

  @Test
  void a_stranger_is_denied_and_the_denial_names_them() {
    Api eve = member("eve", Instant.now());
    long before = platform.head();

    eve.post("/api/v1/namespaces", "{'namespace':'acme/evil'}").problem(403, "access_denied");
    eve.get("/api/v1/experiments").problem(403, "access_denied");

    assertThat(platform.typesAfter(before)).containsExactly("AccessDenied");
    StoredEvent last = last();
    assertThat(EventCodec.decode(last).event())
        .isEqualTo(new AccessDenied("eve", "POST /api/v1/namespaces", "acme/evil"));
    assertThat(EventCodec.decodeMetadata(last.metadata()))
        .containsEntry("actor_auth", "oidc")
        .containsEntry("actor_id", "eve")
        .containsEntry("credential", "oidc");
  }

  @Test
  void a_role_counts_from_its_grant_to_its_withdrawal() {
    Api ines = member("ines", Instant.now());
    String metric =
        "{'metric':'%s','namespace':'acme/rides','kind':'mean','direction':'higher_is_better'}";
    ines.post("/api/v1/metrics", metric.formatted("a")).problem(403, "access_denied");

    grant("ines", "experimenter", "acme/rides");
    ines.post("/api/v1/metrics", metric.formatted("a")).is(201);
    assertThat(EventCodec.decodeMetadata(last().metadata()))
        .containsEntry("actor_auth", "oidc")
        .containsEntry("credential", "oidc");

    platform
        .admin()
        .post(
            GRANTS.formatted("ines") + "/withdraw",
            "{'role':'experimenter','namespace':'acme/rides'}")
        .is(200);
    ines.post("/api/v1/metrics", metric.formatted("b")).problem(403, "access_denied");
  }

  @Test
  void an_approval_wants_a_fresh_authentication_and_says_how_fresh() {
    grant("root", "admin", "*");
    Api stale = member("root", Instant.now().minusSeconds(400));
    Api fresh = member("root", Instant.now().minusSeconds(10));
    String path = "/api/v1/platform/policy/approve";

    Api.Answer answer = stale.post(path, "{}").problem(401, "fresh_authentication_required");

    assertThat(answer.response().headers().firstValue("WWW-Authenticate"))
        .contains("Bearer error=\"insufficient_user_authentication\", max_age=300");
    assertThat(OpenApi.of(platform).complaints("POST " + path, answer)).isEmpty();
    assertThat(fresh.post(path, "{}").status()).isIn(404, 422);
    stale.post("/api/v1/namespaces", "{'namespace':'acme/stale'}").is(201);
  }

  @Test
  void two_administrators_may_be_one_with_a_token_and_one_with_a_jwt() {
    grant("root-2", "admin", "*");
    Api second = member("root-2", Instant.now());
    String policy = "{'require_second_administrator':%s,'fresh_authentication':false}";
    platform.admin().put("/api/v1/platform/policy", policy.formatted(true)).is(200);
    long before = platform.head();

    grant("nils", "approver", "acme/rides");
    assertThat(platform.typesAfter(before)).containsExactly("RoleProposed");
    String approve = GRANTS.formatted("nils") + "/approve";
    String role = "{'role':'approver','namespace':'acme/rides'}";
    platform.admin().post(approve, role).problem(422, "second_administrator_required");
    assertThat(platform.typesAfter(before)).containsExactly("RoleProposed", "CommandRefused");
    second.post(approve, role).is(200);

    platform.admin().put("/api/v1/platform/policy", policy.formatted(false)).is(200);
    second.post("/api/v1/platform/policy/approve", "{}").is(200);
  }

  @Test
  void an_auditor_reads_who_may_do_what_and_no_secret() {
    grant("olga", "auditor", "*");
    Api olga = member("olga", Instant.now());

    assertThat(olga.get("/api/v1/members/olga").is(200).text())
        .isEqualTo("{\"holder\":\"olga\",\"roles\":[{\"role\":\"auditor\",\"namespace\":\"*\"}]}");
    assertThat(olga.get("/api/v1/members/nobody").is(200).json().getJsonArray("roles")).isEmpty();
    String tokens = olga.get("/api/v1/tokens?min_position=1").is(200).text();
    assertThat(tokens).contains("\"holder\":\"admin\"").doesNotContain("secret");
    assertThat(olga.get("/api/v1/platform/policy").is(200).text())
        .isEqualTo("{\"require_second_administrator\":false,\"fresh_authentication\":false}");
  }

  @Test
  void what_is_no_jwt_and_no_token_opens_nothing() {
    for (String bearer : new String[] {"x", "a.b.c", "trl_x", "eyJhbGciOiJub25lIn0.e30."}) {
      platform.admin().as(bearer).get("/api/v1/experiments").problem(401, "token_required");
    }
  }

  private static StoredEvent last() {
    return platform.bean(EventLog.class).read(platform.head() - 1, 1).getFirst();
  }
}
