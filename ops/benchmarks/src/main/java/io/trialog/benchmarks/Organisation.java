package io.trialog.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A large organisation at work: namespaces, and experiments spread over them, each created,
 * submitted, approved by a second person, started and ramped. So many clients work at once, each on
 * one experiment at a time.
 */
final class Organisation {
  private static final long MOST_MINUTES = 15;

  private final Api admin;
  private final String name;
  private final int namespaces;
  private final int clients;
  private final Latencies latencies = new Latencies();
  private final Api author;
  private final Api approver;

  /** {@code name} is the first part of each of its keys; two organisations share nothing. */
  Organisation(Api admin, String name, int namespaces, int clients)
      throws IOException, InterruptedException {
    this.admin = admin;
    this.name = name;
    this.namespaces = namespaces;
    this.clients = clients;
    this.author = admin.as(token("experimenter"));
    this.approver = admin.as(token("approver"));
  }

  /** Does it all; what was not acknowledged is among the failures. */
  Latencies work(int experiments) throws InterruptedException {
    for (int i = 0; i < namespaces; i++) {
      timed(
          "create namespace",
          admin,
          "/api/v1/namespaces",
          "{'namespace':'%s'}".formatted(namespace(i)));
      timed(
          "define metric",
          admin,
          "/api/v1/metrics",
          "{'metric':'%s','namespace':'%s','kind':'proportion','direction':'higher_is_better'}"
              .formatted(metric(i), namespace(i)));
    }
    Queue<Integer> left = new ConcurrentLinkedQueue<>();
    for (int i = 0; i < experiments; i++) {
      left.add(i);
    }
    runAll(left);
    return latencies;
  }

  private void runAll(Queue<Integer> left) throws InterruptedException {
    List<Future<?>> working = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
      for (int i = 0; i < clients; i++) {
        working.add(threads.submit(() -> workOff(left)));
      }
      threads.shutdown();
      if (!threads.awaitTermination(MOST_MINUTES, TimeUnit.MINUTES)) {
        latencies.failed("not done within " + MOST_MINUTES + " minutes");
        working.forEach(one -> one.cancel(true));
      }
    }
  }

  private void workOff(Queue<Integer> left) {
    try {
      for (Integer next = left.poll(); next != null; next = left.poll()) {
        experiment(next);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void experiment(int number) throws InterruptedException {
    String key = "%s-x%d".formatted(name, number);
    String path = "/api/v1/experiments/" + key;
    int team = number % namespaces;
    timed(
        "create experiment",
        author,
        "/api/v1/experiments",
        """
        {'experiment':'%s','namespace':'%s','surface':'checkout','unit':'user_id',
         'control':'control','variants':[{'key':'control','share':0.5},{'key':'green','share':0.5}],
         'targeting':[{'attribute':'country','operator':'in','values':['US','DE']}],
         'primary_metric':'%s','planned_subjects':10000,'guardrails':[{'metric':'%s'}]}
        """
            .formatted(key, namespace(team), metric(team), metric(team)));
    timed("submit", author, path + "/submit", "{}");
    timed("approve", approver, path + "/approve", "{'reason':'looks right'}");
    timed("start", author, path + "/start", "{'traffic':0.1}");
    timed("ramp", author, path + "/ramp", "{'traffic':1}");
  }

  private void timed(String command, Api api, String path, String body)
      throws InterruptedException {
    long start = System.nanoTime();
    try {
      api.post(path, body);
      latencies.acknowledged(command, System.nanoTime() - start);
    } catch (IOException e) {
      latencies.failed(command + ": " + e.getMessage());
    }
  }

  private String token(String role) throws IOException, InterruptedException {
    return admin
        .post(
            "/api/v1/tokens",
            "{'holder':'%s-%s','roles':[{'role':'%s'}]}".formatted(name, role, role))
        .getString("secret");
  }

  private String namespace(int number) {
    return "%s/team%d".formatted(name, number);
  }

  private String metric(int number) {
    return "%s_booked_%d".formatted(name, number);
  }
}
