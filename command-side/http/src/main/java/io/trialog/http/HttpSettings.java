package io.trialog.http;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/**
 * How a service treats its callers.
 *
 * @param commandsPerSecond of one token, with twice as many at once; 0 sets no limits at all
 * @param oidc whose JWTs are accepted beside our own tokens; null for nobody's
 */
public record HttpSettings(int commandsPerSecond, @Nullable OidcSettings oidc) {
  /** When nothing else is said. */
  public static final int COMMANDS_PER_SECOND = 100;

  private static final int MOST = 1_000_000;
  private static final String PREFIX = "trialog.";

  public HttpSettings {
    if (commandsPerSecond < 0 || commandsPerSecond > MOST) {
      throw new IllegalArgumentException(
          "--rate-limit must be within 0 and %d; found %d".formatted(MOST, commandsPerSecond));
    }
  }

  /** From the properties {@code trialog.rate-limit} and {@code trialog.oidc.*}. */
  static HttpSettings of(Environment environment) {
    int limit = environment.getProperty(PREFIX + "rate-limit", Integer.class, COMMANDS_PER_SECOND);
    return new HttpSettings(limit, oidc(environment));
  }

  private static @Nullable OidcSettings oidc(Environment environment) {
    String issuer = environment.getProperty(PREFIX + "oidc.issuer", "");
    if (issuer.isEmpty()) {
      return null;
    }
    String keys = environment.getProperty(PREFIX + "oidc.jwks-uri", "");
    return new OidcSettings(
        issuer,
        environment.getProperty(PREFIX + "oidc.audience", ""),
        environment.getProperty(PREFIX + "oidc.holder-claim", "sub"),
        keys.isEmpty() ? null : URI.create(keys),
        environment.getProperty(
            PREFIX + "oidc.refetch-after", Duration.class, Duration.ofSeconds(10)));
  }
}
