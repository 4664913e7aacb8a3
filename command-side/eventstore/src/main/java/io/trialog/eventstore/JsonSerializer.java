package io.trialog.eventstore;

import io.trialog.language.wire.EventCodec;
import io.trialog.language.wire.EventType;
import io.trialog.language.wire.JsonCodec;
import java.util.Map;
import org.axonframework.messaging.MetaData;
import org.axonframework.serialization.ChainingConverter;
import org.axonframework.serialization.Converter;
import org.axonframework.serialization.SerializationException;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.SerializedType;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.SimpleSerializedObject;
import org.axonframework.serialization.SimpleSerializedType;
import org.axonframework.serialization.UnknownSerializedType;
import org.jspecify.annotations.Nullable;

/**
 * Axon's serializer on the codec of the language. Events stand under their names in {@link
 * EventType}, so that renaming a class changes no stored byte; metadata is a flat object of texts.
 * Thread-safe.
 */
public final class JsonSerializer implements Serializer {
  private static final SerializedType METADATA =
      new SimpleSerializedType(MetaData.class.getName(), null);

  private final Converter converter = new ChainingConverter();

  @Override
  public <T> SerializedObject<T> serialize(@Nullable Object object, Class<T> representation) {
    if (object == null) {
      throw new SerializationException("an event without a payload cannot be stored");
    }
    Object value = object instanceof MetaData metaData ? Map.copyOf(metaData) : object;
    T data = converter.convert(JsonCodec.encode(value), byte[].class, representation);
    return new SimpleSerializedObject<>(data, representation, typeForClass(object.getClass()));
  }

  @Override
  public <T> boolean canSerializeTo(Class<T> representation) {
    return converter.canConvert(byte[].class, representation);
  }

  @Override
  // Axon's signature promises what only the type name can tell.
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  public <S, T> T deserialize(SerializedObject<S> object) {
    SerializedType type = object.getType();
    byte[] json = converter.convert(object.getData(), object.getContentType(), byte[].class);
    if (METADATA.getName().equals(type.getName())) {
      return (T) MetaData.from(EventCodec.decodeMetadata(json));
    }
    if (EventType.isName(type.getName())) {
      EventType event = EventType.ofName(type.getName());
      return (T) EventCodec.decode(event, Integer.parseInt(type.getRevision()), json);
    }
    return (T) JsonCodec.decode(json, classForType(type));
  }

  @Override
  @SuppressWarnings("rawtypes") // Axon's signature
  public Class classForType(SerializedType type) {
    if (METADATA.getName().equals(type.getName())) {
      return MetaData.class;
    }
    return EventType.isName(type.getName())
        ? EventType.ofName(type.getName()).type()
        : UnknownSerializedType.class;
  }

  @Override
  @SuppressWarnings("rawtypes") // Axon's signature
  public SerializedType typeForClass(@Nullable Class type) {
    if (type == null) {
      return SerializedType.emptyType();
    }
    if (MetaData.class.isAssignableFrom(type)) {
      return METADATA;
    }
    EventType event = EventType.ofClass(type);
    return new SimpleSerializedType(event.wireName(), Integer.toString(event.version()));
  }

  @Override
  public Converter getConverter() {
    return converter;
  }
}
