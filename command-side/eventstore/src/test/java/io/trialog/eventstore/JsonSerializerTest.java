package io.trialog.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.wire.EventType;
import java.nio.charset.StandardCharsets;
import org.axonframework.serialization.SerializedType;
import org.axonframework.serialization.SimpleSerializedObject;
import org.junit.jupiter.api.Test;

class JsonSerializerTest {
  private final JsonSerializer serializer = new JsonSerializer();

  @Test
  void an_event_stands_in_the_store_under_its_row_and_never_under_its_class() {
    for (EventType type : EventType.values()) {
      SerializedType stored = serializer.typeForClass(type.type());

      assertThat(stored.getName()).isEqualTo(type.wireName()).doesNotContain(".", "$");
      assertThat(stored.getRevision()).isEqualTo(Integer.toString(type.version()));
      assertThat(serializer.classForType(stored)).isEqualTo(type.type());
    }
  }

  @Test
  void an_aggregate_reads_an_event_of_an_earlier_version_as_it_is_meant_now() {
    String first =
        """
        {"design":{"control":"a","environment":"production","experiment":"x","fallback_unit":null,
         "guardrails":[],"hypothesis":"","assigned_elsewhere":false,"namespace":"acme/rides",
         "planned_subjects":10,"primary_metric":"m","secondary_metrics":[],"surface":"web",
         "targeting":[{"attribute":"country","operator":"in","values":["DE"]}],"title":"x",
         "unit":"user_id","variants":[{"key":"a","share":"0.5"},{"key":"b","share":"0.5"}]},
         "experiment":"x"}
        """;

    Object event =
        serializer.deserialize(
            new SimpleSerializedObject<>(
                first.getBytes(StandardCharsets.UTF_8), byte[].class, "ExperimentDrafted", "1"));

    assertThat(event).isInstanceOf(EventType.EXPERIMENT_DRAFTED.type());
    assertThat(event.toString()).contains("country", "TEXT", "regulated=false");
  }
}
