package io.trialog.http;

import io.trialog.language.Actor;
import io.trialog.language.Grant;
import io.trialog.language.Role;
import io.trialog.language.log.EventLog;
import io.trialog.language.wire.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Access tokens, {@code trl_<id>_<secret>}: the id names a stream of the log, which has the hash of
 * the secret, until when it is good, and whether it was revoked. A revocation counts at once.
 * Thread-safe.
 */
public final class AccessTokens {
  /** What every access token begins with. */
  static final String PREFIX = "trl_";

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int SECRET_BYTES = 32;
  private static final int SECRET_LENGTH = 43;
  private static final int ID_LIMIT = 32;

  private final AccessRegister register;
  private final Clock clock;

  public AccessTokens(EventLog log) {
    this(new AccessRegister(log), Clock.systemUTC());
  }

  public AccessTokens(AccessRegister register, Clock clock) {
    this.register = register;
    this.clock = clock;
  }

  /** A new token: what the holder keeps, and what the log keeps. */
  public record Fresh(String id, String bearer, String secretHash) {}

  /** Makes a token with 256 random bits. */
  public static Fresh create() {
    byte[] bytes = new byte[SECRET_BYTES];
    RANDOM.nextBytes(bytes);
    String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).replace('_', '-');
    String id = HexFormat.of().formatHex(bytesOfId());
    return new Fresh(id, PREFIX + id + "_" + secret, hash(secret));
  }

  /** Who holds this bearer token, when it is one of ours and still good. */
  public Optional<Caller> caller(String bearer) {
    return issued(bearer)
        .filter(issued -> !issued.isExpired(clock.instant()))
        .map(AccessTokens::caller);
  }

  /** Whether it would be good, had its time not run out. */
  boolean isExpired(String bearer) {
    return issued(bearer).filter(issued -> issued.isExpired(clock.instant())).isPresent();
  }

  /** Whether the token is still the holder's and gives the role, or admin, in the namespace. */
  public boolean holds(String token, String holder, Role role, String namespace) {
    return register
        .token(token)
        .filter(issued -> issued.holder().equals(holder) && !issued.isExpired(clock.instant()))
        .filter(issued -> Caller.covers(issued.grants(), Set.of(role), namespace))
        .isPresent();
  }

  private Optional<AccessRegister.Issued> issued(String bearer) {
    int secretAt = bearer.length() - SECRET_LENGTH;
    if (!isShaped(bearer, secretAt)) {
      return Optional.empty();
    }
    return register
        .token(bearer.substring(PREFIX.length(), secretAt - 1))
        .filter(issued -> sameHash(issued.secretHash(), hash(bearer.substring(secretAt))));
  }

  /** By hand: every request comes by here, and a regular expression takes longer than the hash. */
  private static boolean isShaped(String bearer, int secretAt) {
    int idLength = secretAt - 1 - PREFIX.length();
    return idLength >= 1
        && idLength <= ID_LIMIT
        && bearer.startsWith(PREFIX)
        && bearer.charAt(secretAt - 1) == '_'
        && allOf(bearer, PREFIX.length(), secretAt - 1, AccessTokens::isOfId)
        && allOf(bearer, secretAt, bearer.length(), AccessTokens::isOfSecret);
  }

  private static boolean allOf(String text, int from, int to, IntPredicate allowed) {
    for (int i = from; i < to; i++) {
      if (!allowed.test(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isOfId(int c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }

  private static boolean isOfSecret(int c) {
    return isOfId(c) || (c >= 'A' && c <= 'Z') || c == '-';
  }

  private static Caller caller(AccessRegister.Issued issued) {
    return new Caller(
        new Actor(kind(issued.grants()), issued.holder(), "token", null),
        issued.grants(),
        Caller.TOKEN_PREFIX + issued.token(),
        issued.issuedAt(),
        true);
  }

  /** Who can do nothing but what an SDK does is a program. */
  static Actor.Kind kind(List<Grant> grants) {
    boolean program =
        !grants.isEmpty() && grants.stream().allMatch(grant -> grant.role() == Role.SDK);
    return program ? Actor.Kind.TOKEN : Actor.Kind.HUMAN;
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
