package io.trialog.sdk.core.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A value inside a JSON tree, with its name for messages; a wrong kind is an illegal argument. */
public final class Member {
  private final String name;
  private final @Nullable Object value;

  public Member(String name, @Nullable Object value) {
    this.name = name;
    this.value = value;
  }

  /** Refuses members beside the known ones. */
  public void only(Set<String> known) {
    for (Object member : object().keySet()) {
      if (!known.contains(member)) {
        throw new IllegalArgumentException(name + " has a member this format does not know");
      }
    }
  }

  public boolean has(String member) {
    return object().containsKey(member);
  }

  public Member get(String member) {
    Map<?, ?> object = object();
    if (!object.containsKey(member)) {
      throw new IllegalArgumentException(name + " lacks " + member);
    }
    return new Member(member, object.get(member));
  }

  public List<Member> elements() {
    if (!(value instanceof List)) {
      throw wrong("an array");
    }
    List<Member> elements = new ArrayList<>();
    for (Object element : (List<?>) value) {
      elements.add(new Member("an element of " + name, element));
    }
    return elements;
  }

  public String text() {
    if (!(value instanceof String)) {
      throw wrong("a text");
    }
    return (String) value;
  }

  public boolean truth() {
    if (!(value instanceof Boolean)) {
      throw wrong("true or false");
    }
    return (Boolean) value;
  }

  public long integer() {
    if (!(value instanceof Long)) {
      throw wrong("an integer");
    }
    return (Long) value;
  }

  public int small() {
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
