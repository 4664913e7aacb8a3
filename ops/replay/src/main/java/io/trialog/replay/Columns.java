package io.trialog.replay;

import java.util.ArrayList;
import java.util.List;

/** Which column of the file says what, by the names in its header. */
record Columns(String subject, String time, String variant, String outcome, List<String> segments) {

  static final int MOST_SEGMENTS = 8;
  private static final int LONGEST_SEGMENT_NAME = 32;

  Columns {
    segments = List.copyOf(segments);
  }

  static Columns of(
      String subject, String time, String variant, String outcome, List<String> segments)
      throws ReplayFailure {
    if (segments.size() > MOST_SEGMENTS) {
      throw ReplayFailure.usage(
          "%d --segment given; the platform takes %d".formatted(segments.size(), MOST_SEGMENTS));
    }
    List<String> distinct = segments.stream().distinct().toList();
    Columns columns = new Columns(subject, time, variant, outcome, distinct);
    List<String> names = columns.segmentNames();
    if (names.stream().distinct().count() < names.size()) {
      throw ReplayFailure.usage("two --segment columns have the same name as a key: " + names);
    }
    return columns;
  }

  /** The names of the segments on the wire, in the order of the columns. */
  List<String> segmentNames() throws ReplayFailure {
    List<String> names = new ArrayList<>();
    for (String segment : segments) {
      String key = Keys.legal("segment column", segment);
      names.add(key.substring(0, Math.min(key.length(), LONGEST_SEGMENT_NAME)));
    }
    return names;
  }
}
