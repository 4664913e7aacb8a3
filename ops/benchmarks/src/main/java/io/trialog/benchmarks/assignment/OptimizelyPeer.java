package io.trialog.benchmarks.assignment;

import com.optimizely.ab.Optimizely;
import com.optimizely.ab.config.Variation;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Optimizely, from a data file; {@code getVariation}, its cheapest question, sends no event. */
final class OptimizelyPeer implements Peer {
  private static final String EXPERIMENT =
      """
      {"id":"id-KEY","key":"KEY","status":"Running","layerId":"layer-KEY","audienceIds":["1"],
       "forcedVariations":{},
       "variations":[{"id":"KEY-c","key":"control","variables":[]},
         {"id":"KEY-g","key":"green","variables":[]}],
       "trafficAllocation":[{"entityId":"KEY-c","endOfRange":5000},
         {"entityId":"KEY-g","endOfRange":10000}]}
      """;

  private static final String FILE =
      """
      {"version":"4","rollouts":[],"typedAudiences":[],"anonymizeIP":false,"projectId":"1",
       "variables":[],"featureFlags":[],"events":[],"groups":[],"revision":"1","accountId":"1",
       "attributes":[{"id":"10","key":"country"},{"id":"11","key":"plan"},
         {"id":"12","key":"app_version"}],
       "audiences":[{"id":"1","name":"countries","conditions":"[\\"and\\",[\\"or\\",[\\"or\\",CONDITIONS]]]"}],
       "experiments":[EXPERIMENTS]}
      """;

  private static final String CONDITION =
      "{\\\"name\\\":\\\"country\\\",\\\"type\\\":\\\"custom_attribute\\\",\\\"value\\\":\\\"COUNTRY\\\"}";

  private final Optimizely optimizely;
  private final String[] subjects = Market.subjects();
  private final List<Map<String, String>> attributes =
      IntStream.range(0, Market.USERS)
          .mapToObj(
              i -> Map.of("country", Market.country(i), "plan", "premium", "app_version", "5.12.1"))
          .toList();

  OptimizelyPeer() {
    List<String> countries =
        Market.COUNTRIES.stream().map(each -> CONDITION.replace("COUNTRY", each)).toList();
    optimizely =
        Optimizely.builder()
            .withDatafile(
                FILE.replace("CONDITIONS", String.join(",", countries))
                    .replace("EXPERIMENTS", Peer.forEach(EXPERIMENT)))
            .build();
  }

  @Override
  public String variant(String experiment, int user) {
    @Nullable Variation variation =
        optimizely.getVariation(experiment, subjects[user], attributes.get(user));
    return variation == null ? "missing" : variation.getKey();
  }

  @Override
  public void close() {
    optimizely.close();
  }
}
