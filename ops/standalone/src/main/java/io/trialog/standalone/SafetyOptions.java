package io.trialog.standalone;

import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options about protection, as a person types them. */
final class SafetyOptions {
  @Option(
      names = "--profile",
      paramLabel = "P",
      defaultValue = "standard",
      description = "standard, or compliance: no listener without TLS (default: ${DEFAULT-VALUE}).")
  private String profile = "standard";

  @Option(
      names = "--rate-limit",
      paramLabel = "N",
      defaultValue = "100",
      description =
          "Commands a second of one token, ten times as many other requests; 0 for no limits"
              + " (default: ${DEFAULT-VALUE}).")
  private int rateLimit = 100;

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description = "Certificate chain, PEM; HTTPS instead of HTTP. Needs --tls-key.")
  private @Nullable Path certificate;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "Its private key, PEM.")
  private @Nullable Path key;

  @Option(
      names = "--oidc-issuer",
      paramLabel = "URL",
      description = "Accept JWTs of this issuer beside access tokens. Needs --oidc-audience.")
  private @Nullable String issuer;

  @Option(
      names = "--oidc-audience",
      paramLabel = "NAME",
      description = "What the claim aud of a JWT must have.")
  private @Nullable String audience;

  @Option(
      names = "--oidc-holder-claim",
      paramLabel = "CLAIM",
      defaultValue = "sub",
      description = "The claim that names the member (default: ${DEFAULT-VALUE}).")
  private String holderClaim = "sub";

  @Option(
      names = "--oidc-jwks-uri",
      paramLabel = "URL",
      description = "Where the issuer's keys are (default: as its discovery document says).")
  private @Nullable String keys;

  @Option(
      names = "--cors-origins",
      paramLabel = "ORIGINS",
      defaultValue = "",
      description =
          "Origins of pages that may ask from a browser, separated by commas:"
              + " https://shop.example.com (default: none).")
  private String corsOrigins = "";

  Safety safety() {
    return new Safety(profile(), rateLimit, tls(), oidc(), corsOrigins);
  }

  private Safety.Profile profile() {
    return switch (profile) {
      case "standard" -> Safety.Profile.STANDARD;
      case "compliance" -> Safety.Profile.COMPLIANCE;
      default ->
          throw new IllegalArgumentException(
              "--profile must be standard or compliance; found " + profile);
    };
  }

  private Safety.@Nullable Tls tls() {
    if (certificate == null && key == null) {
      return null;
    }
    if (certificate == null || key == null) {
      throw new IllegalArgumentException("--tls-certificate and --tls-key need each other");
    }
    return new Safety.Tls(certificate, key);
  }

  private SortedMap<String, String> oidc() {
    SortedMap<String, String> properties = new TreeMap<>();
    if (issuer != null) {
      properties.put("trialog.oidc.issuer", issuer);
      properties.put("trialog.oidc.audience", audience == null ? "" : audience);
      properties.put("trialog.oidc.holder-claim", holderClaim);
      if (keys != null) {
        properties.put("trialog.oidc.jwks-uri", keys);
      }
    }
    return properties;
  }
}
