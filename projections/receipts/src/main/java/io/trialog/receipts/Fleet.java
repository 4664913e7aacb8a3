package io.trialog.receipts;

import java.util.List;

/**
 * The clients of an environment that are there.
 *
 * @param clients how many
 * @param behind how many named an older position than was asked for when they spoke last
 * @param groups those furthest behind first, at most {@value #GROUP_LIMIT}
 */
public record Fleet(long clients, long behind, List<ClientGroup> groups) {
  static final int GROUP_LIMIT = 200;

  public Fleet {
    groups = List.copyOf(groups);
  }
}
