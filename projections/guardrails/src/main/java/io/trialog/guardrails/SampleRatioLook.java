package io.trialog.guardrails;

import io.trialog.statistics.SampleRatio;
import java.util.List;

/**
 * The sizes of the arms against the shares of the design.
 *
 * @param variants those with a share, in the order of the design, which is that of all lists here
 * @param observed subjects
 */
public record SampleRatioLook(
    List<String> variants, List<Long> observed, SampleRatio.Reading reading) {
  public SampleRatioLook {
    variants = List.copyOf(variants);
    observed = List.copyOf(observed);
  }
}
