package io.trialog.standalone.demo;

import io.trialog.sdk.TrialogClient;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A running demo: sets up two namespaces and five experiments, then lets people visit until it is
 * closed, and says in plain lines what happens. One of the experiments does harm and is meant to be
 * stopped by its guardrail.
 *
 * <p>A demo never takes the platform down with it: what goes wrong is said, and ends the demo.
 */
public final class Demo implements AutoCloseable {
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);
  private static final Duration LAST_DELIVERY = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final long TICK_MILLIS = 50;

  private final URI baseUrl;
  private final String adminToken;
  private final Path scratch;
  private final Consumer<String> say;
  private final LongSupplier millis;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  private Demo(
      URI baseUrl, String adminToken, Path scratch, Consumer<String> say, LongSupplier millis) {
    this.millis = millis;
    this.baseUrl = baseUrl;
    this.adminToken = adminToken;
    this.scratch = scratch;
    this.say = say;
    this.thread = Thread.ofPlatform().name("trialog-demo").daemon().unstarted(this::run);
  }

  /**
   * Starts a demo and returns at once; it waits up to two minutes for the platform to be up. On a
   * platform that had a demo before, what is there is used; an experiment that was killed stays so.
   *
   * @param baseUrl of the platform
   * @param adminToken issues the demo's own tokens
   * @param scratch a folder of the demo's own; created when missing
   * @param say takes one line at a time, on the demo's thread
   */
  public static Demo start(URI baseUrl, String adminToken, Path scratch, Consumer<String> say) {
    return start(
        baseUrl, adminToken, scratch, say, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
  }

  /** By a clock that never goes back, unlike the time of day. */
  static Demo start(
      URI baseUrl, String adminToken, Path scratch, Consumer<String> say, LongSupplier millis) {
    Demo demo = new Demo(baseUrl, adminToken.strip(), scratch, say, millis);
    demo.thread.start();
    return demo;
  }

  /** Stops within five seconds, delivering what people did until now. Idempotent. */
  @Override
  public void close() {
    closing.countDown();
    thread.interrupt();
    try {
      thread.join(CLOSE_DEADLINE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try (Platform platform = new Platform(baseUrl, closing)) {
      perform(platform);
    } catch (InterruptedException e) {
      tell("ended.");
    } catch (Platform.Refused | RuntimeException e) {
      tell("stopped, the platform goes on: " + e.getMessage());
    }
  }

  private void perform(Platform platform) throws Platform.Refused, InterruptedException {
    awaitUp(platform);
    Opening opening = new Opening(platform, adminToken);
    Opening.Tokens tokens = opening.prepare();
    tell(
        "acme/rides and acme/food have five experiments, each written by one and approved by"
            + " another.");
    long seed = System.currentTimeMillis();
    try (Closing client = new Closing(client(tokens.sdk()))) {
      Story story = new Story(baseUrl, platform, adminToken, this::tell);
      Show show =
          new Show(opening, tokens, client.client(), new Market(seed), story, millis.getAsLong());
      while (!closing.await(TICK_MILLIS, TimeUnit.MILLISECONDS)) {
        show.tick(millis.getAsLong());
      }
    }
    tell("ended.");
  }

  /** A client that is given less time to close than its own five seconds. */
  private record Closing(TrialogClient client) implements AutoCloseable {
    @Override
    public void close() {
      // An interrupt is what ends a demo early, and would cut the last delivery short, too.
      boolean interrupted = Thread.interrupted();
      client.close(LAST_DELIVERY);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void awaitUp(Platform platform) throws InterruptedException {
    long deadlineMillis = millis.getAsLong() + PATIENCE.toMillis();
    while (!platform.up()) {
      if (millis.getAsLong() > deadlineMillis) {
        tell("some part of the platform is not up after two minutes; going on without it.");
        return;
      }
      if (closing.await(500, TimeUnit.MILLISECONDS)) {
        throw new InterruptedException("closing");
      }
    }
  }

  private TrialogClient client(String token) {
    return TrialogClient.builder()
        .baseUrl(baseUrl)
        .token(token)
        .environment(Catalogue.ENVIRONMENT)
        .mode(TrialogClient.Mode.STREAMING)
        .segments("country", "platform")
        .cacheFolder(scratch)
        .build();
  }

  private void tell(String line) {
    say.accept("demo: " + line);
  }
}
