package io.trialog.audit.proof;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Collects findings in the order they are made; a damaged bundle must not fill the memory. */
final class Findings {

  private static final int MAX_OF_ONE_CODE = 20;

  private final List<Finding> kept = new ArrayList<>();
  private final Map<Finding.Code, Integer> counts = new EnumMap<>(Finding.Code.class);
  private long omitted;

  void add(Finding finding) {
    int sameCode = counts.merge(finding.code(), 1, Integer::sum);
    if (sameCode <= MAX_OF_ONE_CODE && kept.size() < BundleVerifier.MAX_FINDINGS) {
      kept.add(finding);
    } else {
      omitted++;
    }
  }

  List<Finding> kept() {
    return kept;
  }

  long omitted() {
    return omitted;
  }
}
