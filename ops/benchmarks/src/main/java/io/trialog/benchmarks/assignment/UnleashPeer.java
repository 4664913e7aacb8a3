package io.trialog.benchmarks.assignment;

import io.getunleash.DefaultUnleash;
import io.getunleash.UnleashContext;
import io.getunleash.util.UnleashConfig;
import java.util.Optional;

/** Unleash, from a bootstrap text; it never asks a server. */
final class UnleashPeer implements Peer {
  private static final String FEATURE =
      """
      {"name":"KEY","type":"experiment","enabled":true,
       "strategies":[{"name":"flexibleRollout",
         "parameters":{"rollout":"100","stickiness":"userId","groupId":"KEY"},
         "constraints":[{"contextName":"country","operator":"IN","values":["US","DE","FR"]}]}],
       "variants":[{"name":"control","weight":500,"weightType":"variable","stickiness":"userId"},
         {"name":"green","weight":500,"weightType":"variable","stickiness":"userId"}]}
      """;

  private final DefaultUnleash unleash;
  private final UnleashContext[] contexts = new UnleashContext[Market.USERS];

  UnleashPeer() {
    String features = "{\"version\":2,\"features\":[%s]}".formatted(Peer.forEach(FEATURE));
    unleash =
        new DefaultUnleash(
            UnleashConfig.builder()
                .appName("benchmark")
                .unleashAPI("http://127.0.0.1:1/api")
                .apiKey("none")
                .disablePolling()
                .disableMetrics()
                .toggleBootstrapProvider(() -> Optional.of(features))
                .build());
    String[] subjects = Market.subjects();
    for (int i = 0; i < contexts.length; i++) {
      contexts[i] =
          UnleashContext.builder()
              .userId(subjects[i])
              .addProperty("country", Market.country(i))
              .addProperty("plan", "premium")
              .addProperty("app_version", "5.12.1")
              .build();
    }
  }

  @Override
  public String variant(String experiment, int user) {
    return unleash.getVariant(experiment, contexts[user]).getName();
  }

  @Override
  public void close() {
    unleash.shutdown();
  }
}
