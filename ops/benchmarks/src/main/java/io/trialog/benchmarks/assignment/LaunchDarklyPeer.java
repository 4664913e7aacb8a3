package io.trialog.benchmarks.assignment;

import com.launchdarkly.sdk.LDContext;
import com.launchdarkly.sdk.server.Components;
import com.launchdarkly.sdk.server.LDClient;
import com.launchdarkly.sdk.server.LDConfig;
import com.launchdarkly.sdk.server.integrations.FileData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** LaunchDarkly, from a file of flags, without events. */
final class LaunchDarklyPeer implements Peer {
  private static final String FLAG =
      """
      "KEY":{"key":"KEY","version":1,"on":true,"salt":"KEY","variations":["control","green"],
       "rules":[{"id":"rule","clauses":[{"contextKind":"user","attribute":"country","op":"in",
           "values":["US","DE","FR"]}],
         "rollout":{"contextKind":"user","variations":[{"variation":0,"weight":50000},
           {"variation":1,"weight":50000}]}}],
       "fallthrough":{"variation":0},"offVariation":0}
      """;

  private final LDClient client;
  private final LDContext[] contexts = new LDContext[Market.USERS];

  LaunchDarklyPeer() {
    try {
      Path file = Files.createTempFile("flags", ".json");
      Files.writeString(file, "{\"flags\":{%s}}".formatted(Peer.forEach(FLAG)));
      client =
          new LDClient(
              "none",
              new LDConfig.Builder()
                  .dataSource(FileData.dataSource().filePaths(file))
                  .events(Components.noEvents())
                  .build());
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String[] subjects = Market.subjects();
    for (int i = 0; i < contexts.length; i++) {
      contexts[i] =
          LDContext.builder(subjects[i])
              .set("country", Market.country(i))
              .set("plan", "premium")
              .set("app_version", "5.12.1")
              .build();
    }
  }

  @Override
  public String variant(String experiment, int user) {
    return client.stringVariation(experiment, contexts[user], "missing");
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
