package io.trialog.projections;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.MetricDefinition;
import io.trialog.language.MetricDefinition.Direction;
import io.trialog.language.MetricDefinition.Kind;
import io.trialog.language.MetricEvent.MetricDefined;
import io.trialog.language.MetricFormula;
import io.trialog.language.wire.EventCodec;
import io.trialog.measurement.MetricKind;
import io.trialog.snapshots.Directory;
import io.trialog.snapshots.FakeEventLog;
import io.trialog.snapshots.Story;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DirectoryCatalogueTest {
  @Test
  void outcomes_name_what_is_computed_and_nothing_that_is_made_of_others() {
    DirectoryCatalogue catalogue = new DirectoryCatalogue(DirectoryCatalogueTest::directory);

    assertThat(catalogue.metric("orders").orElseThrow().kind()).isEqualTo(MetricKind.MEAN);
    assertThat(catalogue.metric("orders").orElseThrow().cap()).contains(new BigDecimal("500"));
    assertThat(catalogue.metric("ratio")).isEmpty();
    assertThat(catalogue.metric("p95")).isEmpty();
    assertThat(catalogue.metric("ghost")).isEmpty();
  }

  private static Directory directory() {
    Story story = new Story(new FakeEventLog());
    Directory directory = Directory.EMPTY;
    for (MetricDefinition metric :
        List.of(
            metric("orders", Kind.MEAN, null),
            metric("ratio", Kind.RATIO, MetricFormula.ratio("orders", "orders")),
            metric(
                "p95",
                Kind.QUANTILE,
                MetricFormula.quantile("orders", new BigDecimal("0.95"), null)))) {
      directory = directory.apply(EventCodec.decode(story.say(new MetricDefined(metric))));
    }
    return directory;
  }

  private static MetricDefinition metric(String key, Kind kind, @Nullable MetricFormula formula) {
    BigDecimal cap = formula == null ? new BigDecimal("500") : null;
    return new MetricDefinition(
        key, "acme/rides", key, kind, Direction.HIGHER_IS_BETTER, cap, null, null, formula);
  }
}
