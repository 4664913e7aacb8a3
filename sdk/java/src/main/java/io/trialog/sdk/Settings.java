package io.trialog.sdk;

import io.trialog.sdk.core.events.Exposure;
import io.trialog.sdk.core.note.VerifierKey;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a client was built with, checked. */
record Settings(
    URI baseUrl,
    String token,
    String environment,
    Optional<VerifierKey> verifierKey,
    TrialogClient.Mode mode,
    Optional<URI> snapshotFiles,
    Duration pollInterval,
    Duration heartbeatTimeout,
    Duration staleAfter,
    Optional<Duration> safeAfter,
    Duration requestTimeout,
    Duration flushInterval,
    Duration longestBackoff,
    Optional<Path> cacheFolder,
    Optional<Path> queueFolder,
    Optional<Path> bootstrap,
    String surface,
    List<String> segments,
    int queueCapacity,
    int exposureMemory,
    boolean receipts,
    Clock clock,
    ClientListener listener) {
  private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9_.-]+");
  private static final Pattern SURFACE = Pattern.compile("[^\\p{Cc}\\p{Cs}]{0,64}");

  Settings {
    if (token.isBlank() || !token.chars().allMatch(c -> c > 0x20 && c < 0x7F)) {
      throw new IllegalArgumentException("a client needs a token of visible ASCII characters");
    }
    if (!environment.matches("[a-z0-9-]{1,32}")) {
      throw new IllegalArgumentException("environment must match [a-z0-9-]{1,32}");
    }
    requireHttp("base URL", baseUrl);
    snapshotFiles.ifPresent(url -> requireHttp("URL of snapshot files", url));
    if (snapshotFiles.isPresent() != (mode == TrialogClient.Mode.FILES)) {
      throw new IllegalArgumentException("snapshotFiles and the mode FILES need each other");
    }
    positive("pollInterval", pollInterval);
    positive("heartbeatTimeout", heartbeatTimeout);
    positive("staleAfter", staleAfter);
    safeAfter.ifPresent(limit -> positive("safeAfter", limit));
    positive("requestTimeout", requestTimeout);
    positive("flushInterval", flushInterval);
    positive("longestBackoff", longestBackoff);
    segments = List.copyOf(segments);
    if (segments.size() > Exposure.MAX_SEGMENTS) {
      throw new IllegalArgumentException(
          "expected at most " + Exposure.MAX_SEGMENTS + " segments, found " + segments.size());
    }
    segments.forEach(name -> matches("name of a segment", SEGMENT, name));
    matches("surface", SURFACE, surface);
    if (bootstrap.isPresent() && verifierKey.isEmpty()) {
      throw new IllegalArgumentException("a bootstrap needs a verifierKey");
    }
    verifierKey.ifPresent(key -> checkName(key, environment));
  }

  private static void matches(String what, Pattern form, String text) {
    if (!form.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "expected a " + what + " that matches " + form + ", found \"" + text + '"');
    }
  }

  private static void requireHttp(String what, URI url) {
    if (!"http".equals(url.getScheme()) && !"https".equals(url.getScheme())) {
      throw new IllegalArgumentException("expected an http or https " + what + ", found " + url);
    }
  }

  private static void positive(String name, Duration duration) {
    if (duration.isZero() || duration.isNegative()) {
      throw new IllegalArgumentException(name + " must be positive, found " + duration);
    }
  }

  static void checkName(VerifierKey key, String environment) {
    if (!key.name().equals("trialog/" + environment)) {
      throw new IllegalArgumentException(
          "expected the key of trialog/" + environment + ", found one of " + key.name());
    }
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "Settings[" + baseUrl + " " + environment + " " + mode + "]";
  }
}
