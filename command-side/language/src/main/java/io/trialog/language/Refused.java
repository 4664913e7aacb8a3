package io.trialog.language;

/** Carries a {@link Refusal} out of an aggregate; not a failure, so it has no stack trace. */
public final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;

  public Refused(Refusal refusal) {
    super(refusal.sentence(), null, false, false);
    this.refusal = refusal;
  }

  /** The rule that said no. */
  public Refusal refusal() {
    return refusal;
  }
}
