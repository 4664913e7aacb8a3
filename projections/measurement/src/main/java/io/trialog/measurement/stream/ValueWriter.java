package io.trialog.measurement.stream;

import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Bytes without a key into one topic. No timestamp of ours: a pane may speak of years ago. */
final class ValueWriter implements KafkaRecordSerializationSchema<byte[]> {
  private static final long serialVersionUID = 1;

  private final String topic;

  ValueWriter(String topic) {
    this.topic = topic;
  }

  @Override
  public ProducerRecord<byte[], byte[]> serialize(
      byte[] value, KafkaSinkContext context, @Nullable Long timestamp) {
    return new ProducerRecord<>(topic, value);
  }
}
