package io.trialog.standalone;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How the platform protects itself, as chosen at start.
 *
 * @param profile what is insisted on
 * @param rateLimit commands a second of one token, 0 for no limits
 * @param tls null to listen without
 * @param oidc properties {@code trialog.oidc.*}; empty when no identity provider is trusted
 * @param corsOrigins of pages that may ask from a browser, separated by commas; empty for none
 */
record Safety(
    Profile profile,
    int rateLimit,
    @Nullable Tls tls,
    SortedMap<String, String> oidc,
    String corsOrigins) {
  /** What a person gets who asks for nothing. */
  static final Safety DEFAULT = new Safety(Profile.STANDARD, 100, null, new TreeMap<>());

  private static final String OIDC = "trialog.oidc.";

  /** What is insisted on at start. */
  enum Profile {
    /** Whatever was chosen. */
    STANDARD,
    /** No listener without TLS. */
    COMPLIANCE
  }

  /** A certificate chain and its private key, both PEM. */
  record Tls(Path certificate, Path key) {
    Tls {
      mustBeThere("--tls-certificate", certificate);
      mustBeThere("--tls-key", key);
    }

    private static void mustBeThere(String option, Path file) {
      if (!Files.isReadable(file)) {
        throw new IllegalArgumentException(option + " " + file + " cannot be read");
      }
    }
  }

  Safety {
    if (profile == Profile.COMPLIANCE && tls == null) {
      throw new IllegalArgumentException(
          "--profile=compliance needs --tls-certificate and --tls-key: it opens no plaintext port");
    }
    if (!oidc.isEmpty() && oidc.getOrDefault(OIDC + "audience", "").isBlank()) {
      throw new IllegalArgumentException("--oidc-issuer needs --oidc-audience");
    }
    oidc = new TreeMap<>(oidc);
  }

  /** Without pages. */
  Safety(Profile profile, int rateLimit, @Nullable Tls tls, SortedMap<String, String> oidc) {
    this(profile, rateLimit, tls, oidc, "");
  }

  /** The properties of the application that follow. */
  Map<String, Object> properties() {
    Map<String, Object> properties = new TreeMap<>(oidc);
    properties.put("trialog.rate-limit", rateLimit);
    properties.put("trialog.cors-origins", corsOrigins);
    if (tls != null) {
      properties.put("server.ssl.bundle", "trialog");
      properties.put("server.ssl.enabled-protocols", "TLSv1.3,TLSv1.2");
      properties.put("spring.ssl.bundle.pem.trialog.keystore.certificate", place(tls.certificate));
      properties.put("spring.ssl.bundle.pem.trialog.keystore.private-key", place(tls.key));
    }
    return properties;
  }

  /** What an auditor wants to hear of when it changes. */
  SortedMap<String, String> recorded(String eventStore) {
    SortedMap<String, String> settings = new TreeMap<>();
    settings.put("cors_origins", corsOrigins.isBlank() ? "none" : corsOrigins);
    settings.put("event_store", eventStore);
    settings.put("oidc_issuer", oidc.getOrDefault(OIDC + "issuer", "none"));
    settings.put("profile", profile.name().toLowerCase(java.util.Locale.ROOT));
    settings.put("rate_limit", Integer.toString(rateLimit));
    settings.put("tls", tls == null ? "off" : "on");
    return settings;
  }

  private static String place(Path file) {
    return file.toAbsolutePath().toUri().toString();
  }
}
