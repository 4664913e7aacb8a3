package io.trialog.sdk.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A value inside a JSON tree, with its name for messages; a wrong kind is an illegal argument. */
final class Member {
  private final String name;
  private final @Nullable Object value;

  Member(String name, @Nullable Object value) {
    this.name = name;
    this.value = value;
  }

  /** Refuses members beside the known ones. */
  void only(Set<String> known) {
    for (Object member : object().keySet()) {
      if (!known.contains(member)) {
        throw new IllegalArgumentException(name + " has a member this format does not know");
      }
    }
  }

  boolean has(String member) {
    return object().containsKey(member);
  }

  Member get(String member) {
    Map<?, ?> object = object();
    if (!object.containsKey(member)) {
      throw new IllegalArgumentException(name + " lacks " + member);
    }
    return new Member(member, object.get(member));
  }

  List<Member> elements() {
    if (!(value instanceof List)) {
      throw wrong("an array");
    }
    List<Member> elements = new ArrayList<>();
    for (Object element : (List<?>) value) {
      elements.add(new Member("an element of " + name, element));
    }
    return elements;
  }

  String text() {
    if (!(value instanceof String)) {
      throw wrong("a text");
    }
    return (String) value;
  }

  long integer() {
    if (!(value instanceof Long)) {
      throw wrong("an integer");
    }
    return (Long) value;
  }

  int small() {
    long integer = integer();
    if (integer < Integer.MIN_VALUE || integer > Integer.MAX_VALUE) {
      throw wrong("a small integer");
    }
    return (int) integer;
  }

  private Map<?, ?> object() {
    if (!(value instanceof Map)) {
      throw wrong("an object");
    }
    return (Map<?, ?>) value;
  }

  private IllegalArgumentException wrong(String expected) {
    return new IllegalArgumentException(name + " must be " + expected);
  }
}
