package io.trialog.measurement.stream;

import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record as it came: where from, its key as text, its value. Nothing is parsed here: the key is
 * enough to find the subject, and what is wrong with a value is found where it can be counted.
 */
final class ArrivalReader
    implements KafkaRecordDeserializationSchema<Tuple3<String, String, byte[]>> {
  private static final long serialVersionUID = 1;
  private static final byte[] NOTHING = {};

  private final TypeInformation<Tuple3<String, String, byte[]>> type;

  ArrivalReader(TypeInformation<Tuple3<String, String, byte[]>> type) {
    this.type = type;
  }

  @Override
  public void deserialize(
      ConsumerRecord<byte[], byte[]> in, Collector<Tuple3<String, String, byte[]>> out) {
    String source = in.topic() + "-" + in.partition();
    String key = new String(orNothing(in.key()), StandardCharsets.UTF_8);
    out.collect(Tuple3.of(source, key, orNothing(in.value())));
  }

  private static byte[] orNothing(byte @Nullable [] bytes) {
    return bytes == null ? NOTHING : bytes;
  }

  @Override
  public TypeInformation<Tuple3<String, String, byte[]>> getProducedType() {
    return type;
  }
}
