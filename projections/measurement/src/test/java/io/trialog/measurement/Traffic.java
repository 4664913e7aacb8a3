package io.trialog.measurement;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Random deliveries of random events: repeated, out of order, of subjects in two arms, before and
 * after the first exposure, with event times of 2017 and of now. The same seed gives the same
 * traffic.
 */
public final class Traffic {
  private static final Instant OLD = Instant.parse("2017-01-02T13:42:05.378582Z");
  private static final Instant NEW = Instant.parse("2026-11-22T16:00:00Z");
  private static final List<String> EXPERIMENTS = List.of("checkout", "search", "badge");
  private static final List<String> METRICS = List.of("gmv", "refunds", "converted");

  /** Deliveries of exposures, in order of delivery. */
  public final List<Exposure> exposures = new ArrayList<>();

  /** Deliveries of outcomes, in order of delivery. */
  public final List<Outcome> outcomes = new ArrayList<>();

  private final Random random;

  private Traffic(long seed) {
    random = new Random(seed);
  }

  /** Traffic of so many subjects. */
  public static Traffic of(long seed, int subjects) {
    var traffic = new Traffic(seed);
    for (int i = 0; i < subjects; i++) {
      traffic.act(subject("s" + seed + "-" + i));
    }
    traffic.repeatAndShuffle();
    return traffic;
  }

  /** A hashed subject, another one for each text. */
  public static String subject(String raw) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(raw.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, 16));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private void act(String subject) {
    Instant base = (random.nextBoolean() ? OLD : NEW).plusSeconds(random.nextInt(600));
    for (String experiment : EXPERIMENTS) {
      if (random.nextInt(3) > 0) {
        exposed(subject, experiment, base);
      }
    }
    for (int i = random.nextInt(7); i > 0; i--) {
      outcomes.add(outcome(subject, near(base)));
    }
  }

  private void exposed(String subject, String experiment, Instant base) {
    String arm = random.nextBoolean() ? "control" : "treatment";
    int epoch = random.nextInt(4) == 0 ? 1 : 0;
    for (int i = random.nextInt(3); i >= 0; i--) {
      String variant = random.nextInt(12) == 0 ? "other" : arm;
      exposures.add(
          new Exposure(
              id(),
              experiment,
              variant,
              subject,
              near(base),
              "web",
              epoch,
              OptionalLong.of(7),
              segments()));
    }
  }

  private SortedMap<String, String> segments() {
    var segments = new TreeMap<String, String>();
    if (random.nextInt(3) > 0) {
      segments.put("country", random.nextBoolean() ? "US" : "DE");
    }
    if (random.nextInt(5) == 0) {
      segments.put("device", "Größe \"7\" \uD83D\uDE80");
    }
    return segments;
  }

  private Outcome outcome(String subject, Instant time) {
    String metric = METRICS.get(random.nextInt(METRICS.size()));
    boolean proportion = metric.equals("converted");
    BigDecimal value =
        proportion
            ? BigDecimal.valueOf(random.nextInt(2))
            : BigDecimal.valueOf(
                random.nextInt(4_000_000) - (metric.equals("refunds") ? 2_000_000 : 0), 4);
    Optional<BigDecimal> cap =
        metric.equals("gmv") ? Optional.of(new BigDecimal("500")) : Optional.empty();
    MetricKind kind = proportion ? MetricKind.PROPORTION : MetricKind.MEAN;
    return new Outcome(id(), subject, metric, kind, cap, value, time);
  }

  /** Coarse times, so that some are equal and the id decides. */
  private Instant near(Instant base) {
    return base.plusMillis(5_000L * random.nextInt(12));
  }

  private UUID id() {
    return new UUID(random.nextLong(), random.nextLong());
  }

  private void repeatAndShuffle() {
    repeat(exposures);
    repeat(outcomes);
    Collections.shuffle(exposures, random);
    Collections.shuffle(outcomes, random);
  }

  private <T> void repeat(List<T> list) {
    for (T event : List.copyOf(list)) {
      for (int i = random.nextInt(8); i > 5; i--) {
        list.add(event);
      }
    }
  }

  /** Segment names that occur. */
  public static List<String> segmentNames() {
    return List.of("country", "device");
  }
}
