package io.trialog.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.standalone.RouteBook.Line;
import io.trialog.standalone.RouteBook.Request;
import jakarta.json.JsonValue;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is sent to a route, the answer is never a defect and never tells what is inside. */
class HostileBodiesTest {
  private static final long SEED = 20_261_122;
  private static final int BODIES = 10_000;
  private static final int CLIENTS = 4;

  @TempDir Path folder;

  /** What was sent and what came back, to be read by whoever repairs it. */
  private record Fault(String route, String path, String body, int status, String answer) {}

  @Test
  void ten_thousand_hostile_bodies_over_all_routes_cause_no_defect() throws InterruptedException {
    Queue<Fault> faults = new ConcurrentLinkedQueue<>();
    Map<Integer, Integer> statuses = new HashMap<>();
    try (BothSides platform = BothSides.start(folder)) {
      World world = new World(platform);
      OpenApi document = OpenApi.of(platform);
      List<Target> targets = targets(world, document);
      ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
      for (int client = 0; client < CLIENTS; client++) {
        Random random = new Random(SEED + client);
        clients.execute(() -> attack(platform, targets, random, faults, statuses));
      }
      clients.shutdown();
      assertThat(clients.awaitTermination(5, TimeUnit.MINUTES)).isTrue();
      platform.admin().get("/api/v1/experiments").is(200);
    }
    assertThat(faults).as("seed %d; statuses %s", SEED, statuses).isEmpty();
    assertThat(statuses.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(BODIES);
    assertThat(statuses.getOrDefault(400, 0)).isGreaterThan(BODIES / 4);
  }

  private record Target(Line line, Request request, String example) {}

  private static List<Target> targets(World world, OpenApi document) {
    List<Target> targets = new ArrayList<>();
    for (Line line : RouteBook.lines()) {
      if (!line.path().endsWith("/stream")) {
        String example =
            document.requestExample(line.route()).map(JsonValue::toString).orElse("{}");
        targets.add(new Target(line, line.given().apply(world), example));
      }
    }
    return targets;
  }

  private static void attack(
      BothSides platform,
      List<Target> targets,
      Random random,
      Queue<Fault> faults,
      Map<Integer, Integer> statuses) {
    Hostility hostility = new Hostility(random);
    for (int i = 0; i < BODIES / CLIENTS; i++) {
      Target target = targets.get(random.nextInt(targets.size()));
      String path = path(target, random, hostility);
      byte[] body =
          target.line().method().equals("GET") ? new byte[0] : hostility.body(target.example());
      Api.Answer answer = platform.admin().request(target.line().method(), path, body);
      synchronized (statuses) {
        statuses.merge(answer.status(), 1, Integer::sum);
      }
      if (isFault(target.line(), answer)) {
        String sent = new String(body, StandardCharsets.UTF_8);
        faults.add(
            new Fault(
                target.line().route(),
                path,
                sent.substring(0, Math.min(500, sent.length())),
                answer.status(),
                answer.text()));
      }
    }
  }

  private static String path(Target target, Random random, Hostility hostility) {
    String path = target.line().path();
    for (var variable : target.request().variables().entrySet()) {
      String value =
          random.nextInt(4) == 0
              ? URLEncoder.encode(hostility.text(), StandardCharsets.UTF_8).replace("+", "%20")
              : variable.getValue();
      path = path.replace("{" + variable.getKey() + "}", value);
    }
    return random.nextInt(6) == 0
        ? path + "?limit=" + URLEncoder.encode(hostility.text(), StandardCharsets.UTF_8)
        : path;
  }

  /** A part that is not there may say so: it has no Kafka here. */
  private static boolean isFault(Line line, Api.Answer answer) {
    boolean unavailable = answer.status() == 503 && line.status() == 503;
    boolean tells =
        answer.text().contains("Exception")
            || answer.text().contains("\tat ")
            || answer.text().contains("java.");
    return (answer.status() >= 500 && !unavailable)
        || (answer.status() >= 400 && (tells || answer.text().startsWith("<")));
  }
}
