package io.trialog.command.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.command.crash.Client.Acknowledged;
import io.trialog.command.crash.Client.Order;
import io.trialog.command.crash.Client.Tokens;
import io.trialog.eventstore.EventStore;
import io.trialog.eventstore.H2Databases;
import io.trialog.eventstore.PostgresServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * kill -9 at random moments while clients send orders: whatever was acknowledged is in the log once
 * and stays there, a retry gets the first answer, and nothing takes effect twice.
 */
@Tag("slow")
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class KillNineTest {
  private static final int KILLS = Integer.getInteger("trialog.kills", 50);
  private static final long SEED = Long.getLong("trialog.seed", 20_261_122L);
  private static final int CLIENTS = 4;
  private static final int MOST_ORDERS = 40;
  private static final int MOST_MICROS = 30_000;
  private static final long MOST_WAIT = TimeUnit.SECONDS.toNanos(30);
  private static final int RETRIES = 5;
  private static final String STAND_IN = "io.trialog.eventstore.eventstoredb.StandInServer";

  @TempDir Path folder;

  private final Random random = new Random(SEED);
  private final AtomicInteger done = new AtomicInteger();
  private final LogReader log = new LogReader();
  private final List<Client> clients = new ArrayList<>();
  private Tokens tokens;
  private Engine engine;
  private String url;

  @ParameterizedTest
  @EnumSource(Engine.class)
  void what_was_acknowledged_is_in_the_log_once(Engine chosen) throws Exception {
    engine = chosen;
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(new Client("c" + i, done));
    }
    if (engine == Engine.EVENTSTOREDB) {
      try (KilledProcess server = KilledProcess.start(folder, STAND_IN, "0")) {
        url = "esdb:" + server.awaitLine("esdb:");
        killAgainAndAgain();
      }
    } else {
      url =
          engine == Engine.H2
              ? H2Databases.in(folder, Engine.H2_NAME)
              : PostgresServer.newDatabase();
      killAgainAndAgain();
    }
  }

  private void killAgainAndAgain() throws Exception {
    issueTokens();
    int cutOff = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      workUntilKilled();
      cutOff += (int) clients.stream().filter(client -> client.cutOff() != null).count();
      requireEveryPromiseKept("kill " + kill + " of seed " + SEED);
    }
    finish();
    requireEveryPromiseKept("the end, seed " + SEED);
    Set<String> sent = new HashSet<>();
    all().forEach(order -> sent.add(order.order().key()));
    assertThat(log.keys()).containsAll(sent);
    assertThat(log.keys()).filteredOn(key -> key.startsWith("c")).hasSameSizeAs(sent);
    assertThat(sent).hasSizeGreaterThan(KILLS * MOST_ORDERS / 4);
    assertThat(cutOff).as("kills that cut an order off").isGreaterThan(KILLS / 2);
    System.out.printf(
        "%s: %d kills, %d orders acknowledged, %d cut off and sent again%n",
        engine, KILLS, sent.size(), cutOff);
  }

  private void issueTokens() throws Exception {
    try (KilledProcess process = start()) {
      URI server = address(process);
      String admin = Files.readString(folder.resolve("admin.token")).strip();
      Client first = new Client("first", done);
      tokens =
          new Tokens(
              admin,
              token(first, server, admin, "ada", "experimenter"),
              token(first, server, admin, "ben", "approver"));
      process.end();
    }
  }

  private static String token(Client client, URI server, String admin, String holder, String role)
      throws IOException, InterruptedException {
    String body = "{'holder':'%s','roles':[{'role':'%s'}]}".formatted(holder, role);
    return client
        .send(server, new Order("token-" + holder, "/api/v1/tokens", body, admin))
        .getString("secret");
  }

  private void workUntilKilled() throws Exception {
    try (KilledProcess process = start();
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
      URI server = address(process);
      requireFirstAnswers(server);
      List<Future<?>> working = new ArrayList<>();
      for (Client client : clients) {
        working.add(
            threads.submit(() -> {
              client.work(server, tokens);
              return null;
            }));
      }
      awaitRandomMoment();
      process.kill();
      for (Future<?> client : working) {
        client.get(60, TimeUnit.SECONDS);
      }
    }
  }

  /** After a random number of orders, and a little later: somewhere within one. */
  private void awaitRandomMoment() {
    int until = done.get() + random.nextInt(MOST_ORDERS);
    long deadline = System.nanoTime() + MOST_WAIT;
    while (done.get() < until && System.nanoTime() < deadline) {
      LockSupport.parkNanos(200_000);
    }
    LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(MOST_MICROS)));
  }

  /** Some orders of earlier lives, sent again. */
  private void requireFirstAnswers(URI server) throws Exception {
    List<Acknowledged> before = all();
    Client again = new Client("again", done);
    for (int i = 0; i < RETRIES && !before.isEmpty(); i++) {
      Acknowledged one = before.get(random.nextInt(before.size()));
      Acknowledged retry = new Acknowledged(one.order(), again.send(server, one.order()));
      assertThat(retry.promise()).as("retry of %s", one.order()).isEqualTo(one.promise());
    }
  }

  private void finish() throws Exception {
    try (KilledProcess process = start()) {
      URI server = address(process);
      for (Client client : clients) {
        client.finish(server);
      }
      requireFirstAnswers(server);
      process.end();
    }
  }

  private void requireEveryPromiseKept(String when) throws IOException {
    try (EventStore store = engine.openToRead(url, folder)) {
      log.readOn(store);
    } catch (AssertionError e) {
      throw new AssertionError(when + ": " + e.getMessage(), e);
    }
    for (Acknowledged order : all()) {
      log.requireOnce(order);
    }
    log.requireNoKeyTwice();
  }

  private List<Acknowledged> all() {
    return clients.stream().flatMap(client -> client.acknowledged().stream()).toList();
  }

  private KilledProcess start() throws IOException {
    return KilledProcess.start(
        folder,
        CommandSideAlone.class.getName(),
        engine.name(),
        url,
        folder.resolve("admin.token").toString());
  }

  private static URI address(KilledProcess process) throws IOException {
    return URI.create("http://127.0.0.1:" + process.awaitLine(CommandSideAlone.READY));
  }
}
