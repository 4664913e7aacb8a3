package io.trialog.sdk.core;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Variants forced for quality assurance, by experiment, for one subject or for all. Immutable; any
 * thread. A variant that the experiment does not have forces nothing.
 */
public final class Overrides {
  private static final Overrides NONE = new Overrides(new HashMap<>(), new HashMap<>());

  private final Map<String, String> forAll;
  private final Map<String, Map<String, String>> bySubject;

  private Overrides(Map<String, String> forAll, Map<String, Map<String, String>> bySubject) {
    this.forAll = forAll;
    this.bySubject = bySubject;
  }

  public static Overrides none() {
    return NONE;
  }

  /** These, and a variant for every subject of an experiment. */
  public Overrides withAll(String experiment, String variant) {
    Map<String, String> copy = new HashMap<>(forAll);
    copy.put(experiment, variant);
    return new Overrides(copy, bySubject);
  }

  /** These, and a variant for one subject; it goes before the one for all. */
  public Overrides with(String experiment, String subject, String variant) {
    Map<String, Map<String, String>> copy = new HashMap<>(bySubject);
    Map<String, String> subjects = new HashMap<>(copy.getOrDefault(experiment, Map.of()));
    subjects.put(subject, variant);
    copy.put(experiment, subjects);
    return new Overrides(forAll, copy);
  }

  @Nullable Variant find(Experiment experiment, String subject) {
    if (forAll.isEmpty() && bySubject.isEmpty()) {
      return null;
    }
    Map<String, String> subjects = bySubject.get(experiment.key());
    String variant = subjects == null ? null : subjects.get(subject);
    if (variant == null) {
      variant = forAll.get(experiment.key());
    }
    return variant == null ? null : experiment.variant(variant);
  }
}
