package io.trialog.command.crash;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sends one order after the other, each with an idempotency key, and keeps what was acknowledged.
 * One that was cut off is sent again, first thing, until it is acknowledged. Used by one thread at
 * a time.
 */
final class Client {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final String name;
  private final AtomicInteger done;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Deque<Order> planned = new ArrayDeque<>();
  private final List<Acknowledged> acknowledged = new ArrayList<>();
  private int experiments;

  /** What is sent; {@code key} makes it the same order each time. */
  record Order(String key, String path, String body, String token) {}

  /** What an order was answered with. */
  record Acknowledged(Order order, JsonObject answer) {
    long revision() {
      return answer.getJsonNumber("revision").longValueExact();
    }

    long position() {
      return answer.getJsonNumber("position").longValueExact();
    }

    /** What a retry must be answered with, too. */
    List<Object> promise() {
      return List.of(
          answer.getString("id"), revision(), position(), answer.getString("status", ""));
    }
  }

  /** Tokens of three people. */
  record Tokens(String admin, String author, String approver) {}

  /** Refused, which no order here may be. */
  static final class UnexpectedAnswer extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnexpectedAnswer(String message) {
      super(message);
    }
  }

  /** {@code done} counts what this client and others had acknowledged. */
  Client(String name, AtomicInteger done) {
    this.name = name;
    this.done = done;
  }

  List<Acknowledged> acknowledged() {
    return acknowledged;
  }

  /** Works until the server is gone. */
  void work(URI server, Tokens tokens) throws InterruptedException {
    try {
      while (true) {
        if (planned.isEmpty()) {
          plan(tokens);
        }
        sendNext(server);
      }
    } catch (IOException e) {
      // Killed; the order stays first in the plan.
    }
  }

  /** Sends what is planned, and nothing new. */
  void finish(URI server) throws IOException, InterruptedException {
    while (!planned.isEmpty()) {
      sendNext(server);
    }
  }

  private void sendNext(URI server) throws IOException, InterruptedException {
    Order next = planned.getFirst();
    acknowledged.add(new Acknowledged(next, send(server, next)));
    planned.removeFirst();
    done.incrementAndGet();
  }

  /** The answer to an order, patient with a server that says that it is busy. */
  JsonObject send(URI server, Order order) throws IOException, InterruptedException {
    HttpResponse<String> answer = exchange(server, order);
    while (answer.statusCode() == 429 || answer.statusCode() == 503) {
      LockSupport.parkNanos(50_000_000);
      answer = exchange(server, order);
    }
    if (answer.statusCode() / 100 != 2) {
      throw new UnexpectedAnswer(order + ": " + answer.statusCode() + " " + answer.body());
    }
    try (JsonReader reader = Json.createReader(new StringReader(answer.body()))) {
      return reader.readObject();
    }
  }

  private HttpResponse<String> exchange(URI server, Order order)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(server.resolve(order.path()))
            .timeout(TIMEOUT)
            .header("Authorization", "Bearer " + order.token())
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", order.key())
            .POST(BodyPublishers.ofString(order.body().replace('\'', '"')))
            .build();
    return http.send(request, BodyHandlers.ofString());
  }

  /** A namespace with a metric and an experiment that goes all its way. */
  private void plan(Tokens tokens) {
    int number = experiments++;
    String team = "%s/t%d".formatted(name, number);
    String metric = "%s_m%d".formatted(name, number);
    String experiment = "%s-x%d".formatted(name, number);
    String path = "/api/v1/experiments/" + experiment;
    add("/api/v1/namespaces", "{'namespace':'%s'}".formatted(team), tokens.admin());
    add(
        "/api/v1/metrics",
        "{'metric':'%s','namespace':'%s','kind':'mean','direction':'higher_is_better'}"
            .formatted(metric, team),
        tokens.admin());
    add(
        "/api/v1/experiments",
        """
        {'experiment':'%s','namespace':'%s','surface':'checkout','unit':'user_id',
         'control':'control','variants':[{'key':'control','share':0.5},{'key':'green','share':0.5}],
         'primary_metric':'%s','planned_subjects':10000}
        """
            .formatted(experiment, team, metric),
        tokens.author());
    add(path + "/submit", "{}", tokens.author());
    add(path + "/approve", "{}", tokens.approver());
    add(path + "/start", "{'traffic':0.1}", tokens.author());
    add(path + "/ramp", "{'traffic':1}", tokens.author());
    add(
        "/api/v1/tokens",
        "{'holder':'%s','roles':[{'role':'sdk'}]}".formatted(name),
        tokens.admin());
  }

  private void add(String path, String body, String token) {
    int number = acknowledged.size() + planned.size();
    planned.addLast(new Order("%s-%d".formatted(name, number), path, body, token));
  }

  @Nullable Order cutOff() {
    return planned.peekFirst();
  }
}
