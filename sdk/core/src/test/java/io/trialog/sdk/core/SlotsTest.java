package io.trialog.sdk.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Protocol clauses 1.1 to 1.4. */
class SlotsTest {
  private static final List<List<Object>> ROWS = Vectors.rows(Vectors.read("slots/vectors.json"));

  @Test
  @Tag("vectors")
  void every_vector_of_hashlib_gets_its_slot() {
    assertThat(ROWS).hasSizeGreaterThan(10_000);
    for (List<Object> row : ROWS) {
      assertThat((long) Slots.slot((String) row.get(0), (String) row.get(1)))
          .as("%s", row)
          .isEqualTo(row.get(2));
    }
  }

  @Test
  void eight_threads_get_what_one_thread_gets() throws Exception {
    try (var pool = Executors.newFixedThreadPool(8)) {
      List<Callable<Integer>> tasks =
          IntStream.range(0, 8).mapToObj(i -> (Callable<Integer>) () -> mistakes(i * 997)).toList();
      for (Future<Integer> wrong : pool.invokeAll(tasks, 60, TimeUnit.SECONDS)) {
        assertThat(wrong.get()).isZero();
      }
    }
  }

  private static int mistakes(int offset) {
    int wrong = 0;
    for (int i = 0; i < ROWS.size(); i++) {
      List<Object> row = ROWS.get((i + offset) % ROWS.size());
      if (Slots.slot((String) row.get(0), (String) row.get(1)) != (long) (Long) row.get(2)) {
        wrong++;
      }
    }
    return wrong;
  }

  @Test
  void any_sequence_of_chars_encodes_as_java_encodes_it() throws Exception {
    long seed = 20261122;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      String salt = anyChars(random);
      String subject = anyChars(random);
      assertThat(Slots.slot(salt, subject)).as("seed %s", seed).isEqualTo(naive(salt, subject));
    }
  }

  /** Half of them surrogates, paired or not. */
  private static String anyChars(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      int c = random.nextBoolean() ? 0xD800 + random.nextInt(0x800) : random.nextInt(0x10000);
      text.append((char) c);
    }
    return text.toString();
  }

  private static int naive(String salt, String subject) throws Exception {
    byte[] key = (salt + ":" + subject).getBytes(StandardCharsets.UTF_8);
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(key);
    return new BigInteger(1, digest).mod(BigInteger.valueOf(10_000)).intValueExact();
  }
}
