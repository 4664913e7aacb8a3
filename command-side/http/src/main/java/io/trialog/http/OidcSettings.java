package io.trialog.http;

import io.trialog.language.InvalidValue;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Whose JWTs open this platform.
 *
 * @param issuer exactly as in the claim {@code iss}
 * @param audience what {@code aud} must have
 * @param holderClaim the claim that names the member
 * @param keys where the issuer's keys are; found by discovery when null
 * @param refetchAfter unknown keys make us fetch the set again, so often at most
 */
public record OidcSettings(
    String issuer, String audience, String holderClaim, @Nullable URI keys, Duration refetchAfter) {
  public OidcSettings {
    URI.create(issuer);
    if (audience.isBlank()) {
      throw new InvalidValue("--oidc-audience", "is required with --oidc-issuer");
    }
  }
}
