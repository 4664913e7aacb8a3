package io.trialog.replay;

import java.util.Collections;
import java.util.List;

/** The names of a file's columns. */
record Header(String file, List<String> names) {

  Header {
    names = names.stream().map(String::strip).toList();
  }

  int width() {
    return names.size();
  }

  int indexOf(String column) throws ReplayFailure {
    int count = Collections.frequency(names, column);
    if (count == 1) {
      return names.indexOf(column);
    }
    String complaint = count == 0 ? "has no column" : "has more than one column";
    throw ReplayFailure.usage(
        "%s %s \"%s\"; its columns are: %s"
            .formatted(file, complaint, column, String.join(", ", names)));
  }
}
