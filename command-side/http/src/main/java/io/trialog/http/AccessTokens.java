package io.trialog.http;

import io.trialog.language.AccessEvent;
import io.trialog.language.Actor;
import io.trialog.language.Grant;
import io.trialog.language.Role;
import io.trialog.language.Streams;
import io.trialog.language.TrialogEvent;
import io.trialog.language.log.EventLog;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import io.trialog.language.wire.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Access tokens, {@code trl_<id>_<secret>}: the id names a stream of the log, which has the hash of
 * the secret and whether it was revoked. Reading the log itself, a revocation counts at once.
 * Thread-safe.
 */
public final class AccessTokens {
  private static final Pattern SHAPE = Pattern.compile("trl_([a-z0-9]{1,32})_([A-Za-z0-9-]{43})");
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int SECRET_BYTES = 32;

  private final EventLog log;

  public AccessTokens(EventLog log) {
    this.log = log;
  }

  /** A new token: what the holder keeps, and what the log keeps. */
  public record Fresh(String id, String bearer, String secretHash) {}

  /** Makes a token with 256 random bits. */
  public static Fresh create() {
    byte[] bytes = new byte[SECRET_BYTES];
    RANDOM.nextBytes(bytes);
    String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).replace('_', '-');
    String id = HexFormat.of().formatHex(bytesOfId());
    return new Fresh(id, "trl_" + id + "_" + secret, hash(secret));
  }

  /** Who holds this bearer token, when it is one of ours and still good. */
  public Optional<Caller> caller(String bearer) {
    Matcher parts = SHAPE.matcher(bearer);
    if (!parts.matches()) {
      return Optional.empty();
    }
    Issued issued = issued(parts.group(1));
    if (issued == null || !sameHash(issued.secretHash(), hash(parts.group(2)))) {
      return Optional.empty();
    }
    return Optional.of(new Caller(actor(issued), issued.grants()));
  }

  private record Issued(String holder, List<Grant> grants, String secretHash) {}

  private @Nullable Issued issued(String token) {
    Issued issued = null;
    for (StoredEvent stored : log.stream(Streams.token(token))) {
      TrialogEvent event = EventCodec.decode(stored).event();
      if (event instanceof AccessEvent.TokenIssued fact) {
        issued = new Issued(fact.holder(), fact.grants(), fact.secretHash());
      } else if (event instanceof AccessEvent.TokenRevoked) {
        return null;
      }
    }
    return issued;
  }

  private static Actor actor(Issued issued) {
    boolean program = issued.grants().stream().allMatch(grant -> grant.role() == Role.SDK);
    return new Actor(program ? Actor.Kind.TOKEN : Actor.Kind.HUMAN, issued.holder(), "token", null);
  }

  private static byte[] bytesOfId() {
    byte[] bytes = new byte[8];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  private static boolean sameHash(String expected, String found) {
    return MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.US_ASCII), found.getBytes(StandardCharsets.US_ASCII));
  }

  private static String hash(String secret) {
    return Sha256.hex(secret.getBytes(StandardCharsets.UTF_8));
  }
}
