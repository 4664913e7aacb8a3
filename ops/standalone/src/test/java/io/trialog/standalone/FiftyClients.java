package io.trialog.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Fifty clients that reserve three percent of one exclusion set at the same moment. */
final class FiftyClients {
  private static final int CLIENTS = 50;
  private static final int WINNERS = 33;
  private static final int SLOTS_EACH = 300;

  private FiftyClients() {}

  /** As many win as there is room for; no slot has two owners, and none is lost. */
  static void race(Api admin) throws Exception {
    prepare(admin);
    List<Api.Answer> answers = reserveAtOnce(admin);

    assertThat(answers.stream().filter(answer -> answer.status() == 201)).hasSize(WINNERS);
    answers.stream()
        .filter(answer -> answer.status() != 201)
        .forEach(answer -> answer.problem(422, "exclusion_set_full"));
    long last =
        answers.stream()
            .filter(answer -> answer.status() == 201)
            .mapToLong(answer -> answer.json().getJsonNumber("position").longValue())
            .max()
            .orElseThrow();
    disjoint(admin.get("/api/v1/exclusion-sets/race?min_position=" + last).is(200).json());
  }

  private static void prepare(Api admin) {
    admin.post("/api/v1/namespaces", "{'namespace':'acme/race'}").is(201);
    admin
        .post(
            "/api/v1/metrics",
            "{'metric':'race','namespace':'acme/race','kind':'mean','direction':'higher_is_better'}")
        .is(201);
    admin.post("/api/v1/exclusion-sets", "{'set':'race','namespace':'acme/race'}").is(201);
    for (int i = 0; i < CLIENTS; i++) {
      admin
          .post(
              "/api/v1/experiments",
              "{'experiment':'race-"
                  + i
                  + "','namespace':'acme/race','primary_metric':'race',"
                  + "'exclusion_sets':[{'set':'race','share':0.03}],"
                  + "'variants':[{'key':'control','share':0.5},{'key':'b','share':0.5}]}")
          .is(201);
    }
  }

  private static List<Api.Answer> reserveAtOnce(Api admin) throws Exception {
    CyclicBarrier start = new CyclicBarrier(CLIENTS);
    List<Api.Answer> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
      List<Future<Api.Answer>> racing = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        String body = "{'experiment':'race-" + i + "'}";
        racing.add(
            threads.submit(() -> {
              start.await(30, TimeUnit.SECONDS);
              return admin.post("/api/v1/exclusion-sets/race/reservations", body);
            }));
      }
      for (Future<Api.Answer> racer : racing) {
        answers.add(racer.get(60, TimeUnit.SECONDS));
      }
    }
    return answers;
  }

  private static void disjoint(JsonObject set) {
    BitSet owned = new BitSet();
    JsonArray reservations = set.getJsonArray("reservations");
    for (JsonObject reservation : reservations.getValuesAs(JsonObject.class)) {
      for (JsonObject range : reservation.getJsonArray("ranges").getValuesAs(JsonObject.class)) {
        int from = range.getInt("from");
        int to = range.getInt("to");
        assertThat(owned.get(from, to).isEmpty()).as("%d to %d", from, to).isTrue();
        owned.set(from, to);
      }
    }
    assertThat(reservations).hasSize(WINNERS);
    assertThat(owned.cardinality()).isEqualTo(WINNERS * SLOTS_EACH);
  }
}
