package io.trialog.audit.proof;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The JSON that may enter a leaf: RFC 8785 without floating point. Immutable.
 *
 * <p>Integers lie within ±(2^53-1), where every JSON reader agrees; decimals are strings. Names
 * sort by UTF-16 code units, which is the order of {@link String#compareTo}.
 */
public sealed interface Json {

  /** 2^53-1. */
  long MAX_INTEGER = (1L << 53) - 1;

  /** Levels of nesting read. */
  int MAX_DEPTH = 64;

  /** Longest text read, in bytes. */
  int MAX_BYTES = 1 << 20;

  /** An object. */
  record Members(SortedMap<String, Json> byName) implements Json {
    public Members {
      byName = Collections.unmodifiableSortedMap(new TreeMap<>(byName));
      byName.keySet().forEach(Json::requireUtf8Form);
    }

    public static Members of(Map<String, Json> byName) {
      return new Members(new TreeMap<>(byName));
    }
  }

  /** An array. */
  record Items(List<Json> list) implements Json {
    public Items {
      list = List.copyOf(list);
    }
  }

  /** A string; every surrogate has its partner. */
  record Text(String value) implements Json {
    public Text {
      requireUtf8Form(value);
    }
  }

  /** A whole number within ±(2^53-1). */
  record Int(long value) implements Json {
    public Int {
      if (value > MAX_INTEGER || value < -MAX_INTEGER) {
        throw new MalformedException("integers lie within ±(2^53-1), found " + value);
      }
    }
  }

  /** True or false. */
  record Bool(boolean value) implements Json {}

  /** The null literal. */
  record Null() implements Json {}

  private static void requireUtf8Form(String text) {
    if (!StrictText.hasUtf8Form(text)) {
      throw new MalformedException("a string holds half a surrogate pair");
    }
  }

  /**
   * Parses strictly: valid UTF-8, no byte order mark, no name twice, no fraction or exponent, no
   * lone surrogate, nothing after the value. Throws {@link MalformedException} with the offset in
   * characters.
   */
  static Json parse(byte[] utf8) {
    if (utf8.length > MAX_BYTES) {
      throw new MalformedException("JSON of at most " + MAX_BYTES + " bytes is read");
    }
    return new JsonParser(StrictText.utf8(utf8)).parse();
  }

  /** The RFC 8785 form. */
  default byte[] canonical() {
    StringBuilder out = new StringBuilder();
    JsonWriter.write(this, out);
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }
}
