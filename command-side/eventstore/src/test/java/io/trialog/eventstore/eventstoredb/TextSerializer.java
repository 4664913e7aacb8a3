package io.trialog.eventstore.eventstoredb;

import io.trialog.language.wire.EventCodec;
import io.trialog.language.wire.JsonCodec;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.axonframework.messaging.MetaData;
import org.axonframework.serialization.ChainingConverter;
import org.axonframework.serialization.Converter;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.SerializedType;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.SimpleSerializedObject;
import org.axonframework.serialization.SimpleSerializedType;

/** Texts as payloads, for Axon's tests, whose events are texts. */
final class TextSerializer implements Serializer {
  private final Converter converter = new ChainingConverter();

  @Override
  public <T> SerializedObject<T> serialize(Object object, Class<T> representation) {
    byte[] bytes =
        object instanceof MetaData metadata
            ? JsonCodec.encode(new HashMap<>(metadata))
            : String.valueOf(object).getBytes(StandardCharsets.UTF_8);
    return new SimpleSerializedObject<>(
        converter.convert(bytes, byte[].class, representation),
        representation,
        typeForClass(object.getClass()));
  }

  @Override
  public <T> boolean canSerializeTo(Class<T> representation) {
    return converter.canConvert(byte[].class, representation);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <S, T> T deserialize(SerializedObject<S> object) {
    byte[] bytes = converter.convert(object.getData(), object.getContentType(), byte[].class);
    return object.getType().getName().equals(MetaData.class.getName())
        ? (T) MetaData.from(Map.copyOf(EventCodec.decodeMetadata(bytes)))
        : (T) new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class classForType(SerializedType type) {
    return type.getName().equals(MetaData.class.getName()) ? MetaData.class : String.class;
  }

  @Override
  @SuppressWarnings("rawtypes")
  public SerializedType typeForClass(Class type) {
    return new SimpleSerializedType(type.getName(), null);
  }

  @Override
  public Converter getConverter() {
    return converter;
  }
}
