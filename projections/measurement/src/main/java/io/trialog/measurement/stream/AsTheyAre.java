package io.trialog.measurement.stream;

import org.apache.flink.api.common.serialization.SerializationSchema;

/**
 * Bytes as bytes. A named class, because Flink looks up its type argument and a lambda has none.
 */
final class AsTheyAre implements SerializationSchema<byte[]> {
  private static final long serialVersionUID = 1;

  @Override
  public byte[] serialize(byte[] bytes) {
    return bytes;
  }
}
