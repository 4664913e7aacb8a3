package io.trialog.audit.proof;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a check of a bundle came to.
 *
 * @param origin the log as the checkpoint names it; empty if there is no readable checkpoint
 * @param size leaves the checkpoint covers, 0 if there is none
 * @param root the checkpoint's root
 * @param eventsRead lines of events.ndjson that were read
 * @param witnessed whether the policy asks for witnesses and they have cosigned
 * @param continues size of the earlier checkpoint these events were shown to continue
 * @param findings what is wrong, at most {@link BundleVerifier#MAX_FINDINGS}; empty means verified
 * @param findingsOmitted how many more there were
 */
public record Verification(
    String origin,
    long size,
    Optional<Hash> root,
    long eventsRead,
    boolean witnessed,
    Optional<Long> continues,
    List<Finding> findings,
    long findingsOmitted) {

  public Verification {
    findings = List.copyOf(findings);
  }

  public boolean verified() {
    return findings.isEmpty();
  }

  /** The damaged event with the lowest index. */
  public Optional<Finding> firstBadEvent() {
    return findings.stream()
        .filter(finding -> finding.event().isPresent())
        .min(Comparator.comparingLong(finding -> finding.event().orElseThrow().index()));
  }
}
